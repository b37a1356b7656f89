/**
 * The shapes and colours of hair.
 * @module
 */
import type { Hair } from "../factors.ts";
import { piecewise, smoothstep } from "./noise.ts";

/** A hair shape. Lengths are in head heights, angles in degrees, `side` is 0 in front, 180 behind. */
export interface Style {
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

/** Every hair shape but none. */
export const STYLES: Readonly<Record<Exclude<Hair, "bald">, Style>> = {
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
