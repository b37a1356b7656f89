/** Laws over few outcomes, which expectations are taken over one by one, in float64. */
import fc from "fast-check";

/** Numbers, from −size to size. */
export const numbers = (count: number, size = 2) =>
  fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: count, maxLength: count })
    .map((values) => values.map((value) => Math.fround(value * size / 1000)));

/** ln softmax of logits. */
export function logProbabilities(logits: readonly number[]): number[] {
  const most = Math.max(...logits);
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit - most), 0);
  return logits.map((logit) => logit - most - Math.log(total));
}

/** Σ p(x) f(x) by ln p. */
export function expectation(logs: readonly number[], f: (x: number) => number): number {
  return logs.reduce((sum, log, x) => sum + Math.exp(log) * f(x), 0);
}

/** KL(p ‖ q) by ln p and ln q. */
export function divergenceOf(p: readonly number[], q: readonly number[]): number {
  return expectation(p, (x) => p[x] - q[x]);
}
