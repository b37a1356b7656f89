/**
 * Neural radiance fields.
 * @module
 */
export { nerf } from "./family.ts";
export { type Config, config } from "./config.ts";
