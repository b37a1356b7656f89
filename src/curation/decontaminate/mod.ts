/**
 * The stage that takes tasks' texts out of documents.
 * @module
 */
export { decontaminate } from "./decontaminate.ts";
