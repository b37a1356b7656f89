/**
 * Autoregressive models.
 * @module
 */
export { autoregressive } from "./family.ts";
export { type Config, config } from "./config.ts";
