/**
 * Pictures as samples.
 * @module
 */
export type { ImageSet, ImageSpec } from "./image_set.ts";
export { concatImages, gatherImages, imagesOf, resizeArea, sliceImages } from "./images.ts";
export { imageKind } from "./kind.ts";
