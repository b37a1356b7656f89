/**
 * Colours of a head, linear RGB a vertex: skin by melanin, lips, flush, mottling.
 * @module
 */
import { hostFold, hostUniform } from "../../../random/host/mod.ts";
import type { HeadModel } from "../asset.ts";
import type { HeadParameters } from "../factors.ts";
import { piecewise, smoothstep, valueNoise } from "./noise.ts";

/** Linear light of an sRGB byte, by the gamma-2 approximation that `display` inverts. */
export function linear(byte: number): number {
  return (byte / 255) * (byte / 255);
}

/** sRGB skin tones over melanin 0 … 1. */
const MELANIN = [0, 0.2, 0.4, 0.6, 0.8, 1];
const TONES = [
  [248, 240, 222, 184, 130, 84],
  [216, 196, 168, 130, 86, 54],
  [200, 170, 132, 94, 60, 38],
];

/** Iris colours; brown ones are drawn most, and always with much melanin. */
const IRISES = [[74, 46, 26], [52, 32, 20], [108, 76, 38], [82, 112, 80], [78, 112, 146]];

/** Colours that are constant over a head, linear RGB. */
export interface HeadColours {
  readonly skin: readonly number[];
  readonly lips: readonly number[];
  readonly iris: readonly number[];
  /** Thickness of the brows, about 1. */
  readonly brow: number;
}

/** The colours of a head. They depend on skin tone and identity, not on gender. */
export function headColours({ skin, identity }: HeadParameters): HeadColours {
  const [warmth, redness, eye, brow] = hostUniform(hostFold(identity, "colours"), 4);
  const tone = TONES.map((channel) => piecewise(MELANIN, channel, skin));
  const shift = [1 + 0.02 * (warmth - 0.5), 1, 1 - 0.1 * (warmth - 0.5)];
  const base = tone.map((byte, i) => linear(byte * shift[i]));
  const lip = [0.86, 0.54 - 0.1 * redness, 0.56 - 0.06 * redness];
  const irises = skin > 0.5 ? 2 : IRISES.length;
  return {
    skin: base,
    lips: base.map((value, i) => value * lip[i]),
    iris: IRISES[Math.floor(eye * irises)].map(linear),
    brow: 0.75 + 0.6 * brow,
  };
}

/** What of the skin's colour depends on the place alone. */
export interface SkinMap {
  /** Redness of cheeks, nose, ears. */
  readonly flush: Float64Array;
  /** Dark rim along the lids. */
  readonly rim: Float64Array;
}

/** Rest positions of the eyes' centres (decimetres; the other one mirrored) and their radius. */
export const EYE = { x: 0.309, y: 7.287, z: 1.245, radius: 0.142 } as const;

/** Places of the skin, from the rest mesh. */
export function mapSkin({ vertices, rest, regions }: HeadModel): SkinMap {
  const flush = new Float64Array(vertices), rim = new Float64Array(vertices);
  for (let i = 0; i < vertices; i++) {
    const x = Math.abs(rest[3 * i]), y = rest[3 * i + 1], z = rest[3 * i + 2];
    const near = (cx: number, cy: number, cz: number, radius: number) => {
      const d = (x - cx) * (x - cx) + (y - cy) * (y - cy) + (z - cz) * (z - cz);
      return 1 - smoothstep(0, radius, Math.sqrt(d));
    };
    flush[i] = 0.8 * near(0.42, 6.93, 1.3, 0.4) + 0.7 * near(0, 6.95, 1.68, 0.25) +
      0.4 * regions.ears[i];
    const ex = x - EYE.x, ey = y - EYE.y, ez = z - EYE.z;
    const distance = Math.sqrt(ex * ex + ey * ey + ez * ez) / EYE.radius;
    rim[i] = (1 - smoothstep(1.02, 1.2, distance)) * smoothstep(0.3, 0.8, ez / EYE.radius) *
      (0.55 + 0.45 * smoothstep(-0.1, 0.2, ey / EYE.radius));
  }
  return { flush, rim };
}

/** Writes the albedo of all skin vertices, linear RGB, into `albedo`. */
export function paintSkin(
  { identity }: HeadParameters,
  { model, map, colours, albedo }: {
    model: HeadModel;
    map: SkinMap;
    colours: HeadColours;
    albedo: Float64Array;
  },
): void {
  const { rest, regions } = model;
  const [draw, rosy] = hostUniform(hostFold(identity, "mottling"), 2);
  const seed = Math.floor(draw * 2 ** 24);
  for (let i = 0; i < model.vertices; i++) {
    const x = rest[3 * i], y = rest[3 * i + 1], z = rest[3 * i + 2];
    const mottle = 1 + 0.06 * valueNoise(3 * x, 3 * y, 3 * z, seed) +
      0.05 * valueNoise(11 * x, 11 * y, 11 * z, seed + 1);
    const flush = map.flush[i] * (0.25 + 0.75 * rosy);
    const lip = regions.lips[i];
    const dark = (1 - 0.62 * map.rim[i]) * (1 - 0.85 * regions.inside_mouth[i]);
    for (let k = 0; k < 3; k++) {
      const red = k === 0 ? 1 : 1 - 0.22 * flush;
      const base = colours.skin[k] * red * mottle;
      albedo[3 * i + k] = (base + lip * (colours.lips[k] * mottle - base)) * dark *
        (k === 0 ? 1 : 1 - 0.5 * regions.inside_mouth[i]);
    }
  }
}
