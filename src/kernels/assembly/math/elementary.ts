/**
 * Exponentials and logarithms of four float32: polynomials of Cephes (Moshier, exp2f.c, logf.c,
 * sinf.c), within 2 units of the last place on the ranges that are used.
 */
import { add, choose, div, least, mad, most, mul, neg, splat, sub } from "./vector";

/** 1.5·2²³: a sum with it is rounded to a whole number, which stands in the low bits. */
export const MAGIC: f32 = 12582912;
export const LOG2E: f32 = 1.44269504088896341;
export const LN2: f32 = 0.693147180559945309;

/** The coefficients of 2^f on |f| ≤ ½, highest power first; the last is 1. */
export const EXP6: f32 = 1.535336188319500e-4;
export const EXP5: f32 = 1.339887440266574e-3;
export const EXP4: f32 = 9.618437357674640e-3;
export const EXP3: f32 = 5.550332471162809e-2;
export const EXP2: f32 = 2.402264791363012e-1;
export const EXP1: f32 = 6.931472028550421e-1;

/** 2^x for |x| < 126. */
@inline export function exp2(x: v128): v128 {
  const magic = splat(MAGIC), whole = add(x, magic), f = sub(x, sub(whole, magic));
  let y = mad(splat(EXP6), f, splat(EXP5));
  y = mad(y, f, splat(EXP4));
  y = mad(y, f, splat(EXP3));
  y = mad(y, f, splat(EXP2));
  y = mad(y, f, splat(EXP1));
  y = mad(y, f, splat(1));
  return i32x4.add(y, i32x4.shl(whole, 23));
}

/** e^x, held between 2^−120 and 2^120. */
@inline export function exp(x: v128): v128 {
  return exp2(most(least(mul(x, splat(LOG2E)), splat(120)), splat(-120)));
}

/** log₂ x of a normal number x > 0. */
@inline export function log2(x: v128): v128 {
  // x = 2^e·(1 + f) with √½ ≤ 1 + f < √2.
  const e = i32x4.shr_s(i32x4.sub(x, i32x4.splat(0x3f3504f3)), 23);
  const f = sub(i32x4.sub(x, i32x4.shl(e, 23)), splat(1)), z = mul(f, f);
  let y = mad(splat(7.0376836292e-2), f, splat(-1.1514610310e-1));
  y = mad(y, f, splat(1.1676998740e-1));
  y = mad(y, f, splat(-1.2420140846e-1));
  y = mad(y, f, splat(1.4249322787e-1));
  y = mad(y, f, splat(-1.6668057665e-1));
  y = mad(y, f, splat(2.0000714765e-1));
  y = mad(y, f, splat(-2.4999993993e-1));
  y = mad(y, f, splat(3.3333331174e-1));
  y = sub(mul(mul(y, f), z), mul(splat(0.5), z));
  return mad(add(f, y), splat(LOG2E), f32x4.convert_i32x4_s(e));
}

/** 1/(1 + e^−x). */
@inline export function sigmoid(x: v128): v128 {
  return div(splat(1), add(splat(1), exp(neg(x))));
}

/** sin x for |x| ≤ π/4. */
@inline export function sinNearZero(x: v128): v128 {
  const z = mul(x, x);
  let y = mad(splat(-1.9515295891e-4), z, splat(8.3321608736e-3));
  y = mad(y, z, splat(-1.6666654611e-1));
  return mad(mul(y, z), x, x);
}

/** cos x for |x| ≤ π/4. */
@inline export function cosNearZero(x: v128): v128 {
  const z = mul(x, x);
  let y = mad(splat(2.443315711809948e-5), z, splat(-1.388731625493765e-3));
  y = mad(y, z, splat(4.166664568298827e-2));
  return add(mul(mul(y, z), z), sub(splat(1), mul(splat(0.5), z)));
}

/** cos (quarter 0) or sin (quarter 3) of turn·2^−32 of a circle; `turn` is unsigned. */
@inline export function cosOfTurn(turn: v128, quarter: i32): v128 {
  // The nearest quarter of the circle, and what is left of it: |left| ≤ 2²⁹.
  const nearest = i32x4.shr_u(i32x4.add(turn, i32x4.splat(0x20000000)), 30);
  const left = i32x4.sub(turn, i32x4.shl(nearest, 30));
  const x = mul(f32x4.convert_i32x4_s(left), splat(1.4629180792671596e-9));
  const q = i32x4.add(nearest, i32x4.splat(quarter));
  const odd = i32x4.ne(v128.and(q, i32x4.splat(1)), i32x4.splat(0));
  // cos of a circle's quarters: cos, −sin, −cos, sin.
  const value = choose(odd, sinNearZero(x), cosNearZero(x));
  const minus = v128.and(i32x4.add(q, i32x4.splat(1)), i32x4.splat(2));
  return v128.xor(value, i32x4.shl(minus, 30));
}
