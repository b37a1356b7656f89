/**
 * Backgrounds: a gradient between two colours with low-frequency texture.
 * @module
 */
import { cos, sin } from "../../../numeric/mod.ts";
import { hostFold, hostUniform } from "../../../random/host/mod.ts";
import type { HeadParameters } from "../factors.ts";
import { valueNoise } from "./noise.ts";

/** The background's colour at a place: u, v in [0, 1] from the top left; linear RGB into `out`. */
export type Background = (u: number, v: number, out: Float64Array) => void;

/** The background of a head. Its mean lightness (of display values) is `head.background`. */
export function background(head: HeadParameters): Background {
  const draws = hostUniform(hostFold(head.picture, "background"), 8);
  const seed = Math.floor(draws[0] * 2 ** 24);
  const hue = 2 * Math.PI * draws[1], drift = 1.6 * (draws[2] - 0.5);
  const saturation = 0.02 + 0.11 * draws[3];
  const angle = 2 * Math.PI * draws[4], slope = 0.1 + 0.2 * draws[5];
  const dx = cos(angle), dy = sin(angle);
  const frequency = 1.8 + 2.2 * draws[6], depth = 0.03 + 0.06 * draws[7];
  // Three channels at a third of a turn from each other: their mean is the lightness.
  const tint = [0, 1, 2].map((k) => [hue, hue + drift].map((h) => cos(h - k * 2 * Math.PI / 3)));
  return (u, v, out) => {
    const across = (u - 0.5) * dx + (v - 0.5) * dy;
    const texture = depth * valueNoise(frequency * u, frequency * v, 0, seed) +
      0.5 * depth * valueNoise(2.7 * frequency * u, 2.7 * frequency * v, 5, seed);
    const lightness = head.background + slope * across + texture;
    for (let k = 0; k < 3; k++) {
      const colour = tint[k][0] + (tint[k][1] - tint[k][0]) * (across + 0.5);
      const value = Math.min(1, Math.max(0, lightness + saturation * colour));
      out[k] = value * value;
    }
  };
}
