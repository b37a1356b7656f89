/**
 * Eyes and brows: painted a sample at a time in the coordinates of the rest mesh, so that they move
 * with the face.
 * @module
 */
import { hostFold, hostUniform } from "../../../random/host/mod.ts";
import type { HeadModel } from "../asset.ts";
import type { HeadParameters } from "../factors.ts";
import { HAIR_TONES } from "./hair_styles.ts";
import { piecewise, smoothstep } from "./noise.ts";
import { EYE, type HeadColours, linear } from "./skin.ts";

/** Shrinks eyeballs a little and sets them back, so that moving lids are never pierced. */
export function seatEyes(positions: Float64Array, eyes: readonly Uint16Array[]): void {
  for (const vertices of eyes) {
    for (let axis = 0; axis < 3; axis++) {
      let centre = 0;
      for (const v of vertices) centre += positions[3 * v + axis] / vertices.length;
      const back = axis === 2 ? -0.012 : 0;
      for (const v of vertices) {
        const at = 3 * v + axis;
        positions[at] = centre + 0.94 * (positions[at] - centre) + back;
      }
    }
  }
}

/** Iris and gaze of a picture. */
export interface EyeLook {
  readonly iris: readonly number[];
  /** Gaze, in eye radii to the side and up. */
  readonly gaze: readonly [side: number, up: number];
}

/** The eyes of a picture. */
export function eyeLook(head: HeadParameters, { iris }: HeadColours): EyeLook {
  const draws = hostUniform(hostFold(head.picture, "gaze"), 2);
  return { iris, gaze: [0.3 * (draws[0] - 0.5), 0.14 * (draws[1] - 0.5)] };
}

const IRIS = 0.46, PUPIL = 0.19;
const SCLERA = [0.8, 0.78, 0.76];

/** White, iris with a dark rim, pupil, catchlight; `colour` holds the light on white. */
export function paintEye(
  colour: Float64Array,
  { x, y, z, shine, look }: {
    x: number;
    y: number;
    z: number;
    /** Cosine between the normal and the highlight's direction. */
    shine: number;
    look: EyeLook;
  },
): void {
  const u = ((x < 0 ? x + EYE.x : x - EYE.x) / EYE.radius) - look.gaze[0];
  const v = (y - EYE.y) / EYE.radius - look.gaze[1];
  const front = z > EYE.z ? 1 : 0;
  const r = Math.sqrt(u * u + v * v);
  const iris = front * (1 - smoothstep(IRIS - 0.03, IRIS + 0.03, r));
  const pupil = front * (1 - smoothstep(PUPIL - 0.03, PUPIL + 0.03, r));
  const rim = 1 - 0.55 * smoothstep(0.6 * IRIS, IRIS, r);
  const glint = smoothstep(0.965, 0.985, shine);
  for (let k = 0; k < 3; k++) {
    let albedo = SCLERA[k] + iris * (look.iris[k] * 1.3 * rim - SCLERA[k]);
    albedo += pupil * (0.008 - albedo);
    colour[k] = colour[k] * albedo + 0.85 * glint * (0.3 + 0.7 * iris);
  }
}

/** Triangles on which brows may lie, from the rest mesh. */
export function browTriangles({ rest, corners, materials }: HeadModel): Uint8Array {
  return Uint8Array.from(materials, (material, t) => {
    if (material !== 0) return 0;
    return [0, 1, 2].some((k) => {
        const at = 3 * corners[3 * t + k];
        const x = Math.abs(rest[at]), y = rest[at + 1];
        return x < 0.68 && y > 7.3 && y < 7.68 && rest[at + 2] > 1;
      })
      ? 1
      : 0;
  });
}

const BROW_X = [0.09, 0.14, 0.25, 0.4, 0.5, 0.58];
const BROW_Y = [7.475, 7.48, 7.495, 7.51, 7.488, 7.445];
const BROW_HALF = [0.028, 0.036, 0.036, 0.03, 0.02, 0.006];

/** Density of brow hair at a place of the rest face. */
export function browDensity(x: number, y: number, thickness: number): number {
  const side = x < 0 ? -x : x;
  if (side < 0.06 || side > 0.62) return 0;
  const off = y - piecewise(BROW_X, BROW_Y, side);
  const half = piecewise(BROW_X, BROW_HALF, side) * thickness;
  const across = 1 - smoothstep(0.45 * half, 1.15 * half, off < 0 ? -off : off);
  const ends = smoothstep(0.06, 0.12, side) * (1 - smoothstep(0.54, 0.62, side));
  return 0.88 * across * ends;
}

/** Brow colour relative to skin: hair colour over skin, darkened until it is darker than the skin. */
export function browLook(
  { hair_colour }: HeadParameters,
  { skin, brow }: HeadColours,
): { ratio: readonly number[]; thickness: number } {
  const tone = HAIR_TONES[hair_colour].map((byte) => linear(byte * 0.75));
  const light = ([r, g, b]: readonly number[]) => 0.3 * r + 0.6 * g + 0.1 * b;
  const dim = Math.min(1, 0.5 * light(skin) / light(tone));
  const through = 0.4 * dim * light(tone) / light(skin);
  return {
    ratio: tone.map((value, k) => 0.6 * value * dim / skin[k] + through),
    thickness: brow,
  };
}
