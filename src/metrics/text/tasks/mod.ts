/**
 * Tasks in the form of lm-evaluation-harness.
 * @module
 */
export { builtInTasks, tasks } from "./tasks.ts";
export { readDocuments } from "./documents.ts";
export { readTask } from "./read.ts";
export { runTask } from "./run.ts";
