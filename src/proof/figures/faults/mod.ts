/**
 * Figures of the group `faults`.
 * @module
 */
export * from "./faults.ts";
