/**
 * The interval of a share.
 * @module
 */
import { normalQuantile } from "../distribution.ts";
import { checkLevel } from "../level.ts";
import type { Interval } from "./estimate.ts";

/**
 * Wilson's score interval (1927) of k hits among n: (p + z²/2n ± z√(p(1 − p)/n + z²/4n²)) / (1 + z²/n).
 * @throws RangeError where there is nothing to count, or more hits than that
 */
export function wilsonInterval(
  { hits, of }: { readonly hits: number; readonly of: number },
  level = 0.95,
): Interval {
  checkLevel(level);
  if (!(of > 0 && hits >= 0 && hits <= of)) {
    throw new RangeError(`a share of ${hits} among ${of}: from 0 to all of at least one`);
  }
  const z = normalQuantile((1 + level) / 2), p = hits / of, widening = 1 + z * z / of;
  const centre = (p + z * z / (2 * of)) / widening;
  const half = z * Math.sqrt(p * (1 - p) / of + z * z / (4 * of * of)) / widening;
  return {
    estimate: p,
    low: hits === 0 ? 0 : Math.max(0, centre - half),
    high: hits === of ? 1 : Math.min(1, centre + half),
    level,
    n: of,
    method: "score",
  };
}
