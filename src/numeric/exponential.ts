/**
 * exp, log and functions built from them, in float64 from + − × ÷ and bit operations alone, so that
 * every machine gives the same bits. Taylor polynomials on reduced ranges; errors are stated in
 * units of the last place (ulp) and tested.
 * @module
 */
import { exponentOf, powerOfTwo, productError, scaleByPowerOfTwo, sumError } from "./float64.ts";

/** ln 2 = LN2_HIGH + LN2_LOW; the high part has 33 bits, so that k·LN2_HIGH is exact. */
const LN2_HIGH = 0.6931471804855391;
const LN2_LOW = 7.440617110012397e-11;
const INVERSE_LN2 = 1.4426950408889634;
const LN10_INVERSE = 0.4342944819032518;

/** (eʳ − 1 − r)/r² for |r| ≤ ln2/2: Σ rⁿ/(n+2)!, remainder below 2⁻⁵⁷. */
function expTail(r: number): number {
  return 1 / 2 + r * (1 / 6 + r * (1 / 24 + r * (1 / 120 + r * (1 / 720 + r * (1 / 5040 +
                        r * (1 / 40320 + r * (1 / 362880 + r * (1 / 3628800 + r * (1 / 39916800 +
                                        r *
                                          (1 / 479001600 +
                                            r * (1 / 6227020800 + r / 87178291200)))))))))));
}

/** e^(x + low) for |low| far below |x|; the low part is what `pow` needs. */
function expSum(x: number, low: number): number {
  if (x !== x) return x;
  if (x > 709.79) return Infinity;
  if (x < -745.14) return 0;
  const k = Math.round(x * INVERSE_LN2);
  const high = x - k * LN2_HIGH;
  const rest = k * LN2_LOW - low;
  const r = high - rest;
  const lost = (high - r) - rest;
  const y = 1 + (r + (lost + r * r * expTail(r)));
  return scaleByPowerOfTwo(y, k);
}

/** eˣ; within 1 ulp. */
export function exp(x: number): number {
  return expSum(x, 0);
}

/** eˣ − 1 without cancellation near 0; within 2 ulp. */
export function expm1(x: number): number {
  if (x !== x || x === 0) return x;
  if (x > 709.79) return Infinity;
  if (x < -45) return -1;
  const k = Math.round(x * INVERSE_LN2);
  const high = x - k * LN2_HIGH;
  const rest = k * LN2_LOW;
  const r = high - rest;
  const lost = (high - r) - rest;
  if (k === 0) return r + r * r * expTail(r);
  const e = r + (lost + r * r * expTail(r));
  if (k > 60) return scaleByPowerOfTwo(1 + e, k);
  const two = powerOfTwo(k);
  return two * e + (two - 1);
}

/** 2·Σ_{n≥1} s²ⁿ/(2n+1): what atanh leaves after its first term, for s² ≤ 0.0295. */
function atanhTail(z: number): number {
  return z *
    (2 / 3 + z * (2 / 5 + z * (2 / 7 + z * (2 / 9 + z * (2 / 11 + z * (2 / 13 + z * (2 / 15 +
                              z * (2 / 17 + z * (2 / 19 + z * (2 / 21 + z * (2 / 23)))))))))));
}

/** ln(1 + f) + k·ln 2 + low for −0.293 ≤ f ≤ 0.4143: f − (f²/2 − s(f²/2 + R)), s = f/(2 + f). */
function logReduced(f: number, k: number, low: number): number {
  const s = f / (2 + f);
  const half = 0.5 * f * f;
  const tail = s * (half + atanhTail(s * s));
  return k * LN2_HIGH - ((half - (tail + (k * LN2_LOW + low))) - f);
}

/** ln x; within 1 ulp. Of a negative number NaN, of 0 −∞. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return x;
  let k = 0;
  let m = x;
  if (m < 2.2250738585072014e-308) {
    m *= 2 ** 54;
    k = -54;
  }
  const e = exponentOf(m);
  k += e;
  m *= powerOfTwo(-Math.min(e, 1022));
  if (e === 1023) m *= 0.5;
  if (m > Math.SQRT2) {
    m *= 0.5;
    k++;
  }
  return logReduced(m - 1, k, 0);
}

/** ln(1 + x) without cancellation near 0; within 2 ulp. */
export function log1p(x: number): number {
  if (x > -0.29 && x < 0.41) return x === 0 ? x : logReduced(x, 0, 0);
  const u = 1 + x;
  if (!(u > 0) || u === Infinity || x > 2 ** 53) return log(u);
  const k0 = exponentOf(u);
  let m = u * powerOfTwo(-k0);
  let k = k0;
  if (m > Math.SQRT2) {
    m *= 0.5;
    k++;
  }
  return logReduced(m - 1, k, sumError(1, x, u) / u);
}

/** log₂ x; exact at powers of two, within 2 ulp elsewhere away from 1. */
export function log2(x: number): number {
  if (!(x > 0) || x === Infinity) return log(x);
  if (x < 2.2250738585072014e-308) return log2(x * 2 ** 54) - 54;
  let k = exponentOf(x);
  let m = k === 1023 ? x * 0.5 * powerOfTwo(-1022) : x * powerOfTwo(-k);
  if (m > Math.SQRT2) {
    m *= 0.5;
    k++;
  }
  return k + logReduced(m - 1, 0, 0) * INVERSE_LN2;
}

/** log₁₀ x; within 2 ulp. */
export function log10(x: number): number {
  return log(x) * LN10_INVERSE;
}

/** ln x as an unevaluated sum of two float64 for normal positive x; relative error about 2⁻⁶⁴. */
function logSum(x: number): [high: number, low: number] {
  let k = exponentOf(x);
  let m = k === 1023 ? x * 0.5 * powerOfTwo(-1022) : x * powerOfTwo(-k);
  if (m > Math.SQRT2) {
    m *= 0.5;
    k++;
  }
  // s = f/(2 + f) as a sum of two.
  const f = m - 1;
  const d = m + 1;
  const dLow = sumError(m, 1, d);
  const s = f / d;
  const sd = s * d;
  const sLow = ((f - sd) - productError(s, d, sd) - s * dLow) / d;
  // s² and the cubic term 2s³/3 as sums of two; the rest is small enough for one float64.
  const z = s * s;
  const zLow = productError(s, s, z) + 2 * s * sLow;
  const c = 2 / 3;
  const cz = c * z;
  const czLow = productError(c, z, cz) + c * zLow + 3.700743415417188e-17 * z;
  const rest = atanhTail(z) - 2 / 3 * z;
  const t = cz + rest;
  const tLow = sumError(cz, rest, t) + czLow;
  const st = s * t;
  const stLow = productError(s, t, st) + s * tLow + sLow * t;
  // k·ln 2 + 2s + st.
  const a = k * LN2_HIGH;
  const b = 2 * s;
  const ab = a + b;
  const abLow = sumError(a, b, ab);
  const sum = ab + st;
  const low = sumError(ab, st, sum) + (abLow + (stLow + 2 * sLow + k * LN2_LOW));
  const high = sum + low;
  return [high, sumError(sum, low, high)];
}

/**
 * xʸ; within 2 ulp for normal x > 0. Whole y up to 4 in size by multiplication, y = ±½ by the
 * square root; a negative x needs a whole y, as in the language's own.
 */
export function pow(x: number, y: number): number {
  if (y === 0) return 1;
  if (x !== x || y !== y) return NaN;
  switch (y) {
    case 1:
      return x;
    case 2:
      return x * x;
    case 3:
      return x * x * x;
    case 4:
      return (x * x) * (x * x);
    case -1:
      return 1 / x;
    case 0.5:
      return x === -Infinity ? Infinity : Math.sqrt(x + 0);
  }
  if (x < 0 || Object.is(x, -0)) {
    if (!Number.isInteger(y) && Number.isFinite(x) && x !== 0) return NaN;
    const odd = Number.isInteger(y) && Math.abs(y) < 2 ** 53 && Math.abs(y) % 2 === 1;
    return odd ? -pow(-x, y) : pow(-x, y);
  }
  if (x === 0) return y > 0 ? 0 : Infinity;
  if (x === Infinity) return y > 0 ? Infinity : 0;
  if (x === 1) return Number.isFinite(y) ? 1 : NaN;
  if (!Number.isFinite(y)) return (y > 0) === (x > 1) ? Infinity : 0;
  if (Math.abs(y) > 2 ** 65) return (y > 0) === (x > 1) ? Infinity : 0;
  const subnormal = x < 2.2250738585072014e-308;
  const [l, lLow] = logSum(subnormal ? x * 2 ** 54 : x);
  const high = subnormal ? l - 54 * LN2_HIGH : l;
  const low = subnormal ? sumError(l, -54 * LN2_HIGH, high) + lLow - 54 * LN2_LOW : lLow;
  const p = y * high;
  if (p > 710 || p < -746) return p > 0 ? Infinity : 0;
  return expSum(p, productError(y, high, p) + y * low);
}

/** tanh x; within 3 ulp. */
export function tanh(x: number): number {
  if (x !== x || x === 0) return x;
  const t = expm1(-2 * Math.abs(x));
  const y = -t / (t + 2);
  return x < 0 ? -y : y;
}

/** sinh x; within 3 ulp. */
export function sinh(x: number): number {
  const a = Math.abs(x);
  if (a > 709) {
    const root = exp(0.5 * a);
    return x < 0 ? -0.5 * root * root : 0.5 * root * root;
  }
  const t = expm1(a);
  const y = 0.5 * (t + t / (t + 1));
  return x < 0 ? -y : x === 0 ? x : y;
}

/** cosh x; within 3 ulp. */
export function cosh(x: number): number {
  const a = Math.abs(x);
  const root = exp(0.5 * a);
  return 0.5 * root * root + 0.5 / root / root;
}

/** Logistic function 1/(1 + e⁻ˣ); within 3 ulp, also far in the left tail. */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + exp(-x));
  const e = exp(x);
  return e / (1 + e);
}

/** ln(1 + eˣ); within 3 ulp. */
export function softplus(x: number): number {
  return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

/** ln of the logistic function, −softplus(−x); within 3 ulp. */
export function logSigmoid(x: number): number {
  return -softplus(-x);
}

/** ln Σ exp xᵢ, shifted by the largest; −∞ of nothing. */
export function logSumExp(xs: ArrayLike<number>): number {
  let most = -Infinity;
  for (let i = 0; i < xs.length; i++) most = Math.max(most, xs[i]);
  if (most === -Infinity || most === Infinity || most !== most) return most;
  let sum = 0;
  for (let i = 0; i < xs.length; i++) sum += exp(xs[i] - most);
  return most + log(sum);
}
