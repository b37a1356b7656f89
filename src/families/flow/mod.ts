/**
 * Flows, and what makes samples in one or a few steps.
 * @module
 */
export { flow } from "./family.ts";
export { type Config, config } from "./config.ts";
