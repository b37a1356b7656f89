/**
 * The order of samples that come in a file's order: metrics read the first N of a split, which must be a
 * fair sample of it.
 * @module
 */
import { hostKey, hostPermutation } from "../random/host/mod.ts";

/**
 * Pairs of neighbours of one class, beyond those that chance gives, that show an order by class: in
 * roots of the number of samples, of which chance deviates by half a one at most.
 */
const SORTED = 4;

/**
 * Whether samples lie by class: more neighbours share their class than in a random order of the same
 * samples, in which the share of equal pairs is Σ nₖ(nₖ − 1) / n(n − 1).
 */
export function liesByClass(labels: ArrayLike<number>): boolean {
  const n = labels.length, counts = new Map<number, number>();
  let equal = 0;
  for (let i = 0; i < n; i++) {
    counts.set(labels[i], (counts.get(labels[i]) ?? 0) + 1);
    if (i > 0 && labels[i] === labels[i - 1]) equal++;
  }
  const expected = [...counts.values()].reduce((sum, k) => sum + k * (k - 1), 0) / n;
  return equal - expected > SORTED * Math.sqrt(n);
}

/**
 * Places `first` … of samples with these labels: as they come, or in a fixed random order where they
 * lie by class.
 */
export function fairOrder(labels: ArrayLike<number>, first: number): Uint32Array {
  const n = labels.length;
  if (!liesByClass(labels)) return Uint32Array.from({ length: n }, (_, i) => first + i);
  return hostPermutation(hostKey(0, "fair order"), n).map((place) => first + place);
}
