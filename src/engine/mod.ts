/**
 * Engines by name, and what programs and tensors are to all of them.
 * @module
 */
export * from "./engine.ts";
export * from "./open.ts";
export { processorModel } from "./processor.ts";
export * from "./tree.ts";
