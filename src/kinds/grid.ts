/**
 * The shape in which samples of a kind reach networks that look at grids of numbers.
 * @module
 */

/** Height, width and channels of pictures, or of other grids of numbers: tensors [B, H, W, C]. */
export type Grid = { readonly height: number; readonly width: number; readonly channels: number };
