/**
 * Files with one bit turned, as a disk or a cable leaves them.
 * @module
 */

/** Copies of `bytes` with one bit turned in each, over the whole file, its first and last bytes too. */
export function* flips(
  bytes: Uint8Array,
  count = 60,
): Generator<{ at: number; bytes: Uint8Array<ArrayBuffer> }> {
  const last = bytes.length - 1, step = Math.max(1, last / Math.max(1, count - 1));
  for (let place = 0, n = 0; Math.floor(place) <= last; place += step, n++) {
    const at = Math.min(last, Math.floor(place)), turned = new Uint8Array(bytes);
    turned[at] ^= 1 << n % 8;
    yield { at, bytes: turned };
  }
}
