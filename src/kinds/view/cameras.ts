/**
 * Arithmetic of cameras, in float64 on the host. How a camera is written down: see `ViewSet`.
 * @module
 */
import { CAMERA } from "./view_set.ts";

/** A point or direction. */
export type Vector = readonly [number, number, number];

/** A camera by its parts. */
export interface Camera {
  /** From the camera to the world, 3×3 by rows: its columns are the camera's x, y, z in the world. */
  readonly rotation: readonly number[];
  /** Where it stands. */
  readonly position: Vector;
  readonly fx: number;
  readonly fy: number;
  readonly cx: number;
  readonly cy: number;
}

/** The parts of camera `i` of a set's numbers. */
export function cameraAt(cameras: ArrayLike<number>, i: number): Camera {
  const at = i * CAMERA, n = (k: number) => cameras[at + k];
  return {
    rotation: [n(0), n(1), n(2), n(4), n(5), n(6), n(8), n(9), n(10)],
    position: [n(3), n(7), n(11)],
    fx: n(12),
    fy: n(13),
    cx: n(14),
    cy: n(15),
  };
}

/** A camera's 16 numbers. */
export function cameraNumbers({ rotation: r, position: t, fx, fy, cx, cy }: Camera): number[] {
  return [r[0], r[1], r[2], t[0], r[3], r[4], r[5], t[1], r[6], r[7], r[8], t[2], fx, fy, cx, cy];
}

const dot = (a: readonly number[], b: readonly number[]) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

const cross = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

function unit(v: Vector, what: string): Vector {
  const length = Math.sqrt(dot(v, v));
  if (!(length > 0)) throw new RangeError(`lookAt: ${what} has no direction`);
  return [v[0] / length, v[1] / length, v[2] / length];
}

/**
 * The rotation of a camera at `from` that looks at `to`, with `up` upwards in its picture.
 * @returns 3×3 by rows, camera to world
 * @throws RangeError where it looks along `up`, or nowhere
 */
export function lookAt(from: Vector, to: Vector, up: Vector): number[] {
  const z = unit([to[0] - from[0], to[1] - from[1], to[2] - from[2]], "the line of sight");
  const x = unit(cross(z, up), "what is to the right");
  const y = cross(z, x);
  return [x[0], y[0], z[0], x[1], y[1], z[1], x[2], y[2], z[2]];
}

/** A point of the world in a camera's own axes. */
export function toCamera({ rotation: r, position: t }: Camera, point: Vector): Vector {
  const d = [point[0] - t[0], point[1] - t[1], point[2] - t[2]];
  return [
    r[0] * d[0] + r[3] * d[1] + r[6] * d[2],
    r[1] * d[0] + r[4] * d[1] + r[7] * d[2],
    r[2] * d[0] + r[5] * d[1] + r[8] * d[2],
  ];
}

/** Where a point of the world is in the picture, in pixels, and how far along the axis. */
export function projectPoint(
  camera: Camera,
  point: Vector,
): { readonly x: number; readonly y: number; readonly depth: number } {
  const [x, y, z] = toCamera(camera, point);
  return { x: camera.fx * x / z + camera.cx, y: camera.fy * y / z + camera.cy, depth: z };
}

/** The ray through the middle of pixel (i, j): a point at depth d is position + d·direction. */
export function pixelRay(
  { rotation: r, position, fx, fy, cx, cy }: Camera,
  i: number,
  j: number,
): { readonly origin: Vector; readonly direction: Vector } {
  const x = (i + 0.5 - cx) / fx, y = (j + 0.5 - cy) / fy;
  return {
    origin: position,
    direction: [
      r[0] * x + r[1] * y + r[2],
      r[3] * x + r[4] * y + r[5],
      r[6] * x + r[7] * y + r[8],
    ],
  };
}
