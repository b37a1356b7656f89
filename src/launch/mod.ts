/**
 * Where runs are executed.
 * @module
 */
export * from "./default.ts";
