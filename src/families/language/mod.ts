/**
 * Language models.
 * @module
 */
export { language } from "./family.ts";
export { type Config, config } from "./config.ts";
