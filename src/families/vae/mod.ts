/**
 * Variational autoencoders.
 * @module
 */
export { vae } from "./family.ts";
export { type Config, config } from "./config.ts";
