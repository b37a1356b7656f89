/**
 * What all passes work on. The host writes these fields, in this order, four bytes each
 * (src/kernels/splat/layout.ts); a test holds the two lists together.
 */

/** A frame, a camera, and where everything lies in memory. */
@unmanaged export class Context {
  /** Gaussians, and floats of a row of parameters: as many, rounded up to a multiple of 4. */
  count: i32;
  stride: i32;
  /** Degree of the harmonics, and whether opacities are compensated for the blur. */
  degree: i32;
  antialiased: i32;
  /** Pixels; floats of a line and of a plane of a picture. Lanes beyond the width hold 0. */
  height: i32;
  width: i32;
  pitch: i32;
  plane: i32;
  /** Side of a tile in pixels, a multiple of 4, at most 32; tiles across and down. */
  tile: i32;
  tilesX: i32;
  tilesY: i32;
  /** Gaussians that are seen; set by `measure`. */
  visible: i32;
  /** World to camera, by rows: x to the right, y down, z forward; and where the camera stands. */
  v00: f32;
  v01: f32;
  v02: f32;
  v10: f32;
  v11: f32;
  v12: f32;
  v20: f32;
  v21: f32;
  v22: f32;
  eyeX: f32;
  eyeY: f32;
  eyeZ: f32;
  /** Focal lengths and principal point, pixels; the middle of the first pixel is (½, ½). */
  fx: f32;
  fy: f32;
  cx: f32;
  cy: f32;
  /** Bounds of x/z and y/z at which the projection is linearised. */
  leftmost: f32;
  rightmost: f32;
  topmost: f32;
  bottommost: f32;
  near: f32;
  red: f32;
  green: f32;
  blue: f32;
  /** Rows of `stride` floats. */
  parameters: usize;
  gradients: usize;
  first: usize;
  second: usize;
  statistics: usize;
  /** 64 bytes a Gaussian: see `Seen`. */
  seen: usize;
  /** Tiles of what is seen, 16 bytes each; what is sorted by depth, 8 bytes; as much room again. */
  spans: usize;
  order: usize;
  spare: usize;
  /** First slot of each Gaussian's pairs, and one more. */
  slots: usize;
  /** First place of each tile in the list, and one more; and where the next pair goes. */
  tiles: usize;
  cursors: usize;
  /** Counts of a digit of the sort, 4096. */
  digits: usize;
  /** Pairs (id, slot) by tile, front to back. */
  list: usize;
  /** 48 bytes a pair, by slot: see raster_gradient.ts. */
  sums: usize;
  /** Planes: the picture's three, what of the background is seen, depth, the gradient's three. */
  picture: usize;
  background: usize;
  depth: usize;
  gradient: usize;
  /** Planes of the picture that is wanted, and three of what SSIM gives back. */
  wanted: usize;
  structure: usize;
  /** Bytes or floats of a picture by pixels, as they come and go. */
  packed: usize;
  /** Sums of the loss, two float64 a line of a channel; and of costs, one a chunk of Gaussians. */
  losses: usize;
  costs: usize;
  /** Six weights of the window, from its middle. */
  window: usize;
  /** Each thread's own room, and its size. */
  scratch: usize;
  scratchBytes: i32;
  /** A step of each row, divided by 1 − β₁ᵗ; and 1/√(1 − β₂ᵗ). */
  rates: usize;
  correction: f32;
  /** Weight of 1 − SSIM in the loss. */
  structural: f32;
  /** Weight of an opacity and of a scale in the loss. */
  opacityCost: f32;
  scaleCost: f32;
  /** Size of the noise on positions, and its key. */
  noise: f32;
  key0: u32;
  key1: u32;
  /** Set where a number came out that isn't finite. */
  fault: i32;
}

/** A Gaussian as a pixel meets it. */
@unmanaged export class Seen {
  /** Its middle in pixels. */
  x: f32;
  y: f32;
  /** log₂ α = a·dx² + b·dx·dy + c·dy² + peak. */
  a: f32;
  b: f32;
  c: f32;
  peak: f32;
  red: f32;
  green: f32;
  blue: f32;
  depth: f32;
  unused0: f32;
  unused1: f32;
  /** Pixels within which α may reach the cut: [left, right) × [top, bottom); empty: not seen. */
  left: i32;
  top: i32;
  right: i32;
  bottom: i32;
}

/** Bytes of `Seen`, of a pair, of its sums. */
export const SEEN: usize = 64;
export const PAIR: usize = 8;
export const SUMS: usize = 48;

/** Gaussians of a chunk of work, lines of one. */
export const GAUSSIANS: i32 = 256;
export const LINES: i32 = 4;

/** log₂(1/255): below this α a pixel isn't touched. */
export const CUT: f32 = -7.99435343685885793;
/** α is at most this. */
export const ALPHA_MOST: f32 = 0.999;
/** A Gaussian that would leave no more than this of what is behind ends a pixel, and isn't seen. */
export const LEAST_SEEN: f32 = 1e-4;
/** Added to the variance of every projected Gaussian, pixels². */
export const BLUR: f32 = 0.3;
/** Projected variances from here on are not seen: their products leave float32. */
export const WIDEST: f32 = 1.152921504606846976e18;

/** The first rows of what parameters consist of. */
export const SCALES: usize = 3;
export const QUATERNION: usize = 6;
export const OPACITY: usize = 10;
export const COLOUR: usize = 11;

/** Rows of parameters. */
@inline export function rowsOf(c: Context): i32 {
  return <i32>COLOUR + 3 * (c.degree + 1) * (c.degree + 1);
}
