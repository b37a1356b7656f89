/**
 * Autoencoders.
 * @module
 */
export { autoencoder } from "./family.ts";
export { type Config, config } from "./config.ts";
