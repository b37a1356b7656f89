/**
 * Variational autoencoders.
 * @module
 */
export { type Config, config } from "./config.ts";
export { vae } from "./family.ts";
export { initParameters, type Parameters, pass } from "./model.ts";
export { terms } from "./objective.ts";
