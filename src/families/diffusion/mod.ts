/**
 * Diffusion models.
 * @module
 */
export { diffusion } from "./family.ts";
export { type Config, config } from "./config.ts";
