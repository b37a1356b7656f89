/**
 * Hair as geometry: a sheet that runs from the crown down the scalp, column by column of azimuth,
 * at a style's thickness, ends at a hairline or falls free; with bumps for curls. It is tied to
 * points of the scalp, so that it follows every head shape.
 * @module
 */
import { cos, sin } from "../../numeric/elementary.ts";
import { hostFold, hostUniform } from "../../random/host.ts";
import type { HeadModel } from "./asset.ts";
import type { Hair, HeadParameters } from "./factors.ts";
import { piecewise, smoothstep, valueNoise } from "./noise.ts";
import { vertexNormals } from "./shape.ts";

const COLUMNS = 96;
const DEGREES = Math.PI / 180;
/** Elevations of the scalp points of a column, degrees about the centre of the skull. */
const ELEVATIONS = Array.from({ length: 20 }, (_, i) => 88 - 7 * i);
/** Centre of the skull in the rest mesh, decimetres. */
const CENTRE = [0, 7.35, 0.45] as const;
const SCALP_ROWS = 19;
const FALL_ROWS = 9;

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
      let farthest = 0;
      for (const t of candidates) {
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

/** A hair shape. Lengths are in head heights, angles in degrees, `side` is 0 in front, 180 behind. */
interface Style {
  /** Elevation at which hair ends on the scalp. */
  readonly end: (side: number) => number;
  /** Distance from the scalp; `along` is 0 at the crown, 1 at the end; `azimuth` is signed. */
  readonly thickness: (along: number, side: number, azimuth: number) => number;
  /** Share of the thickness left at the end. */
  readonly edge: number;
  /** Length that falls free below the end. */
  readonly fall?: (side: number) => number;
  /** Bumps: their height and how many fit round a radian. */
  readonly bumps?: { readonly height: number; readonly frequency: number };
  /** A knot of hair behind the crown: its radius. */
  readonly knot?: number;
  /** Share of skin that shows through everywhere; default 0. */
  readonly fade?: number;
  /** Whether hair ends on top of hair or skin with no gradual hairline. Default false. */
  readonly blunt?: boolean;
  /** Height of highlights. */
  readonly gloss: number;
}

const HAIRLINE_SIDE = [0, 25, 45, 58, 66, 76, 84, 92, 104, 112, 126, 150, 180];
const HAIRLINE_ELEVATION = [34, 33, 30, 22, 6, -10, -2, 9, 10, 0, -24, -38, -40];

function hairline(side: number): number {
  return piecewise(HAIRLINE_SIDE, HAIRLINE_ELEVATION, side);
}

/** Hair that falls: over the temples and behind, not over the face. */
function curtain(length: number): (side: number) => number {
  return (side) => length * smoothstep(50, 64, side);
}

function curtainEnd(side: number): number {
  return hairline(side) + (4 - hairline(side)) * smoothstep(54, 70, side);
}

const STYLES: Readonly<Record<Exclude<Hair, "bald">, Style>> = {
  buzz: { end: hairline, thickness: () => 0.01, edge: 0.2, fade: 0.45, gloss: 0.05 },
  short: {
    end: hairline,
    thickness: (along, side) => 0.075 * (1 - 0.65 * along * smoothstep(40, 80, side)),
    edge: 0.35,
    bumps: { height: 0.012, frequency: 7 },
    gloss: 0.25,
  },
  swept: {
    end: (side) => hairline(side) - 3 * (1 - smoothstep(20, 50, side)),
    // Parted on one side, piled up towards the other, close at the temples.
    thickness: (along, side, azimuth) =>
      0.03 + 0.1 * smoothstep(-30, 25, azimuth) * (1 - smoothstep(45, 85, side)) *
        smoothstep(0, 0.5, along) +
      0.035 * (1 - along),
    edge: 0.7,
    bumps: { height: 0.008, frequency: 6 },
    gloss: 0.35,
  },
  curly: {
    end: (side) => piecewise([0, 40, 70, 100, 130, 180], [27, 25, 4, -12, -27, -38], side),
    thickness: (along, side) => 0.12 + 0.04 * along * smoothstep(30, 90, side),
    edge: 0.75,
    bumps: { height: 0.05, frequency: 7.5 },
    blunt: true,
    gloss: 0.3,
  },
  afro: {
    end: (side) => piecewise([0, 40, 70, 100, 130, 180], [31, 28, 14, 7, -18, -36], side),
    thickness: (along) => 0.19 + 0.03 * along,
    edge: 0.6,
    bumps: { height: 0.02, frequency: 14 },
    blunt: true,
    gloss: 0.06,
  },
  bob: {
    end: (side) => curtainEnd(side) - 14 * (1 - smoothstep(35, 55, side)),
    thickness: (along, side) => 0.05 + 0.03 * along * smoothstep(50, 90, side),
    edge: 0.8,
    fall: curtain(0.42),
    blunt: true,
    bumps: { height: 0.006, frequency: 7 },
    gloss: 0.5,
  },
  long: {
    end: curtainEnd,
    thickness: (along, side) => 0.04 + 0.035 * along * smoothstep(50, 90, side),
    edge: 0.8,
    fall: curtain(1.05),
    bumps: { height: 0.012, frequency: 5 },
    gloss: 0.4,
  },
  bun: {
    end: hairline,
    thickness: () => 0.024,
    edge: 0.25,
    bumps: { height: 0.004, frequency: 8 },
    knot: 0.14,
    gloss: 0.4,
  },
};

/** sRGB of hair colours. */
export const HAIR_TONES = {
  black: [30, 25, 24],
  brown: [86, 56, 36],
  auburn: [118, 62, 40],
  blond: [204, 170, 120],
  grey: [176, 174, 172],
} as const;

/** A hair mesh in the head's coordinates. */
export interface HairMesh {
  readonly positions: Float64Array;
  readonly normals: Float64Array;
  readonly corners: Uint16Array;
  /** Factor on the hair's colour a vertex: strands, hollows. */
  readonly tone: Float64Array;
  /** Share of skin that shows through a vertex. */
  readonly fade: Float64Array;
  readonly gloss: number;
}

/**
 * The hair of a head; nothing for the bald.
 * @param positions the head's shape, x y z a vertex, decimetres
 */
export function buildHair(
  head: HeadParameters,
  { model, scalp, positions, height }: {
    model: HeadModel;
    scalp: Scalp;
    positions: Float64Array;
    /** Chin to crown, decimetres. */
    height: number;
  },
): HairMesh | undefined {
  if (head.hair === "bald") return undefined;
  const style = STYLES[head.hair];
  const draws = hostUniform(hostFold(head.identity, "hair"), 6);
  const seed = Math.floor(draws[0] * 2 ** 24);
  const mirror = draws[1] < 0.5 ? -1 : 1;
  const lift = 6 * (draws[2] - 0.5);
  const volume = 0.85 + 0.3 * draws[3];
  const length = 0.85 + 0.3 * draws[4];
  const roots = scalpPoints(scalp, positions);
  const [cx, cy, cz] = centreOf(roots);
  // One row more closes the sheet towards the scalp.
  const rows = SCALP_ROWS + (style.fall ? FALL_ROWS : 0) + 1;
  const knotRings = style.knot ? 7 : 0, knotSides = 12;
  const sheet = rows * COLUMNS, vertices = sheet + knotRings * knotSides;
  const out = new Float64Array(3 * vertices), tone = new Float64Array(vertices);
  const fade = new Float64Array(vertices).fill(style.fade ?? 0);
  const point = [0, 0, 0];
  void model;

  for (let column = 0; column < COLUMNS; column++) {
    const turn = 360 / COLUMNS * column;
    const azimuth = mirror * (turn > 180 ? turn - 360 : turn);
    const side = Math.abs(azimuth);
    const ragged = 1.6 * valueNoise(turn * 0.16, 0, 11, seed);
    const end = style.end(side) + lift * (1 - smoothstep(60, 100, side)) + ragged;
    const fall = (style.fall?.(side) ?? 0) * length * height;
    let ox = 0, oy = 0, oz = 0;
    for (let row = 0; row < rows; row++) {
      const at = row * COLUMNS + column;
      const along = Math.min(1, row / (SCALP_ROWS - 1));
      const strand = valueNoise(turn * 0.35 + 7, along * 1.5, 0, seed + 1);
      const fine = valueNoise(turn * 1.1, along * 2.5, 3, seed + 2);
      if (row < SCALP_ROWS) {
        pathPoint(roots, { column, elevation: 88 + (end - 88) * along, out: point });
        const nx = point[0] - cx, ny = point[1] - cy, nz = point[2] - cz;
        const reach = Math.sqrt(nx * nx + ny * ny + nz * nz);
        const falls = fall > 0 ? 1 : 0;
        const taper = 1 - (1 - falls) * (1 - style.edge) * smoothstep(0.6, 1, along);
        let thick = style.thickness(along, side, azimuth) * volume * taper;
        let hollow = 0, grain = 0.16 * strand + 0.1 * fine;
        if (style.bumps) {
          const f = style.bumps.frequency / reach;
          const bump = valueNoise(nx * f + 50, ny * f + 50, nz * f + 50, seed);
          thick += style.bumps.height * bump * (0.35 + 0.65 * taper);
          hollow = bump * Math.min(1, style.bumps.height * 18);
          if (style.bumps.height > 0.015) {
            // Curls have no strands that run from crown to edge.
            const g = 2.1 * f;
            grain = 0.3 * valueNoise(nx * g, ny * g, nz * g, seed + 3);
          }
        }
        const push = 0.004 + Math.max(0.004, thick);
        ox = point[0] + nx / reach * push * height;
        oy = point[1] + ny / reach * push * height;
        oz = point[2] + nz / reach * push * height;
        tone[at] = (1 + grain) * (1 + 0.3 * hollow);
        out[3 * at] = ox;
        out[3 * at + 1] = oy;
        out[3 * at + 2] = oz;
        if (falls === 0 && !style.blunt && thick < 0.06) {
          fade[at] += 0.45 * (1 - fade[at]) * smoothstep(0.9, 1, along);
        }
      } else if (row === rows - 1) {
        // Back to the scalp, where hair doesn't fall; else the last row again.
        const before = at - COLUMNS;
        tone[at] = 0.7 * tone[before];
        for (let axis = 0; axis < 3; axis++) {
          out[3 * at + axis] = fall > 0 ? out[3 * before + axis] : point[axis];
        }
      } else {
        const down = (row - SCALP_ROWS + 1) / FALL_ROWS;
        if (fall > 0) {
          // Falls straight, swells a little, turns in at the tips.
          const wave = (style.bumps?.height ?? 0) * 2 * valueNoise(turn * 0.12, down * 3, 9, seed);
          const swell = 0.1 * down * (1 - down) * 2 - 0.12 * down * down * down + wave;
          const reach = 1 + swell * Math.min(1, fall / (0.3 * height));
          out[3 * at] = cx + (ox - cx) * reach;
          out[3 * at + 1] = oy - fall * down * (1 + 0.05 * strand);
          out[3 * at + 2] = cz + (oz - cz) * reach;
        } else {
          out[3 * at] = ox + down * (point[0] - ox);
          out[3 * at + 1] = oy + down * (point[1] - oy);
          out[3 * at + 2] = oz + down * (point[2] - oz);
        }
        tone[at] = (1 + 0.16 * strand + 0.1 * fine) * (1 - 0.15 * down);
      }
    }
  }
  if (style.knot) {
    pathPoint(roots, { column: COLUMNS / 2, elevation: 62, out: point });
    const radius = style.knot * volume * height;
    const ky = point[1] + 0.75 * radius, kz = point[2] - 0.35 * radius;
    for (let ring = 0; ring < knotRings; ring++) {
      const polar = Math.PI * ring / (knotRings - 1);
      for (let s = 0; s < knotSides; s++) {
        const at = sheet + ring * knotSides + s;
        const around = 2 * Math.PI * s / knotSides;
        const r = radius * (1 + 0.08 * valueNoise(s, ring * 1.3, 5, seed));
        out[3 * at] = cx + r * sin(polar) * sin(around);
        out[3 * at + 1] = ky + r * cos(polar);
        out[3 * at + 2] = kz + r * sin(polar) * cos(around);
        tone[at] = 1 + 0.2 * valueNoise(s * 0.9, ring * 1.7, 6, seed);
      }
    }
  }
  const corners = sheetCorners(rows, knotRings, knotSides);
  const normals = new Float64Array(3 * vertices);
  vertexNormals(out, { corners, normals });
  return { positions: out, normals, corners, tone, fade, gloss: style.gloss };
}

function scalpPoints({ corners, weights }: Scalp, positions: Float64Array): Float64Array {
  const points = new Float64Array(weights.length);
  for (let i = 0; i < weights.length; i++) {
    const vertex = 3 * corners[i], at = 3 * Math.floor(i / 3);
    for (let axis = 0; axis < 3; axis++) points[at + axis] += weights[i] * positions[vertex + axis];
  }
  return points;
}

/** The middle of the ring of scalp points at eye height. */
function centreOf(roots: Float64Array): [number, number, number] {
  const row = ELEVATIONS.findIndex((elevation) => elevation < 8);
  const sum: [number, number, number] = [0, 0, 0];
  for (let i = 0; i < COLUMNS; i++) {
    for (let axis = 0; axis < 3; axis++) sum[axis] += roots[3 * (row * COLUMNS + i) + axis];
  }
  return [sum[0] / COLUMNS, sum[1] / COLUMNS, sum[2] / COLUMNS];
}

function pathPoint(
  roots: Float64Array,
  { column, elevation, out }: { column: number; elevation: number; out: number[] },
): void {
  const exact = Math.min(ELEVATIONS.length - 1, Math.max(0, (88 - elevation) / 7));
  const row = Math.min(ELEVATIONS.length - 2, Math.floor(exact)), t = exact - row;
  const a = 3 * (row * COLUMNS + column), b = a + 3 * COLUMNS;
  for (let axis = 0; axis < 3; axis++) {
    out[axis] = roots[a + axis] + t * (roots[b + axis] - roots[a + axis]);
  }
}

const SHEETS = new Map<string, Uint16Array>();

/** Triangles of the sheet (columns wrap) and the knot. */
function sheetCorners(rows: number, rings: number, sides: number): Uint16Array {
  const key = `${rows} ${rings} ${sides}`;
  const known = SHEETS.get(key);
  if (known) return known;
  const corners: number[] = [];
  const grid = (start: number, height: number, width: number) => {
    for (let row = 0; row + 1 < height; row++) {
      for (let column = 0; column < width; column++) {
        const next = (column + 1) % width;
        const a = start + row * width + column, b = start + row * width + next;
        corners.push(a, a + width, b, b, a + width, b + width);
      }
    }
  };
  grid(0, rows, COLUMNS);
  grid(rows * COLUMNS, rings, sides);
  const packed = Uint16Array.from(corners);
  SHEETS.set(key, packed);
  return packed;
}
