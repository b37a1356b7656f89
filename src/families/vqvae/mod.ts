/**
 * Vector-quantised autoencoders with a prior over their codes.
 * @module
 */
export { vqvae } from "./family.ts";
export { type Config, config } from "./config.ts";
