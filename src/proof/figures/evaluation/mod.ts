/**
 * Figures of the group `evaluation`.
 * @module
 */
export * from "./evaluation.ts";
