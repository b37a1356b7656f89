/**
 * Error function, normal quantile and gamma functions in float64; the same bits everywhere.
 * @module
 */
import { exp, expm1, log, log1p } from "./exponential.ts";
import { sin } from "./trigonometric.ts";
import { productError } from "./float64.ts";

const TWO_OVER_ROOT_PI = 1.1283791670955126;
const ROOT_PI = 1.772453850905516;
const HALF_LOG_TWO_PI = 0.9189385332046728;
const PI = 3.141592653589793;

/** e^(−x²) with the square's rounding error put back. */
function expMinusSquare(x: number): number {
  const p = x * x;
  return exp(-p) * (1 - productError(x, x, p));
}

/** erf by Σ 2ⁿ x²ⁿ⁺¹/(2n+1)!! · 2e^(−x²)/√π (Abramowitz & Stegun 7.1.6): no cancellation. */
function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= 2 * x * x / (2 * n + 1);
    sum += term;
  }
  return TWO_OVER_ROOT_PI * expMinusSquare(x) * sum;
}

/** erfc for x ≥ 1 by its continued fraction (Abramowitz & Stegun 7.1.14), from the inside. */
function erfcFraction(x: number): number {
  if (x > 27.3) return 0;
  let tail = x;
  for (let n = Math.ceil(20 + 160 / (x * x)); n >= 1; n--) tail = x + n / 2 / tail;
  return expMinusSquare(x) / (ROOT_PI * tail);
}

/** Error function 2/√π ∫₀ˣ e^(−t²) dt; within 4 ulp. */
export function erf(x: number): number {
  if (x !== x || x === 0) return x;
  const a = Math.abs(x);
  if (a < 2) return erfSeries(x);
  const y = 1 - erfcFraction(a);
  return x < 0 ? -y : y;
}

/** 1 − erf x without cancellation in the right tail; relative error below 2⁻⁴⁸. */
export function erfc(x: number): number {
  if (x !== x) return x;
  if (x < 1) return 1 - erf(x);
  return erfcFraction(x);
}

/** Distribution function of the standard normal. */
export function normalCdf(x: number): number {
  return 0.5 * erfc(-x * Math.SQRT1_2);
}

/**
 * Quantile of the standard normal, 0 < p < 1: Newton steps with Halley's correction on `normalCdf`
 * from a rational start; absolute error below 1e-13 × max(1, |x|).
 */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) return p === 0 ? -Infinity : p === 1 ? Infinity : NaN;
  if (p === 0.5) return 0;
  const tail = Math.min(p, 1 - p);
  // Abramowitz & Stegun 26.2.23, absolute error 4.5e-4.
  const t = Math.sqrt(-2 * log(tail));
  let x = t - (2.515517 + t * (0.802853 + t * 0.010328)) /
      (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  for (let i = 0; i < 4; i++) {
    // Upper tail Q(x) = tail.
    const error = 0.5 * erfc(x * Math.SQRT1_2) - tail;
    const u = error * Math.sqrt(2 * PI) / exp(-0.5 * x * x);
    x += u / (1 - 0.5 * x * u);
  }
  return p < 0.5 ? -x : x;
}

/** Coefficients B₂ₙ/(2n(2n−1)) of Stirling's series, n = 1…8. */
const STIRLING = [
  1 / 12,
  -1 / 360,
  1 / 1260,
  -1 / 1680,
  1 / 1188,
  -691 / 360360,
  1 / 156,
  -3617 / 122400,
];

/** ln |Γ(x)|; error within 16 ulp of max(1, |ln Γ|). ∞ at 0, −1, −2, … */
export function lgamma(x: number): number {
  if (x !== x) return x;
  if (x === Infinity || x === -Infinity) return Infinity;
  if (x <= 0) {
    if (Number.isInteger(x)) return Infinity;
    // Reflection: Γ(x)Γ(1 − x) = π / sin πx, with πx brought near 0 first.
    const near = x - Math.round(x);
    return log(PI / Math.abs(sin(PI * near))) - lgamma(1 - x);
  }
  if (x === 1 || x === 2) return 0;
  let shift = 1;
  let z = x;
  while (z < 8) shift *= z++;
  const w = 1 / (z * z);
  let series = 0;
  for (let n = STIRLING.length - 1; n >= 0; n--) series = series * w + STIRLING[n];
  return (z - 0.5) * log(z) - z + HALF_LOG_TWO_PI + series / z - (shift === 1 ? 0 : log(shift));
}

/** ln Beta(a, b) = ln Γ(a) + ln Γ(b) − ln Γ(a + b). */
export function logBeta(a: number, b: number): number {
  return lgamma(a) + lgamma(b) - lgamma(a + b);
}

/** ψ(x) = d ln Γ/dx for x > 0; error within 16 ulp of max(1, |ψ|). */
export function digamma(x: number): number {
  if (!(x > 0)) return NaN;
  let sum = 0;
  let z = x;
  while (z < 12) sum -= 1 / z++;
  const w = 1 / (z * z);
  const series = w *
    (1 / 12 - w * (1 / 120 - w * (1 / 252 - w * (1 / 240 - w * (1 / 132 - w * (691 / 32760))))));
  return sum + log(z) - 0.5 / z - series;
}

/** ln(1 − eˣ) for x < 0 without cancellation at either end (Mächler 2012). */
export function log1mexp(x: number): number {
  return x > -0.6931471805599453 ? log(-expm1(x)) : log1p(-exp(x));
}
