/**
 * Between which distances a scene stands, where nothing states it.
 * @module
 */
import { DataError } from "../../base/mod.ts";
import { type Camera, type PointCloud, projectPoint, type Vector } from "../../kinds/view/mod.ts";
import type { Size } from "./pictures/lens.ts";

/** Distances along the axes of cameras, and where they come from, in words. */
export interface Bounds {
  readonly near: number;
  readonly far: number;
  readonly from: string;
}

/** Points that are looked at, at most. */
const LOOKED_AT = 10_000;
/** Share of the points at either end that may be stray. */
const STRAY = 0.001;
/** What is left free before the nearest point, and behind the farthest. */
const ROOM = { near: 0.8, far: 1.25 };
/** Fewer points than this say nothing. */
const FEWEST = 8;

/** Where points stand before the cameras that see them. */
function ofPoints(cameras: readonly Camera[], points: PointCloud, size: Size): Bounds | null {
  const count = points.positions.length / 3, step = Math.ceil(count / LOOKED_AT);
  const depths: number[] = [];
  for (const camera of cameras) {
    for (let i = 0; i < count; i += step) {
      const { x, y, depth } = projectPoint(
        camera,
        points.positions.subarray(3 * i, 3 * i + 3) as unknown as Vector,
      );
      const inside = x >= 0 && x < size.width && y >= 0 && y < size.height;
      if (depth > 0 && inside) depths.push(depth);
    }
  }
  if (depths.length < FEWEST) return null;
  const sorted = Float64Array.from(depths).sort();
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))];
  return {
    near: ROOM.near * at(STRAY),
    far: ROOM.far * at(1 - STRAY),
    from:
      `the points that cameras see, but for ${100 * STRAY}% at either end; ${ROOM.near} of the ` +
      `nearest, ${ROOM.far} of the farthest`,
  };
}

/** What the spread of cameras says: `near` and `far` as parts of it. */
const SPREAD = { near: 0.05, far: 4 };

function ofCameras(cameras: readonly Camera[]): Bounds {
  const mean = [0, 1, 2].map((c) =>
    cameras.reduce((sum, { position }) => sum + position[c], 0) / cameras.length
  );
  const distance = ({ position }: Camera) =>
    Math.sqrt(position.reduce((sum, value, c) => sum + (value - mean[c]) * (value - mean[c]), 0));
  const spread = cameras.reduce((most, camera) => Math.max(most, distance(camera)), 0);
  if (!(spread > 0)) {
    throw new DataError(
      "views: all cameras stand in one place and there are no points, so how far away the scene is " +
        "can't be told: set `near` and `far` in the suite's data",
    );
  }
  return {
    near: SPREAD.near * spread,
    far: SPREAD.far * spread,
    from:
      `the cameras alone: ${SPREAD.near} and ${SPREAD.far} of the largest distance from their ` +
      "mean; set `near` and `far` where you know them",
  };
}

/**
 * Bounds by points where there are enough of them, else by cameras.
 * @throws DataError where neither says anything
 */
export function boundsOf(
  cameras: readonly Camera[],
  { points, size }: { readonly points: PointCloud | null; readonly size: Size },
): Bounds {
  return (points === null ? null : ofPoints(cameras, points, size)) ?? ofCameras(cameras);
}
