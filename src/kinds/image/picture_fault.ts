/**
 * What values have to be to be samples of 8 bits.
 * @module
 */

/** How far values may leave [0, 1] by rounding. */
const ROUNDING = 1e-3;

/**
 * What keeps values from being float32 in [0, 1], which are rounded to k/255 when they are read: the
 * first that isn't finite, or the range that they have. The end of a sentence; null where all is well.
 * @param what "pictures"
 */
export function pictureFault(values: Float32Array | Int32Array, what: string): string | null {
  let low = Infinity, high = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!Number.isFinite(value)) return `${value} among its ${what} (value ${i})`;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low >= -ROUNDING && high <= 1 + ROUNDING) return null;
  const hint = high > 2
    ? "; 0 to 255? divide by 255"
    : low < -ROUNDING && low >= -1 - ROUNDING && high <= 1 + ROUNDING
    ? "; −1 to 1? (x + 1) / 2"
    : "; tf.clipByValue(x, 0, 1) at the end of the program, if they only overshoot";
  return `${what} with values from ${low} to ${high} where 0 to 1 was expected${hint}`;
}
