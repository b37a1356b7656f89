/**
 * Where hair grows: points of the scalp on a grid of azimuth and elevation about the skull's
 * centre, tied to triangles of the mesh, so that they follow every head shape.
 * @module
 */
import { cos, sin } from "../../../numeric/mod.ts";
import type { HeadModel } from "../asset.ts";

/** Columns of the grid; column 0 is the front, a quarter on is the model's left. */
export const COLUMNS = 96;
const DEGREES = Math.PI / 180;
/** Elevation of the first row; straight up, a column would have no direction. */
export const CROWN = 88;
/** Elevations of the rows, degrees about the centre of the skull. */
const STEP = 7;
const ELEVATIONS = Array.from({ length: 20 }, (_, i) => CROWN - STEP * i);
/** Centre of the skull in the rest mesh, decimetres. */
const CENTRE = [0, 7.35, 0.45] as const;

/** Where the rays of the grid meet the scalp of the rest mesh. */
export interface Scalp {
  /** Three vertices a grid point, row by row; row 0 is the crown. */
  readonly corners: Uint16Array;
  /** Three weights a grid point. */
  readonly weights: Float64Array;
}

/** Finds the scalp points of the rest mesh: the outermost skin, ears left out, along each ray. */
export function findScalp(model: HeadModel): Scalp {
  const { rest, corners, materials, regions } = model;
  const candidates: number[] = [];
  for (let t = 0; t < materials.length; t++) {
    const ids = [corners[3 * t], corners[3 * t + 1], corners[3 * t + 2]];
    if (materials[t] !== 0 || ids.some((v) => rest[3 * v + 1] < 5.7)) continue;
    if (ids.some((v) => regions.ears[v] > 0.3 || regions.inside_mouth[v] > 0.5)) continue;
    candidates.push(t);
  }
  const cones = new Float64Array(4 * candidates.length);
  candidates.forEach((t, i) => {
    cones.set(coneOf(rest, corners.subarray(3 * t, 3 * t + 3)), 4 * i);
  });
  const points = ELEVATIONS.length * COLUMNS;
  const found = {
    corners: new Uint16Array(3 * points),
    weights: new Float64Array(3 * points),
    hit: new Uint8Array(points),
  };
  ELEVATIONS.forEach((elevation, row) => {
    for (let column = 0; column < COLUMNS; column++) {
      const at = row * COLUMNS + column;
      const azimuth = 360 / COLUMNS * column * DEGREES;
      const level = cos(elevation * DEGREES);
      const ray = [level * sin(azimuth), sin(elevation * DEGREES), level * cos(azimuth)] as const;
      const [dx, dy, dz] = ray;
      let farthest = 0;
      for (let i = 0; i < candidates.length; i++) {
        const c = 4 * i;
        const cosine = dx * cones[c] + dy * cones[c + 1] + dz * cones[c + 2];
        if (cosine < cones[c + 3]) continue;
        const t = candidates[i];
        const hit = intersect(ray, { rest, corners, at: 3 * t });
        if (!hit || hit.distance <= farthest) continue;
        farthest = hit.distance;
        found.hit[at] = 1;
        found.corners.set(corners.subarray(3 * t, 3 * t + 3), 3 * at);
        found.weights.set([1 - hit.v - hit.w, hit.v, hit.w], 3 * at);
      }
    }
    fillGaps(found, row);
  });
  return found;
}

/** The narrowest cone of rays about a triangle's middle that holds it: axis and least cosine. */
function coneOf(
  rest: Float32Array,
  corners: Uint16Array,
): readonly [x: number, y: number, z: number, cosine: number] {
  const unit = (v: readonly number[]) => {
    const length = Math.sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
    return v.map((x) => x / length);
  };
  const rays = Array.from(corners, (v) => unit(CENTRE.map((c, axis) => rest[3 * v + axis] - c)));
  const axis = unit([0, 1, 2].map((k) => rays[0][k] + rays[1][k] + rays[2][k]));
  const cosines = rays.map((ray) => ray[0] * axis[0] + ray[1] * axis[1] + ray[2] * axis[2]);
  // The rounding of the cosine must not shave the corners off.
  return [axis[0], axis[1], axis[2], Math.min(...cosines) - 1e-9];
}

/** Möller & Trumbore 1997, from the centre of the skull. */
function intersect(
  [dx, dy, dz]: readonly [number, number, number],
  { rest, corners, at }: { rest: Float32Array; corners: Uint16Array; at: number },
): { distance: number; v: number; w: number } | undefined {
  const a = 3 * corners[at], b = 3 * corners[at + 1], c = 3 * corners[at + 2];
  const ux = rest[b] - rest[a], uy = rest[b + 1] - rest[a + 1], uz = rest[b + 2] - rest[a + 2];
  const wx = rest[c] - rest[a], wy = rest[c + 1] - rest[a + 1], wz = rest[c + 2] - rest[a + 2];
  const px = dy * wz - dz * wy, py = dz * wx - dx * wz, pz = dx * wy - dy * wx;
  const determinant = ux * px + uy * py + uz * pz;
  if (Math.abs(determinant) < 1e-12) return undefined;
  const sx = CENTRE[0] - rest[a], sy = CENTRE[1] - rest[a + 1], sz = CENTRE[2] - rest[a + 2];
  const v = (sx * px + sy * py + sz * pz) / determinant;
  if (v < 0 || v > 1) return undefined;
  const qx = sy * uz - sz * uy, qy = sz * ux - sx * uz, qz = sx * uy - sy * ux;
  const w = (dx * qx + dy * qy + dz * qz) / determinant;
  if (w < 0 || v + w > 1) return undefined;
  const distance = (wx * qx + wy * qy + wz * qz) / determinant;
  return distance > 0 ? { distance, v, w } : undefined;
}

/** Where a ray met nothing (behind an ear), takes the nearest column's point of that row. */
function fillGaps(
  { corners, weights, hit }: Scalp & { hit: Uint8Array },
  row: number,
): void {
  const start = row * COLUMNS;
  for (let column = 0; column < COLUMNS; column++) {
    if (hit[start + column]) continue;
    for (let step = 1; step < COLUMNS / 2; step++) {
      const near = [column + step, column - step]
        .map((other) => start + (other + COLUMNS) % COLUMNS).find((other) => hit[other] === 1);
      if (near === undefined) continue;
      corners.copyWithin(3 * (start + column), 3 * near, 3 * near + 3);
      weights.copyWithin(3 * (start + column), 3 * near, 3 * near + 3);
      break;
    }
  }
}

/** The scalp of one head: x y z a grid point, and the middle of the ring at eye height. */
export interface Roots {
  readonly points: Float64Array;
  readonly centre: readonly [x: number, y: number, z: number];
}

/** The scalp points of a head whose vertices lie at `positions`. */
export function rootsOf({ corners, weights }: Scalp, positions: Float64Array): Roots {
  const points = new Float64Array(weights.length);
  for (let i = 0; i < weights.length; i++) {
    const vertex = 3 * corners[i], at = 3 * Math.floor(i / 3);
    for (let axis = 0; axis < 3; axis++) points[at + axis] += weights[i] * positions[vertex + axis];
  }
  const ring = ELEVATIONS.findIndex((elevation) => elevation < 8);
  const centre: [number, number, number] = [0, 0, 0];
  for (let i = 0; i < COLUMNS; i++) {
    for (let axis = 0; axis < 3; axis++) {
      centre[axis] += points[3 * (ring * COLUMNS + i) + axis] / COLUMNS;
    }
  }
  return { points, centre };
}

/** The scalp at a column and an elevation in degrees, between grid points, into `out`. */
export function scalpPoint(
  { points }: Roots,
  { column, elevation, out }: { column: number; elevation: number; out: Float64Array },
): void {
  const exact = Math.min(ELEVATIONS.length - 1, Math.max(0, (CROWN - elevation) / STEP));
  const row = Math.min(ELEVATIONS.length - 2, Math.floor(exact)), t = exact - row;
  const a = 3 * (row * COLUMNS + column), b = a + 3 * COLUMNS;
  for (let axis = 0; axis < 3; axis++) {
    out[axis] = points[a + axis] + t * (points[b + axis] - points[a + axis]);
  }
}
