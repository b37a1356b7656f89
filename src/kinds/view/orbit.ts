/**
 * Where cameras stand as a whole: what they look at, and an orbit around it.
 * @module
 */
import { cos, sin } from "../../numeric/mod.ts";
import { type Camera, cameraAt, lookAt, type Vector } from "./cameras.ts";
import { CAMERA, type ViewSpec } from "./view_set.ts";

/** An orbit around what cameras look at. */
export interface Orbit {
  /** What is looked at. */
  readonly centre: Vector;
  /** Unit vector: upwards in the pictures, on average. */
  readonly up: Vector;
  /** Unit vector, at right angles to `up`: where view 0 stands. */
  readonly start: Vector;
  /** Distance from the axis, and above the centre. */
  readonly radius: number;
  readonly height: number;
  readonly fx: number;
  readonly fy: number;
  readonly cx: number;
  readonly cy: number;
}

/** Views of a whole turn. */
export const ORBIT_VIEWS = 64;

/** How much the middle of what a camera sees counts against its axis: settles parallel axes. */
const MIDDLE = 1e-3;

type Triple = [number, number, number];

const dot = (a: Vector, b: Vector) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

function along(from: Vector, direction: Vector, by: number): Triple {
  return [0, 1, 2].map((k) => from[k] + by * direction[k]) as Triple;
}

const cross = (a: Vector, b: Vector): Triple => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

function scaled(v: Vector, by: number): Triple {
  return [v[0] * by, v[1] * by, v[2] * by];
}

const sizeOf = (v: Vector) => Math.sqrt(dot(v, v));

/** Column `k` of a camera's rotation: its x, y or z axis in the world. */
export function cameraAxis({ rotation }: Camera, k: 0 | 1 | 2): Vector {
  return [rotation[k], rotation[3 + k], rotation[6 + k]];
}

/** Cameras of a set's numbers. */
export function camerasIn(cameras: ArrayLike<number>): Camera[] {
  return Array.from({ length: cameras.length / CAMERA }, (_, i) => cameraAt(cameras, i));
}

/** The solution of a symmetric 3×3 system, by its determinants. */
function solved(rows: readonly Triple[], right: Triple): Triple {
  const [a, b, c] = rows, inverse = 1 / dot(a, cross(b, c));
  return scaled(
    [dot(right, cross(b, c)), dot(right, cross(c, a)), dot(right, cross(a, b))],
    inverse,
  );
}

/**
 * The point nearest to the axes of all cameras, in least squares: Σ (I − zzᵀ)(c − t) = 0. The middle of
 * what each sees, ½(near + far) along its axis, counts a little too, so that parallel axes have one.
 * @throws RangeError where there is no camera
 */
export function centreOf(
  cameras: readonly Camera[],
  { near, far }: Pick<ViewSpec, "near" | "far">,
): Vector {
  if (cameras.length === 0) throw new RangeError("centreOf: no cameras");
  const rows: Triple[] = [[0, 0, 0], [0, 0, 0], [0, 0, 0]], right: Triple = [0, 0, 0];
  for (const camera of cameras) {
    const z = cameraAxis(camera, 2), t = camera.position;
    const middle = along(t, z, (near + far) / 2), passed = dot(z, t);
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 3; j++) rows[i][j] += (i === j ? 1 + MIDDLE : 0) - z[i] * z[j];
      right[i] += t[i] - passed * z[i] + MIDDLE * middle[i];
    }
  }
  return solved(rows, right);
}

/** Unit vector, or the other one where it has no direction. */
function unitOr(v: Vector, other: Vector): Triple {
  const size = sizeOf(v);
  return scaled(size > 1e-9 ? v : other, 1 / (size > 1e-9 ? size : sizeOf(other)));
}

/** The orbit at the cameras' mean distance and height, with their mean focal lengths and centres. */
export function orbitOf(
  cameras: readonly Camera[],
  spec: Pick<ViewSpec, "near" | "far">,
): Orbit {
  const centre = centreOf(cameras, spec), n = cameras.length;
  const mean = (of: (camera: Camera) => number) => cameras.reduce((sum, c) => sum + of(c), 0) / n;
  const [first] = cameras;
  const upwards = [0, 1, 2].map((k) => mean((c) => -cameraAxis(c, 1)[k])) as Triple;
  const up = unitOr(upwards, scaled(cameraAxis(first, 1), -1));
  const offset = (camera: Camera) => along(camera.position, centre, -1);
  const level = (v: Vector) => along(v, up, -dot(v, up));
  const radius = mean((c) => sizeOf(level(offset(c))));
  return {
    centre,
    up,
    start: unitOr(level(offset(first)), unitOr(level(cameraAxis(first, 2)), cameraAxis(first, 0))),
    // Cameras that all stand on the axis have no distance of their own.
    radius: radius > 1e-6 * spec.far ? radius : (spec.near + spec.far) / 2,
    height: mean((c) => dot(offset(c), up)),
    fx: mean((c) => c.fx),
    fy: mean((c) => c.fy),
    cx: mean((c) => c.cx),
    cy: mean((c) => c.cy),
  };
}

/** View `i` of the orbit: at the angle 2π·i/64 from its start, looking at its centre. */
export function orbitCamera(orbit: Orbit, i: number): Camera {
  const { centre, up, start, radius, height, fx, fy, cx, cy } = orbit;
  const angle = 2 * Math.PI * (i % ORBIT_VIEWS) / ORBIT_VIEWS;
  const level = along(scaled(start, radius * cos(angle)), cross(up, start), radius * sin(angle));
  const position = along(along(centre, level, 1), up, height);
  return { rotation: lookAt(position, centre, up), position, fx, fy, cx, cy };
}
