/**
 * Four float32 at once, by short names. Each operation is one of the WebAssembly specification, whose
 * bits are fixed: no fused multiply-add, no relaxed SIMD. Which NaN comes out is not fixed, so that
 * nothing here may depend on it: compare, and choose by the comparison.
 */

@inline export function splat(a: f32): v128 {
  return f32x4.splat(a);
}
@inline export function add(a: v128, b: v128): v128 {
  return f32x4.add(a, b);
}
@inline export function sub(a: v128, b: v128): v128 {
  return f32x4.sub(a, b);
}
@inline export function mul(a: v128, b: v128): v128 {
  return f32x4.mul(a, b);
}
@inline export function div(a: v128, b: v128): v128 {
  return f32x4.div(a, b);
}
@inline export function neg(a: v128): v128 {
  return f32x4.neg(a);
}
@inline export function sqrt(a: v128): v128 {
  return f32x4.sqrt(a);
}
/** a·b + c, rounded twice. */
@inline export function mad(a: v128, b: v128, c: v128): v128 {
  return f32x4.add(f32x4.mul(a, b), c);
}
/** b where b < a, otherwise a: of a NaN in b, a. */
@inline export function least(a: v128, b: v128): v128 {
  return f32x4.pmin(a, b);
}
/** b where a < b, otherwise a: of a NaN in b, a. */
@inline export function most(a: v128, b: v128): v128 {
  return f32x4.pmax(a, b);
}
/** a where the mask is set, otherwise b. */
@inline export function choose(mask: v128, a: v128, b: v128): v128 {
  return v128.bitselect(a, b, mask);
}
/** a where the mask is set, otherwise 0. */
@inline export function keep(mask: v128, a: v128): v128 {
  return v128.and(mask, a);
}
/** a0·b0 + a1·b1 + a2·b2. */
@inline export function dot(a0: v128, a1: v128, a2: v128, b0: v128, b1: v128, b2: v128): v128 {
  return mad(a2, b2, mad(a1, b1, mul(a0, b0)));
}
/** Sum of the lanes, (0 + 2) + (1 + 3). */
@inline export function total(a: v128): f32 {
  return (f32x4.extract_lane(a, 0) + f32x4.extract_lane(a, 2)) +
    (f32x4.extract_lane(a, 1) + f32x4.extract_lane(a, 3));
}
/** The sums of the lanes of four vectors, each in the order of `total`. */
@inline export function totals(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const cd = add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
}
