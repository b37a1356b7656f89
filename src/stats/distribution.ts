/**
 * Student's t and the normal law in float64 from + − × ÷ √ and `numeric/elementary.ts` alone, so
 * that an interval or a p value has the same bits on every machine.
 * @module
 */
import { erfc, exp, log1p } from "../numeric/mod.ts";

const SQRT_PI = 1.7724538509055160273;
const SQRT_TWO = 1.4142135623730950488;

/**
 * Γ(a + ½) / Γ(a) for a > 0. Large a: Stirling's series of the logarithm,
 * ½ ln a − 1/(8a) + 1/(192a³) − 1/(640a⁵) + …; small a: down from there by r(a) = r(a+1)·a/(a+½).
 * Taking the ratio whole keeps the digits that a difference of two log-gammas would lose.
 */
function gammaHalfRatio(a: number): number {
  let down = 1;
  let z = a;
  while (z < 40) {
    down *= z / (z + 0.5);
    z += 1;
  }
  const w = 1 / (z * z);
  const series = (-1 / 8 + w * (1 / 192 + w * (-1 / 640 + w * (17 / 14336)))) / z;
  return down * Math.sqrt(z) * exp(series);
}

/** Continued fraction of the incomplete beta function (DLMF 8.17.22) by Lentz's method. */
export function betaFraction(a: number, b: number, x: number): number {
  const tiny = 1e-300;
  const guard = (value: number) => Math.abs(value) < tiny ? tiny : value;
  let c = 1;
  let d = 1 / guard(1 - (a + b) * x / (a + 1));
  let f = d;
  for (let m = 1; m < 10_000; m++) {
    for (
      const numerator of [
        m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
        -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
      ]
    ) {
      d = 1 / guard(1 + numerator * d);
      c = guard(1 + numerator / c);
      f *= c * d;
    }
    if (Math.abs(c * d - 1) < 2 ** -52) return f;
  }
  throw new RangeError(`incomplete beta: no convergence at a = ${a}, b = ${b}, x = ${x}`);
}

/**
 * P(T > t) for Student's t with `df` > 0 degrees of freedom (not necessarily whole):
 * ½ I_x(df/2, ½) with x = df/(df + t²).
 * @throws RangeError for df ≤ 0 or a t that is not a number
 */
export function tUpperTail(t: number, df: number): number {
  if (!(df > 0) || Number.isNaN(t)) throw new RangeError(`tUpperTail(${t}, df ${df}): df > 0`);
  if (t < 0) return 1 - tUpperTail(-t, df);
  if (t === Infinity) return 0;
  const a = df / 2;
  const squared = t * t;
  const x = df / (df + squared);
  const y = squared / (df + squared);
  // x^a √y / B(a, ½), the factor before the fraction; ln x = ln(1 − y) keeps its digits near x = 1.
  const front = exp(-a * log1p(squared / df)) * Math.sqrt(y) * gammaHalfRatio(a) / SQRT_PI;
  if (x < (a + 1) / (a + 2.5)) return 0.5 * front * betaFraction(a, 0.5, x) / a;
  return 0.5 - front * betaFraction(0.5, a, y);
}

const quantiles = new Map<string, number>();

/**
 * The t with P(T ≤ t) = p. By bisection of the tail, to the last bit that the tail resolves.
 * @throws RangeError unless 0 < p < 1 and df > 0
 */
export function tQuantile(p: number, df: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`tQuantile(${p}): 0 < p < 1`);
  const key = `${p}/${df}`;
  const known = quantiles.get(key);
  if (known !== undefined) return known;
  const t = p < 0.5
    ? -rootOfTail((t) => tUpperTail(t, df), p)
    : rootOfTail((t) => tUpperTail(t, df), 1 - p);
  quantiles.set(key, t);
  return t;
}

/** P(Z > z) for the standard normal law. */
export function normalUpperTail(z: number): number {
  return 0.5 * erfc(z / SQRT_TWO);
}

/**
 * The z with P(Z ≤ z) = p.
 * @throws RangeError unless 0 < p < 1
 */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`normalQuantile(${p}): 0 < p < 1`);
  return p < 0.5 ? -rootOfTail(normalUpperTail, p) : rootOfTail(normalUpperTail, 1 - p);
}

/** The root t ≥ 0 of tail(t) = target for a falling tail with tail(0) ≥ target. */
export function rootOfTail(tail: (t: number) => number, target: number): number {
  let low = 0;
  let high = 1;
  while (tail(high) > target) {
    low = high;
    high *= 2;
  }
  for (;;) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return middle;
    if (tail(middle) > target) low = middle;
    else high = middle;
  }
}
