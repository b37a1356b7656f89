/**
 * Energy and score models.
 * @module
 */
export { energyModel } from "./family.ts";
export { type Config, config } from "./config.ts";
