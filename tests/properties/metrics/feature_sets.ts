/** Sets of features for laws, by seed. */
import type { Features } from "../../../src/algebra/features.ts";
import { hostKey, hostNormal } from "../../../src/random/host/host.ts";

/** Normal features with a mean and a scale a column. */
export function gaussianSet(
  seed: number,
  { count, dimension, mean = 0, scale = () => 1 }: {
    count: number;
    dimension: number;
    mean?: number;
    scale?: (column: number) => number;
  },
): Features {
  const draws = hostNormal(hostKey(seed, "test features"), count * dimension);
  return {
    count,
    dimension,
    data: Float64Array.from(draws, (v, i) => v * scale(i % dimension) + mean),
  };
}

/** Size of what a distance is computed from: rounding grows with it, not with the distance. */
export function magnitude(...sets: Features[]): number {
  return sets.reduce((s, f) => s + f.data.reduce((t, v) => t + v * v, 0) / f.count, 1);
}

/** The rows of all sets, in order. */
export function joined(...sets: Features[]): Features {
  return {
    count: sets.reduce((n, s) => n + s.count, 0),
    dimension: sets[0].dimension,
    data: Float64Array.from(sets.flatMap((s) => [...s.data])),
  };
}
