/** Probabilities from logits, on the host. @module */
import { exp } from "../numeric/mod.ts";

/** softmax of each of `count` rows, in float64 with the project's own exp: the same bits anywhere. */
export function softmaxRows(logits: ArrayLike<number>, count: number): Float32Array {
  const classes = logits.length / count, p = new Float32Array(logits.length);
  const row = new Float64Array(classes);
  for (let i = 0; i < count; i++) {
    let largest = -Infinity, sum = 0;
    for (let c = 0; c < classes; c++) largest = Math.max(largest, logits[i * classes + c]);
    for (let c = 0; c < classes; c++) sum += row[c] = exp(logits[i * classes + c] - largest);
    for (let c = 0; c < classes; c++) p[i * classes + c] = row[c] / sum;
  }
  return p;
}
