/**
 * Where cameras stand about a scene, and which of them stand near one another. In float64, by + − × ÷ √
 * alone.
 * @module
 */
import type { Samples } from "../kind_map.ts";
import { type Camera, cameraAt, type Vector } from "./cameras.ts";
import { CAMERA, type ViewTruth } from "./view_set.ts";
import { viewsOf } from "./views.ts";

/** Views that are read at a time, where their pictures come with their cameras. */
const BLOCK = 16;
/** Axes within about 10⁻⁴ of one direction meet nowhere that float32 poses could tell. */
const PARALLEL = 1e-8;

/** What cameras are read from: a dataset. */
export interface CameraSource {
  size(split: "train" | "test"): number;
  read(
    split: "train" | "test",
    indices: Uint32Array,
  ): Promise<{ readonly samples: Samples }>;
  truth?(): unknown;
}

/**
 * Cameras of all views of a split, as `ViewSet.cameras` has them. Pictures are read for them only where the
 * data can't tell them apart.
 * @throws RangeError where they are told of more views, or of fewer, than there are
 */
export async function camerasOf(
  source: CameraSource,
  split: "train" | "test" = "train",
): Promise<Float32Array> {
  const count = source.size(split);
  const told = (source.truth?.() as ViewTruth | undefined)?.cameras?.(split);
  if (told !== undefined) {
    if (told.length === count * CAMERA) return told;
    throw new RangeError(
      `${told.length} numbers of cameras are told of split ${split}, which has ${count} views of ${CAMERA}`,
    );
  }
  const cameras = new Float32Array(count * CAMERA);
  for (let from = 0; from < count; from += BLOCK) {
    const length = Math.min(BLOCK, count - from);
    const { samples } = await source.read(split, Uint32Array.from({ length }, (_, i) => from + i));
    cameras.set(viewsOf(samples).cameras, from * CAMERA);
  }
  return cameras;
}

const countOf = (cameras: ArrayLike<number>) => cameras.length / CAMERA;

const dot = (a: Vector, b: Vector) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

const less = (a: Vector, b: Vector): Vector => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];

/** The axis along which a camera looks, in the world, of length 1. */
function axisOf({ rotation: r }: Camera): Vector {
  const z: Vector = [r[2], r[5], r[8]], length = Math.sqrt(dot(z, z));
  return [z[0] / length, z[1] / length, z[2] / length];
}

/** x of A·x = b, A symmetric by its upper triangle [xx, xy, xz, yy, yz, zz]; null where |A| < `least`. */
function solved(
  [a, b, c, d, e, f]: readonly number[],
  v: Vector,
  least: number,
): Vector | null {
  const determinant = a * (d * f - e * e) - b * (b * f - c * e) + c * (b * e - c * d);
  if (!(Math.abs(determinant) >= least)) return null;
  const inverse = [d * f - e * e, c * e - b * f, b * e - c * d, a * f - c * c, b * c - a * e];
  const last = a * d - b * b;
  return [
    (inverse[0] * v[0] + inverse[1] * v[1] + inverse[2] * v[2]) / determinant,
    (inverse[1] * v[0] + inverse[3] * v[1] + inverse[4] * v[2]) / determinant,
    (inverse[2] * v[0] + inverse[4] * v[1] + last * v[2]) / determinant,
  ];
}

/**
 * The point that cameras look at: the one nearest to all their axes, by least squares. With the axis of
 * camera i through o along d of length 1, Σ (I − d dᵀ) c = Σ (I − d dᵀ) o.
 * @returns null where all look the same way, and where there are fewer than two
 */
export function sceneCentre(cameras: ArrayLike<number>): Vector | null {
  const n = countOf(cameras),
    matrix = [0, 0, 0, 0, 0, 0],
    sum: [number, number, number] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const camera = cameraAt(cameras, i), o = camera.position, d = axisOf(camera), along = dot(d, o);
    const own = [
      1 - d[0] * d[0],
      -d[0] * d[1],
      -d[0] * d[2],
      1 - d[1] * d[1],
      -d[1] * d[2],
      1 - d[2] * d[2],
    ];
    own.forEach((value, k) => matrix[k] += value / n);
    for (let k = 0; k < 3; k++) sum[k] += (o[k] - along * d[k]) / n;
  }
  return solved(matrix, sum, PARALLEL);
}

/** From a point to each camera. Row-major [n, 3] */
export function linesOfSight(cameras: ArrayLike<number>, from: Vector): Float64Array {
  return Float64Array.from({ length: 3 * countOf(cameras) }, (_, k) => {
    const i = Math.floor(k / 3);
    return cameraAt(cameras, i).position[k % 3] - from[k % 3];
  });
}

/** Mean position of cameras. */
function middleOf(cameras: ArrayLike<number>): Vector {
  const n = countOf(cameras), sum = [0, 0, 0];
  for (let i = 0; i < n; i++) cameraAt(cameras, i).position.forEach((v, k) => sum[k] += v / n);
  return [sum[0], sum[1], sum[2]];
}

/**
 * For each camera the one of `others` that is nearest by where it stands and where it looks: least
 * |Δposition|²/s² + |Δaxis|², s² being the mean squared distance of `others` from what they look at, so
 * that the unit of the scene doesn't matter. Where all look the same way s is about their middle; where
 * all stand in one place axes alone count. Of equal ones the first.
 * @throws RangeError where there are no others
 */
export function nearestCameras(
  cameras: ArrayLike<number>,
  others: ArrayLike<number>,
): Int32Array {
  const n = countOf(others);
  if (n === 0) throw new RangeError("nearestCameras: no cameras to choose from");
  const from = sceneCentre(others) ?? middleOf(others);
  const seen = Array.from({ length: n }, (_, i) => {
    const camera = cameraAt(others, i);
    return { position: camera.position, axis: axisOf(camera) };
  });
  const squares = seen.reduce((sum, { position }) => {
    const d = less(position, from);
    return sum + dot(d, d) / n;
  }, 0);
  const scale = squares > 0 ? squares : Infinity;
  return Int32Array.from({ length: countOf(cameras) }, (_, i) => {
    const own = cameraAt(cameras, i), axis = axisOf(own);
    let best = 0, least = Infinity;
    seen.forEach((other, j) => {
      const p = less(other.position, own.position), z = less(other.axis, axis);
      const distance = dot(p, p) / scale + dot(z, z);
      if (distance < least) [best, least] = [j, distance];
    });
    return best;
  });
}
