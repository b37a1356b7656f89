/**
 * What colours are mixed as, where transparency is laid on a background and where pixels are averaged:
 * the numbers that files hold, as every published figure of these datasets is made, or amounts of light
 * (sRGB of IEC 61966-2-1).
 * @module
 */
import { pow } from "../../../numeric/mod.ts";

/** How colours are mixed. */
export const LIGHTS = ["encoded", "linear"] as const;
/** One of `LIGHTS`. */
export type Light = typeof LIGHTS[number];

/** Values from 0 to 255 as amounts from 0 to 255, and back to the nearest level. */
export interface Scale {
  /** Of the 256 levels. */
  readonly amounts: Float64Array;
  level(amount: number): number;
}

/** sRGB's transfer, from level to light, both from 0 to 255. */
function linearOf(level: number): number {
  const c = level / 255;
  return 255 * (c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4));
}

const encoded: Scale = {
  amounts: Float64Array.from({ length: 256 }, (_, level) => level),
  level: (amount) => Math.min(255, Math.max(0, Math.floor(amount + 0.5))),
};

/** Amounts half a level up, from which on the next level is the nearest. */
function linearScale(): Scale {
  const amounts = Float64Array.from({ length: 256 }, (_, level) => linearOf(level));
  const next = Float64Array.from({ length: 255 }, (_, level) => linearOf(level + 0.5));
  return {
    amounts,
    level(amount) {
      let low = 0, high = 255;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (amount >= next[middle]) low = middle + 1;
        else high = middle;
      }
      return low;
    },
  };
}

/** A scale by its name. */
export function scaleOf(light: Light): Scale {
  return light === "encoded" ? encoded : linearScale();
}
