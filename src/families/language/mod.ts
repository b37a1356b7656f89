/**
 * Language models.
 * @module
 */
export { language } from "./family.ts";
export { type Config, config, learningRateOf, shapeOf } from "./config.ts";
