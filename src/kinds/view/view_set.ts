/**
 * Views: pictures of one scene with their cameras, and sets of them on the host.
 * @module
 */

/** What the views of a scene share. */
export interface ViewSpec {
  readonly kind: "view";
  /** Pixels. */
  readonly height: number;
  /** Pixels. */
  readonly width: number;
  /** Colour on which the scene was laid, red, green, blue, 0 to 255. */
  readonly background: readonly [number, number, number];
  /** Distance along a camera's axis before which nothing stands, in units of the scene. */
  readonly near: number;
  /** Distance behind which nothing stands. */
  readonly far: number;
}

/** Numbers of a camera: see `ViewSet.cameras`. */
export const CAMERA = 16;

/**
 * Views of one scene.
 *
 * A camera is 16 numbers: its pose from the camera to the world, a matrix [R | t] of 3×4 by rows, then
 * fx, fy, cx, cy in pixels. Axes of the camera: x to the right, y down, z forward (OpenCV's; datasets
 * with others are turned when they are read). The middle of the pixel at the top left is (½, ½), so
 * that the ray through pixel (i, j) is R·((i + ½ − cx)/fx, (j + ½ − cy)/fy, 1) from t.
 */
export interface ViewSet {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  /** Laid on the background, row-major [count, height, width, 3]. */
  readonly pictures: Uint8Array;
  /** Row-major [count, 16]. */
  readonly cameras: Float32Array;
}

/** Points of a scene that are known before training: structure from motion finds such. */
export interface PointCloud {
  /** x, y, z of each. */
  readonly positions: Float32Array;
  /** Red, green, blue of each. */
  readonly colours: Uint8Array;
}

/** What is known of views beside their pictures, pixel by pixel, row-major; left out where it isn't. */
export interface ViewMaps {
  /** Share of a pixel that the scene covers, 0 to 255. [count, height, width] */
  readonly alpha?: Uint8Array;
  /** Distance of what is seen along the camera's axis, its mean over what covers the pixel; 0: nothing. [count, height, width] */
  readonly depth?: Float32Array;
  /** Unit normals of what is seen, in the world, towards the camera; 0: nothing. [count, height, width, 3] */
  readonly normals?: Float32Array;
}

/** What is known of a scene. */
export interface ViewTruth {
  readonly points?: PointCloud;
  /** What the views of a split are called, in their order: renders of other programs are told apart by it. */
  names?(split: string): readonly string[];
  /** Cameras of all views of a split, in their order, as `ViewSet.cameras` has them: no picture is read for them. */
  cameras?(split: string): Float32Array;
  /** Maps of the views at `indices` of a split, in that order. */
  maps?(split: string, indices: ArrayLike<number>): Promise<ViewMaps>;
}
