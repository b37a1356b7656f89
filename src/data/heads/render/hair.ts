/**
 * Hair as geometry: a sheet that runs from the crown down the scalp, column by column of azimuth,
 * at a style's thickness, ends at a hairline or falls free; with bumps for curls.
 * @module
 */
import { cos, sin } from "../../../numeric/mod.ts";
import { hostFold, hostUniform } from "../../../random/host/mod.ts";
import type { HeadParameters } from "../factors.ts";
import { type Style, STYLES } from "./hair_styles.ts";
import { smoothstep, valueNoise } from "./noise.ts";
import { COLUMNS, CROWN, type Roots, rootsOf, type Scalp, scalpPoint } from "./scalp.ts";
import { vertexNormals } from "./shape.ts";

const DEGREES = Math.PI / 180;
/** Rows on the scalp, rows of falling hair, and one that closes the sheet towards the scalp. */
const SCALP_ROWS = 19, FALL_ROWS = 9, CLOSING_ROWS = 1;
const KNOT_RINGS = 7, KNOT_SIDES = 12;
/** Columns of noise a radian of azimuth, by kind of strand. */
const STRAND = 20, FINE = 63, RAGGED = 9;
/** Bumps above this height (in head heights) are curls. */
const CURL = 0.015;

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

/** What a style becomes on one head. */
interface Growth {
  readonly style: Style;
  readonly roots: Roots;
  /** Chin to crown, decimetres. */
  readonly height: number;
  readonly seed: number;
  /** −1 where the style is mirrored. */
  readonly mirror: number;
  /** Degrees by which the front hairline is raised. */
  readonly lift: number;
  readonly volume: number;
  readonly length: number;
}

/** Vertices under construction. */
interface Sheet {
  readonly positions: Float64Array;
  readonly tone: Float64Array;
  readonly fade: Float64Array;
  readonly rows: number;
}

/**
 * The hair of a head; nothing for the bald.
 * @param head its hair shape and identity
 */
export function buildHair(
  head: HeadParameters,
  { scalp, positions, height }: {
    scalp: Scalp;
    /** The head's shape, x y z a vertex, decimetres. */
    positions: Float64Array;
    /** Chin to crown, decimetres. */
    height: number;
  },
): HairMesh | undefined {
  if (head.hair === "bald") return undefined;
  const style = STYLES[head.hair];
  const draws = hostUniform(hostFold(head.identity, "hair"), 5);
  const growth: Growth = {
    style,
    roots: rootsOf(scalp, positions),
    height,
    seed: Math.floor(draws[0] * 2 ** 24),
    mirror: draws[1] < 0.5 ? -1 : 1,
    lift: 6 * (draws[2] - 0.5),
    volume: 0.85 + 0.3 * draws[3],
    length: 0.85 + 0.3 * draws[4],
  };
  const rows = SCALP_ROWS + (style.fall ? FALL_ROWS : 0) + CLOSING_ROWS;
  const rings = style.knot ? KNOT_RINGS : 0;
  const vertices = rows * COLUMNS + rings * KNOT_SIDES;
  const sheet: Sheet = {
    positions: new Float64Array(3 * vertices),
    tone: new Float64Array(vertices),
    fade: new Float64Array(vertices).fill(style.fade ?? 0),
    rows,
  };
  for (let column = 0; column < COLUMNS; column++) growColumn(growth, { sheet, column });
  if (style.knot) growKnot(growth, { sheet, radius: style.knot * growth.volume * height });
  const corners = sheetCorners(rows, rings);
  const normals = new Float64Array(3 * vertices);
  vertexNormals(sheet.positions, { corners, normals });
  const { tone, fade } = sheet;
  return { positions: sheet.positions, normals, corners, tone, fade, gloss: style.gloss };
}

const POINT = new Float64Array(3), TIP = new Float64Array(3);

function growColumn(growth: Growth, { sheet, column }: { sheet: Sheet; column: number }): void {
  const { style, seed, mirror, lift, length, height, roots } = growth;
  const turn = 360 / COLUMNS * column;
  const azimuth = mirror * (turn > 180 ? turn - 360 : turn), side = Math.abs(azimuth);
  // Noise is read on circles, so that the last column joins the first.
  const around = sin(turn * DEGREES), ahead = cos(turn * DEGREES);
  const ragged = 1.6 * valueNoise(RAGGED * around, RAGGED * ahead, 11, seed);
  const end = style.end(side) + lift * (1 - smoothstep(60, 100, side)) + ragged;
  const fall = (style.fall?.(side) ?? 0) * length * height;
  const { positions, tone, fade, rows } = sheet;
  const [cx, , cz] = roots.centre;
  for (let row = 0; row < rows; row++) {
    const at = row * COLUMNS + column, to = 3 * at;
    const along = Math.min(1, row / (SCALP_ROWS - 1));
    const strand = valueNoise(STRAND * around, STRAND * ahead, 1.5 * along, seed + 1);
    const fine = valueNoise(FINE * around, FINE * ahead, 2.5 * along, seed + 2);
    const grain = 0.16 * strand + 0.1 * fine;
    if (row < SCALP_ROWS) {
      scalpPoint(roots, { column, elevation: CROWN + (end - CROWN) * along, out: POINT });
      const grown = grow(growth, { along, side, azimuth, grain, falls: fall > 0 });
      positions.set(TIP, to);
      tone[at] = grown.tone;
      const thin = fall === 0 && !style.blunt && grown.thickness < 0.06;
      if (thin) fade[at] += 0.45 * (1 - fade[at]) * smoothstep(0.9, 1, along);
      continue;
    }
    const down = (row - SCALP_ROWS + 1) / (rows - SCALP_ROWS);
    tone[at] = (1 + grain) * (1 - 0.15 * down);
    if (fall === 0) {
      // Back to the scalp.
      for (let axis = 0; axis < 3; axis++) {
        positions[to + axis] = TIP[axis] + down * (POINT[axis] - TIP[axis]);
      }
      tone[at] *= 1 - 0.2 * down;
    } else {
      // Falls straight, swells a little, turns in at the tips.
      const wave = 2 * (style.bumps?.height ?? 0) *
        valueNoise(7 * around, 7 * ahead, 3 * down, seed + 9);
      const swell = 0.2 * down * (1 - down) - 0.12 * down * down * down + wave;
      const reach = 1 + swell * Math.min(1, fall / (0.3 * height));
      positions[to] = cx + (TIP[0] - cx) * reach;
      positions[to + 1] = TIP[1] - fall * down * (1 + 0.05 * strand);
      positions[to + 2] = cz + (TIP[2] - cz) * reach;
    }
  }
}

/** From the scalp at `POINT` outwards to `TIP`, by the style's thickness and bumps. */
function grow(
  { style, seed, volume, height, roots: { centre } }: Growth,
  { along, side, azimuth, grain, falls }: {
    along: number;
    side: number;
    azimuth: number;
    grain: number;
    falls: boolean;
  },
): { thickness: number; tone: number } {
  const nx = POINT[0] - centre[0], ny = POINT[1] - centre[1], nz = POINT[2] - centre[2];
  const reach = Math.sqrt(nx * nx + ny * ny + nz * nz);
  const taper = falls ? 1 : 1 - (1 - style.edge) * smoothstep(0.6, 1, along);
  let thickness = style.thickness(along, side, azimuth) * volume * taper;
  let hollow = 0;
  if (style.bumps) {
    const f = style.bumps.frequency / reach;
    const bump = valueNoise(nx * f, ny * f, nz * f, seed);
    thickness += style.bumps.height * bump * (0.35 + 0.65 * taper);
    hollow = bump * Math.min(1, 18 * style.bumps.height);
    // Curls have no strands that run from crown to edge.
    const g = 2.1 * f;
    if (style.bumps.height > CURL) grain = 0.3 * valueNoise(nx * g, ny * g, nz * g, seed + 3);
  }
  const push = height * (0.004 + Math.max(0.004, thickness)) / reach;
  TIP[0] = POINT[0] + nx * push;
  TIP[1] = POINT[1] + ny * push;
  TIP[2] = POINT[2] + nz * push;
  return { thickness, tone: (1 + grain) * (1 + 0.3 * hollow) };
}

/** A ball of hair behind the crown. */
function growKnot(
  { roots, seed }: Growth,
  { sheet: { positions, tone, rows }, radius }: { sheet: Sheet; radius: number },
): void {
  scalpPoint(roots, { column: COLUMNS / 2, elevation: 62, out: POINT });
  const cy = POINT[1] + 0.75 * radius, cz = POINT[2] - 0.35 * radius;
  for (let ring = 0; ring < KNOT_RINGS; ring++) {
    const polar = Math.PI * ring / (KNOT_RINGS - 1);
    for (let s = 0; s < KNOT_SIDES; s++) {
      const at = rows * COLUMNS + ring * KNOT_SIDES + s;
      const around = 2 * Math.PI * s / KNOT_SIDES;
      const r = radius * (1 + 0.08 * valueNoise(s, 1.3 * ring, 5, seed));
      positions[3 * at] = POINT[0] + r * sin(polar) * sin(around);
      positions[3 * at + 1] = cy + r * cos(polar);
      positions[3 * at + 2] = cz + r * sin(polar) * cos(around);
      tone[at] = 1 + 0.2 * valueNoise(0.9 * s, 1.7 * ring, 6, seed);
    }
  }
}

const SHEETS = new Map<string, Uint16Array>();

/** Triangles of the sheet (columns wrap) and of the knot's `rings`. */
function sheetCorners(rows: number, rings: number): Uint16Array {
  const key = `${rows} ${rings}`;
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
  grid(rows * COLUMNS, rings, KNOT_SIDES);
  const packed = Uint16Array.from(corners);
  SHEETS.set(key, packed);
  return packed;
}
