/** Comparing vectors of features. */

/** ‖a − b‖/‖b‖. */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`${a.length} numbers and ${b.length}`);
  let difference = 0, square = 0;
  for (let i = 0; i < b.length; i++) {
    difference += (a[i] - b[i]) ** 2;
    square += b[i] ** 2;
  }
  return Math.sqrt(difference / square);
}
