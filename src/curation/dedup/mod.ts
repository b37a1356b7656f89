/**
 * Stages that drop what was there before: the same text, or nearly the same.
 * @module
 */
export { exact } from "./exact.ts";
export { minhash } from "./minhash/minhash.ts";
export { semantic } from "./semantic.ts";
export { minhashSketch, type Sketch, type SketchSize } from "./minhash/sketch.ts";
