/**
 * ln Σ exp in float64, for scores of logits that were read back.
 * @module
 */
import { exp, log } from "../../numeric/mod.ts";

/** ln Σ exp(x) without overflow. */
export function logSumExp(values: ArrayLike<number>): number {
  let most = -Infinity;
  for (let i = 0; i < values.length; i++) most = Math.max(most, values[i]);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += exp(values[i] - most);
  return most + log(sum);
}
