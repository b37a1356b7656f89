/**
 * The sixteen values of a 4-bit NormalFloat, least first.
 *
 * They are quantiles of the standard normal, made symmetric about an exact zero and divided by the
 * largest: with Q the quantile function and p = 0.9677083, the eight above 0 are Q at 8 even places from
 * p to 1/2 (the last left out twice over), the seven below −Q at 7. Dettmers et al. 2023, QLoRA
 * (arXiv:2305.14314), section 3 and appendix E.
 * @module
 */

/** See the module; float32. */
export const NF4: Float32Array = Float32Array.of(
  -1,
  -0.6961928009986877,
  -0.5250730514526367,
  -0.39491748809814453,
  -0.28444138169288635,
  -0.18477343022823334,
  -0.09105003625154495,
  0,
  0.07958029955625534,
  0.16093020141124725,
  0.24611230194568634,
  0.33791524171829224,
  0.44070982933044434,
  0.5626170039176941,
  0.7229568362236023,
  1,
);

/** Half way between neighbours: what lies above one is nearer to the next. */
const BOUNDS = Float64Array.from({ length: NF4.length - 1 }, (_, i) => (NF4[i] + NF4[i + 1]) / 2);

/** The number of the nearest value; half way the lower one. Of what is no number, that of 0. */
export function nearestNf4(x: number): number {
  if (Number.isNaN(x)) return 7;
  let low = 0, high = BOUNDS.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x > BOUNDS[middle]) low = middle + 1;
    else high = middle;
  }
  return low;
}
