/**
 * Figures of the group `engines`.
 * @module
 */
export * from "./engines.ts";
