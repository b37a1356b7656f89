/**
 * sin, cos, tan and their inverses in float64 from + − × ÷ √ alone; the same bits everywhere.
 * Arguments are reduced by π/2 in three parts, very large ones in whole-number arithmetic.
 * @module
 */
import { sumError, wordsOf } from "./float64.ts";

/** π/2 = A + B + C; A and B have 33 bits, so that n·A and n·B are exact for n < 2²⁰. */
const HALF_PI_A = 1.5707963267341256;
const HALF_PI_B = 6.077100506303966e-11;
const HALF_PI_C = 2.0222662487959506e-21;
const HALF_PI_LOW = 6.123233995736766e-17;
const TWO_OVER_PI = 0.6366197723675814;

/** sin(r + low) for |r| ≤ π/4 and tiny low. */
function sinKernel(r: number, low: number): number {
  const z = r * r;
  const tail = -1 / 6 + z * (1 / 120 + z * (-1 / 5040 + z * (1 / 362880 + z * (-1 / 39916800 +
                    z * (1 / 6227020800 + z * (-1 / 1307674368000 + z / 355687428096000))))));
  return r + (low * (1 - 0.5 * z) + r * z * tail);
}

/** cos(r + low) for |r| ≤ π/4 and tiny low. */
function cosKernel(r: number, low: number): number {
  const z = r * r;
  const tail = 1 / 24 + z * (-1 / 720 + z * (1 / 40320 + z * (-1 / 3628800 + z * (1 / 479001600 +
                    z * (-1 / 87178291200 + z * (1 / 20922789888000 - z / 6402373705728000))))));
  const half = 0.5 * z;
  const w = 1 - half;
  return w + (((1 - w) - half) + (z * z * tail - r * low));
}

/** Fraction bits of the π used for very large arguments: 1024 of exponent, 64 of result, spare. */
const PI_BITS = 1200n;
let halfPiWhole: bigint | undefined;

/** ⌊π/2 · 2^PI_BITS⌋ up to rounding, by Machin's 16 atan(1/5) − 4 atan(1/239). */
function halfPi(): bigint {
  if (halfPiWhole !== undefined) return halfPiWhole;
  const spare = 32n;
  const one = 1n << (PI_BITS + spare);
  const atanInverse = (n: bigint) => {
    let term = one / n;
    let sum = term;
    for (let k = 1n; term !== 0n; k++) {
      term /= n * n;
      sum += (k % 2n === 0n ? term : -term) / (2n * k + 1n);
    }
    return sum;
  };
  return halfPiWhole = (8n * atanInverse(5n) - 2n * atanInverse(239n)) >> spare;
}

/**
 * ⌊2ⁿ/2π⌋: the digits of a turn's inverse, for reducing angles exactly.
 * @param n at most 1100
 */
export function inverseTurn(n: number): bigint {
  return (1n << (PI_BITS + BigInt(n))) / (4n * halfPi());
}

/** x = n·π/2 + high + low with |high| ≤ π/4 (about): [n mod 4, high, low]. */
function reduce(x: number): [quadrant: number, high: number, low: number] {
  if (Math.abs(x) < 1e6) {
    const n = Math.round(x * TWO_OVER_PI);
    const t = x - n * HALF_PI_A;
    const w = n * HALF_PI_B;
    const a = t - w;
    const rest = n * HALF_PI_C - sumError(t, -w, a);
    const high = a - rest;
    return [n & 3, high, (a - high) - rest];
  }
  const [low, top] = wordsOf(x);
  const exponent = BigInt(((top >>> 20) & 0x7ff) - 1075);
  const mantissa = (BigInt((top & 0xfffff) | 0x100000) << 32n) | BigInt(low);
  const scaled = exponent >= 0n
    ? mantissa << (exponent + PI_BITS)
    : (mantissa << PI_BITS) >> -exponent;
  const unit = halfPi();
  const n = (2n * scaled + unit) / (2n * unit);
  const rest = scaled - n * unit;
  // The leading 53 bits, then what they leave, so that little is lost.
  const high = Number(rest >> (PI_BITS - 100n)) / 2 ** 100;
  const error = Number((rest >> (PI_BITS - 160n)) - (BigInt(high * 2 ** 100) << 60n)) / 2 ** 160;
  const quadrant = Number(n & 3n);
  return x < 0 ? [(4 - quadrant) & 3, -high, -error] : [quadrant, high, error];
}

/** sin x, x in radians; within 1 ulp. */
export function sin(x: number): number {
  if (!Number.isFinite(x)) return NaN;
  if (Math.abs(x) < 0.785) return x === 0 ? x : sinKernel(x, 0);
  const [q, r, low] = reduce(x);
  const y = q & 1 ? cosKernel(r, low) : sinKernel(r, low);
  return q & 2 ? -y : y;
}

/** cos x, x in radians; within 1 ulp. */
export function cos(x: number): number {
  if (!Number.isFinite(x)) return NaN;
  if (Math.abs(x) < 0.785) return cosKernel(x, 0);
  const [q, r, low] = reduce(x);
  const y = q & 1 ? sinKernel(r, low) : cosKernel(r, low);
  return q === 1 || q === 2 ? -y : y;
}

/** tan x, x in radians; within 3 ulp. */
export function tan(x: number): number {
  if (!Number.isFinite(x)) return NaN;
  if (x === 0) return x;
  const [q, r, low] = reduce(x);
  const s = sinKernel(r, low);
  const c = cosKernel(r, low);
  return q & 1 ? -c / s : s / c;
}

/** atan at the centres k/8, k = 0..8: tan-free anchors for the argument reduction. */
const ATAN_EIGHTHS = Array.from({ length: 9 }, (_, k) => atanSeries(k / 8));

/** Euler's series Σ 2²ⁿ(n!)²/(2n+1)! · x²ⁿ⁺¹/(1+x²)ⁿ⁺¹: all terms positive, so no cancellation. */
function atanSeries(x: number): number {
  const d = 1 + x * x;
  const ratio = x * x / d;
  let sum = 0;
  // Smallest terms first: the weights 2n/(2n+1) are multiplied from the inside (Horner).
  for (let n = 70; n >= 1; n--) sum = (1 + sum) * ratio * (2 * n / (2 * n + 1));
  return x / d * (1 + sum);
}

/** atan x, radians; within 3 ulp. */
export function atan(x: number): number {
  if (x !== x || x === 0) return x;
  const a = Math.abs(x);
  const inverse = a > 1;
  const t = inverse ? 1 / a : a;
  // atan t = atan c + atan((t − c)/(1 + tc)), |…| ≤ 1/16.
  const k = Math.round(8 * t);
  const c = k / 8;
  const s = k === 0 ? t : (t - c) / (1 + t * c);
  const z = s * s;
  const tail = s * z * (-1 / 3 + z * (1 / 5 + z * (-1 / 7 + z * (1 / 9 + z * (-1 / 11 + z / 13)))));
  const y = k === 0 ? s + tail : ATAN_EIGHTHS[k] + (s + tail);
  const positive = inverse ? 2 * 0.7853981633974483 - (y - HALF_PI_LOW) : y;
  return x < 0 ? -positive : positive;
}

/** The angle of the point (x, y) from the positive x axis, −π to π; within 3 ulp. */
export function atan2(y: number, x: number): number {
  if (x !== x || y !== y) return NaN;
  const pi = 3.141592653589793;
  const negative = y < 0 || Object.is(y, -0);
  const left = x < 0 || Object.is(x, -0);
  let angle: number;
  if (y === 0) angle = left ? pi : 0;
  else if (x === 0) angle = pi / 2;
  else if (!Number.isFinite(x) && !Number.isFinite(y)) angle = left ? 3 * pi / 4 : pi / 4;
  else {
    const base = atan(Math.abs(y) / Math.abs(x));
    angle = left ? pi - (base - 2 * HALF_PI_LOW) : base;
  }
  return negative ? -angle : angle;
}

/** asin x, radians; within 4 ulp. */
export function asin(x: number): number {
  return atan2(x, Math.sqrt((1 - x) * (1 + x)));
}

/** acos x, radians; within 4 ulp. */
export function acos(x: number): number {
  return atan2(Math.sqrt((1 - x) * (1 + x)), x);
}
