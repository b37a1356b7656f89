/**
 * Normalising flows.
 * @module
 */
export { normalizingFlow } from "./family.ts";
export { type Config, config } from "./config.ts";
