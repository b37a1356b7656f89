/**
 * Autoregressive models.
 * @module
 */
export * from "./family.ts";
export { type Config, config } from "./config.ts";
