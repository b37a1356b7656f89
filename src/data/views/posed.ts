/**
 * Pictures with the cameras that took them, as a layout tells them: what all layouts have in common,
 * before any picture is opened.
 * @module
 */
import { DataError } from "../../base/mod.ts";
import type { PointCloud } from "../../kinds/view/mod.ts";
import type { Lens, Size } from "./pictures/lens.ts";

/** Focal lengths and principal point in pixels of pictures of a size, as the layout counts them. */
export interface Optics extends Size {
  readonly fx: number;
  readonly fy: number;
  readonly cx: number;
  readonly cy: number;
}

/** Where a camera stands. */
export interface Pose {
  /** From the camera to the world, 3×3 by rows, in the layout's own axes of the camera. */
  readonly rotation: readonly number[];
  readonly position: readonly number[];
}

/** A picture with its camera. */
export interface PosedPicture extends Pose {
  /** The file. */
  readonly path: string;
  /** As the layout calls it: views are ordered and told apart by it. */
  readonly name: string;
  /** The optics, given the size of the picture: some layouts state an angle, or no size. */
  optics(picture: Size): Optics;
  /** Null: a pinhole camera. */
  readonly lens: Lens | null;
}

/** The axes of cameras that layouts have. */
export const AXES = {
  /** x to the right, y down, z forward: COLMAP's. */
  opencv: { x: [0, 1], y: [1, 1], z: [2, 1] },
  /** x to the right, y up, z backward: OpenGL's and Blender's. */
  opengl: { x: [0, 1], y: [1, -1], z: [2, -1] },
  /** x down, y to the right, z backward: the columns of LLFF's poses_bounds.npy. */
  llff: { x: [1, 1], y: [0, 1], z: [2, -1] },
} as const;
/** One of `AXES`. */
export type Axes = keyof typeof AXES;

/** What a folder holds. */
export interface Scene {
  /** In the order in which views are numbered. */
  readonly pictures: readonly PosedPicture[];
  /** Whether each is held out; null where the layout doesn't say. */
  readonly held: readonly boolean[] | null;
  readonly axes: Axes;
  readonly points: PointCloud | null;
  /** Distances before and behind which nothing stands, where the layout states them. */
  readonly bounds: { readonly near: number; readonly far: number; readonly from: string } | null;
  /** Files beside the pictures that all this was read from. */
  readonly files: readonly string[];
  readonly notes: readonly string[];
}

/** A rotation that is written with fewer digits than it has is off by less. */
const RIGID = 1e-3;

/**
 * A pose that is one: finite, its rotation turning without stretching or mirroring.
 * @param where names the camera in errors
 * @throws DataError otherwise
 */
export function checkedPose({ rotation: r, position }: Pose, where: string): Pose {
  const odd = [...r, ...position].find((value) => !Number.isFinite(value));
  if (odd !== undefined) throw new DataError(`${where}: its pose holds ${odd}; leave it out`);
  let stretch = 0;
  for (let a = 0; a < 3; a++) {
    for (let b = 0; b < 3; b++) {
      const product = r[a] * r[b] + r[3 + a] * r[3 + b] + r[6 + a] * r[6 + b];
      stretch = Math.max(stretch, Math.abs(product - (a === b ? 1 : 0)));
    }
  }
  if (!(stretch <= RIGID)) {
    throw new DataError(
      `${where}: its pose stretches (RᵀR is off the identity by ${stretch.toPrecision(3)}); a ` +
        "camera only turns and moves: write the pose without scale",
    );
  }
  const volume = r[0] * (r[4] * r[8] - r[5] * r[7]) - r[1] * (r[3] * r[8] - r[5] * r[6]) +
    r[2] * (r[3] * r[7] - r[4] * r[6]);
  if (volume < 0) {
    throw new DataError(`${where}: its pose mirrors (det R is −1): an axis has the wrong sign`);
  }
  return { rotation: r, position };
}

/** A rotation whose columns are a layout's axes, as one of the kind's: x right, y down, z forward. */
export function turned(rotation: readonly number[], axes: Axes): number[] {
  const out: number[] = [];
  for (let row = 0; row < 3; row++) {
    for (const [column, sign] of Object.values(AXES[axes])) {
      out.push(sign * rotation[3 * row + column]);
    }
  }
  return out;
}
