/** Many tests at once. @module */

/**
 * Holm's step-down adjusted p values (Holm 1979): the i-th smallest of m becomes
 * max over j ≤ i of min(1, (m − j + 1) p₍ⱼ₎). Rejecting where they are ≤ α keeps the chance of any
 * false rejection at or below α, whatever the dependence.
 * @returns adjusted values in the order given
 * @throws RangeError for a p outside [0, 1]
 */
export function holm(p: readonly number[]): number[] {
  for (const value of p) {
    if (!(value >= 0 && value <= 1)) throw new RangeError(`p value ${value}: between 0 and 1`);
  }
  const order = p.map((_, i) => i).sort((a, b) => p[a] - p[b]);
  const adjusted = new Array<number>(p.length);
  let running = 0;
  order.forEach((index, place) => {
    running = Math.max(running, Math.min(1, (p.length - place) * p[index]));
    adjusted[index] = running;
  });
  return adjusted;
}
