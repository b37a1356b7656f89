/**
 * Gaussian splats.
 * @module
 */
export { splat } from "./family.ts";
export { type Config, config } from "./config.ts";
