/**
 * What the rasteriser of Gaussian splats takes and gives.
 * @module
 */

/** Degree of the spherical harmonics of a colour. */
export type Degree = 0 | 1 | 2 | 3;

/**
 * Form of parameters: rows of `count` float32, row-major. Rows: mean x, y, z; logarithms of the scales
 * x, y, z; quaternion w, x, y, z, of any length above 0; logit of the opacity; then harmonics, row
 * 11 + 3k + c for coefficient k and channel c, of which a colour is max(0, ½ + Σ basis·coefficient).
 */
export interface SplatForm {
  readonly count: number;
  readonly degree: Degree;
}

/** Rows of parameters: 11 + 3 (degree + 1)². */
export function splatRows(degree: Degree): number {
  return 11 + 3 * (degree + 1) * (degree + 1);
}

/** What is drawn, beside Gaussians and cameras. */
export interface Frame {
  /** Pixels. */
  readonly height: number;
  /** Pixels. */
  readonly width: number;
  /** Red, green and blue of what is behind, 0 to 1. */
  readonly background: readonly [number, number, number];
  /** Distance along a camera's axis up to which a mean isn't seen. */
  readonly near: number;
  /** Whether opacities make up for the blur of 0.3 pixels² (Yu et al. 2024; gsplat's "antialiased"). */
  readonly antialiased: boolean;
}

/** Views of Gaussians. */
export interface Rendered {
  /** [B, H, W, 3], not clamped. */
  readonly pictures: Float32Array<ArrayBuffer>;
  /** What of a pixel is covered, 0 to 1. [B, H, W] */
  readonly alpha: Float32Array<ArrayBuffer>;
  /** Distance along the camera's axis, Σ w·z / Σ w; 0 where nothing is. [B, H, W] */
  readonly depth: Float32Array<ArrayBuffer>;
}

/** What an update asks for. */
export interface SplatUpdate {
  /** The view that is wanted, bytes [H, W, 3]. */
  readonly picture: Uint8Array;
  /** 16 numbers: see `ViewSet` of src/kinds/view. */
  readonly camera: ArrayLike<number>;
  /** A learning rate a row. */
  readonly rates: Float32Array;
  /** λ of (1 − λ)·L1 + λ·(1 − SSIM). */
  readonly structural: number;
  /** Weight of the mean opacity in the loss. */
  readonly opacityCost: number;
  /** Weight of the mean scale in the loss. */
  readonly scaleCost: number;
  /** Size of the noise on means; 0: none. */
  readonly noise: number;
  /** Philox key of the noise. */
  readonly key: readonly [number, number];
}

/** Gaussians on the way of being fitted. */
export interface SplatState {
  readonly form: SplatForm;
  /** [rows·count] */
  readonly parameters: Float32Array<ArrayBuffer>;
  /** Adam's first moments. [rows·count] */
  readonly first: Float32Array<ArrayBuffer>;
  /** Adam's second moments. [rows·count] */
  readonly second: Float32Array<ArrayBuffer>;
  /** Updates that were made. */
  readonly updates: number;
  /**
   * Of each Gaussian over the updates: Σ ‖∂loss/∂mean in pixels‖, updates in which it was seen, its
   * largest radius (three standard deviations) in pixels. [3·count]
   */
  readonly statistics: Float32Array<ArrayBuffer>;
}

/** Gaussians in the module's memory, to be updated there. */
export interface SplatTraining {
  /**
   * One update on one view.
   * @returns the loss before it, with the costs; NaN where a parameter came out that isn't finite
   * @throws RangeError where what is asked for isn't whole; Error after `close`
   */
  update(asked: SplatUpdate): number;
  /** A copy of what is in memory. */
  state(): SplatState;
  /** Gives the memory back. */
  close(): void;
}

/** The rasteriser. Its bits don't depend on its threads. */
export interface Splats {
  /** Threads at most, this one among them; helpers join when they are up. */
  readonly threads: number;
  /**
   * Views of Gaussians from cameras [B, 16].
   * @throws RangeError where what is given isn't whole, or not finite; ToldError for want of memory
   */
  render(
    parameters: Float32Array,
    form: SplatForm,
    asked: Frame & { readonly cameras: ArrayLike<number> },
  ): Rendered;
  /**
   * One view [H, W, 3], and the gradients [rows·count] of Σ dPicture·picture at the parameters.
   * @throws RangeError where what is given isn't whole, or not finite; ToldError for want of memory
   */
  gradient(
    parameters: Float32Array,
    form: SplatForm,
    asked: Frame & { readonly camera: ArrayLike<number>; readonly dPicture: Float32Array },
  ): {
    readonly picture: Float32Array<ArrayBuffer>;
    readonly gradients: Float32Array<ArrayBuffer>;
  };
  /**
   * Takes Gaussians into the module's memory, to update them there.
   * @throws RangeError where the state isn't whole, or not finite; ToldError for want of memory
   */
  training(state: SplatState, frame: Frame): SplatTraining;
}
