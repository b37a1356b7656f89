/**
 * 16-bit floats, by their bits.
 * @module
 */

const FLOAT = new Float32Array(1);
const BITS = new Uint32Array(FLOAT.buffer);

/** IEEE 754 binary16 to a number; exact. */
export function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  BITS[0] = ((half & 0x8000) << 16) | ((exponent + 112) << 23) | (fraction << 13);
  return FLOAT[0];
}

/** A number to binary16, rounding to nearest, ties to even; beyond 65,519 to ±∞. */
export function toHalf(x: number): number {
  FLOAT[0] = x;
  const bits = BITS[0];
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  // 65520 and more rounds to infinity.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude < 0x38800000) {
    // Subnormal: |x|·2²⁴ is the fraction. Rounded once more here, which float32 input makes exact.
    BITS[0] = magnitude;
    const scaled = FLOAT[0] * 2 ** 24;
    const floor = Math.floor(scaled);
    const rest = scaled - floor;
    const up = rest > 0.5 || (rest === 0.5 && floor % 2 === 1);
    return sign | (floor + (up ? 1 : 0));
  }
  const shifted = magnitude - 0x38000000;
  return sign | ((shifted + 0xfff + ((shifted >>> 13) & 1)) >>> 13);
}

/** bfloat16 (the upper half of a float32) to a number; exact. */
export function fromBrainHalf(half: number): number {
  BITS[0] = half << 16;
  return FLOAT[0];
}

/** `fromHalf` of each, for many; all values of 16 bits are worked out once. */
export function fromHalves(halves: Uint16Array): Float32Array {
  table ??= Float32Array.from({ length: 1 << 16 }, (_, half) => fromHalf(half));
  const out = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) out[i] = table[halves[i]];
  return out;
}

let table: Float32Array | undefined;

/** `fromBrainHalf` of each. */
export function fromBrainHalves(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = halves[i] << 16;
  return new Float32Array(bits.buffer);
}
