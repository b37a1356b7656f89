/**
 * Features for figures: seeded, correlated, with different scales, like those of a network.
 * @module
 */
import type { Features } from "../../../algebra/mod.ts";
import { hostKey, hostNormal } from "../../../random/host/mod.ts";

/**
 * Rows of normals; each column leans on the one before it and is up to twice as wide as the first, so
 * that covariances of two seeds' sets commute no more than a network's do.
 */
export function seededFeatures(
  seed: number,
  { count, dimension, shift = 0, lean = 0.5 }: {
    count: number;
    dimension: number;
    shift?: number;
    lean?: number;
  },
): Features {
  const data = Float64Array.from(hostNormal(hostKey(seed, "figure"), count * dimension));
  for (let i = 0, at = 0; i < count; i++) {
    let before = 0;
    for (let j = 0; j < dimension; j++, at++) {
      const own = data[at];
      data[at] = (own + lean * before) * (1 + j / dimension) + shift;
      before = own;
    }
  }
  return { count, dimension, data };
}
