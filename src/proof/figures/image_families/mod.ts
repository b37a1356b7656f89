/**
 * Figures of the group `image-families`.
 * @module
 */
export * from "./image_families.ts";
