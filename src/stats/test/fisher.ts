/**
 * Fisher's F and the χ² law, for ratios of variances: tails and quantiles in float64 from
 * `numeric/` alone.
 * @module
 */
import { exp, lgamma, log, logBeta } from "../../numeric/mod.ts";
import { betaFraction, rootOfTail } from "../distribution.ts";

/** Regularised incomplete beta I_x(a, b), with y = 1 − x given apart to keep its digits. */
function incompleteBeta(a: number, b: number, { x, y }: { x: number; y: number }): number {
  if (x <= 0) return 0;
  if (y <= 0) return 1;
  const front = exp(a * log(x) + b * log(y) - logBeta(a, b));
  return x < (a + 1) / (a + b + 2)
    ? front * betaFraction(a, b, x) / a
    : 1 - front * betaFraction(b, a, y) / b;
}

function positive(...df: number[]): void {
  if (!df.every((d) => d > 0)) throw new RangeError(`degrees of freedom ${df.join(", ")}: above 0`);
}

/** P(F > f) with `above` and `below` degrees of freedom of numerator and denominator. */
export function fUpperTail(f: number, above: number, below: number): number {
  positive(above, below);
  if (!(f > 0)) return 1;
  const whole = below + above * f;
  return incompleteBeta(below / 2, above / 2, { x: below / whole, y: above * f / whole });
}

/** P(X > x) for χ² with `df` degrees of freedom: the incomplete gamma ratio Q(df/2, x/2). */
export function chiSquareUpperTail(x: number, df: number): number {
  positive(df);
  if (!(x > 0)) return 1;
  const [a, h] = [df / 2, x / 2];
  const front = exp(a * log(h) - h - lgamma(a));
  if (h < a + 1) {
    // P = front Σ hⁿ/(a(a + 1)…(a + n)) (DLMF 8.11.4).
    let term = 1 / a;
    let sum = term;
    for (let n = 1; term > sum * 2 ** -54; n++) {
      term *= h / (a + n);
      sum += term;
    }
    return 1 - front * sum;
  }
  // Q by its continued fraction (DLMF 8.9.2), Lentz's method; no denominator vanishes for h ≥ a + 1.
  let b = h + 1 - a;
  let c = Infinity;
  let d = 1 / b;
  let f = d;
  for (let n = 1; n < 10_000; n++) {
    const numerator = -n * (n - a);
    b += 2;
    d = 1 / (numerator * d + b);
    c = b + numerator / c;
    f *= c * d;
    if (Math.abs(c * d - 1) < 2 ** -52) return front * f;
  }
  throw new RangeError(`χ² tail: no convergence at x = ${x}, df = ${df}`);
}

/** The f with P(F ≤ f) = p, 0 < p < 1. */
export function fQuantile(p: number, above: number, below: number): number {
  share(p);
  // A lower quantile is the upper one of 1/F, which keeps the digits of a small p.
  return p < 0.5
    ? 1 / rootOfTail((f) => fUpperTail(f, below, above), p)
    : rootOfTail((f) => fUpperTail(f, above, below), 1 - p);
}

/** The x with P(χ² ≤ x) = p, 0 < p < 1. */
export function chiSquareQuantile(p: number, df: number): number {
  share(p);
  return rootOfTail((x) => chiSquareUpperTail(x, df), 1 - p);
}

function share(p: number): void {
  if (!(p > 0 && p < 1)) throw new RangeError(`quantile at ${p}: 0 < p < 1`);
}
