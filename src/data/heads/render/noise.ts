/**
 * Smooth noise on integer lattices, for hair, skin and backgrounds: hashes and cubic blends only.
 * @module
 */

/** A hash of three whole numbers and a seed to [−1, 1). */
export function lattice(x: number, y: number, z: number, seed: number): number {
  let h = Math.imul(x, 0x8da6b343) ^ Math.imul(y, 0xd8163841) ^ Math.imul(z, 0xcb1ab31f) ^ seed;
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 31 - 1;
}

/** Value noise in [−1, 1): lattice values blended by 3t² − 2t³ (Perlin 1985). Lattice spacing 1. */
export function valueNoise(x: number, y: number, z: number, seed: number): number {
  const x0 = Math.floor(x), y0 = Math.floor(y), z0 = Math.floor(z);
  const tx = x - x0, ty = y - y0, tz = z - z0;
  const u = tx * tx * (3 - 2 * tx), v = ty * ty * (3 - 2 * ty), w = tz * tz * (3 - 2 * tz);
  let sum = 0;
  for (let k = 0; k < 2; k++) {
    const wk = k === 0 ? 1 - w : w;
    if (wk === 0) continue;
    for (let j = 0; j < 2; j++) {
      const wj = wk * (j === 0 ? 1 - v : v);
      const a = lattice(x0, y0 + j, z0 + k, seed);
      sum += wj * (a + u * (lattice(x0 + 1, y0 + j, z0 + k, seed) - a));
    }
  }
  return sum;
}

/** 0 below `low`, 1 above `high`, smooth between. */
export function smoothstep(low: number, high: number, x: number): number {
  const t = Math.min(1, Math.max(0, (x - low) / (high - low)));
  return t * t * (3 - 2 * t);
}

/** Piecewise linear interpolation through (xs, ys); constant outside. xs ascend. */
export function piecewise(xs: readonly number[], ys: readonly number[], x: number): number {
  if (x <= xs[0]) return ys[0];
  for (let i = 1; i < xs.length; i++) {
    if (x <= xs[i]) return ys[i - 1] + (ys[i] - ys[i - 1]) * (x - xs[i - 1]) / (xs[i] - xs[i - 1]);
  }
  return ys[ys.length - 1];
}
