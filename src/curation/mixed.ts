/**
 * Hashes whose bits all tell.
 * @module
 */

/** Murmur3's last steps: each bit of a 32-bit hash changes half of those of the result. Appleby 2011. */
export function mixed(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
