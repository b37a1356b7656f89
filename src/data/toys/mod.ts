/**
 * Toy distributions.
 * @module
 */
export { type ShapeName, type ToysConfig, toysConfig } from "./config.ts";
export { toys } from "./toys.ts";
