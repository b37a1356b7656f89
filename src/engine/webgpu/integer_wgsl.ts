/**
 * Draws in WGSL, in whole-number arithmetic alone: whole numbers wrap and shift alike on every
 * device, where WGSL lets float arithmetic, exp, log, sqrt and cos differ. So every adapter draws
 * the same bits, and none reads a key back.
 *
 * A number written Qn stands for itself times 2ⁿ. 64-bit numbers are vec2(low, high).
 * @module
 */
import { log } from "../../numeric/elementary.ts";
import { FOLD_WORDS } from "../../random/draws.ts";
import { PHILOX } from "../../random/philox.ts";

const u32 = (n: number) => `${n >>> 0}u`;

/** A number below 2⁵³⁻ⁿ·2ⁿ as vec2 of its Qn, rounded. */
function wide(value: number, n: number): string {
  const whole = BigInt(Math.round(value * 2 ** n));
  return `vec2<u32>(${whole & 0xffffffffn}u, ${whole >> 32n}u)`;
}

/** Q32 of a number below 1, rounded. */
const q32 = (value: number) => u32(Math.round(value * 2 ** 32));

/** 32 × 32 → 64 bits, and 64-bit sums, differences, comparisons and shifts. */
export const WIDE = `
fn mul_wide(a : u32, b : u32) -> vec2<u32> {
  let p00 = (a & 0xffffu) * (b & 0xffffu);
  let p01 = (a & 0xffffu) * (b >> 16u);
  let p10 = (a >> 16u) * (b & 0xffffu);
  let middle = (p00 >> 16u) + (p01 & 0xffffu) + (p10 & 0xffffu);
  let high = (a >> 16u) * (b >> 16u) + (p01 >> 16u) + (p10 >> 16u) + (middle >> 16u);
  return vec2<u32>((p00 & 0xffffu) | (middle << 16u), high);
}
fn mul_high(a : u32, b : u32) -> u32 { return mul_wide(a, b).y; }
fn add_wide(a : vec2<u32>, b : vec2<u32>) -> vec2<u32> {
  let low = a.x + b.x;
  return vec2<u32>(low, a.y + b.y + select(0u, 1u, low < a.x));
}
fn sub_wide(a : vec2<u32>, b : vec2<u32>) -> vec2<u32> {
  return vec2<u32>(a.x - b.x, a.y - b.y - select(0u, 1u, a.x < b.x));
}
fn less_wide(a : vec2<u32>, b : vec2<u32>) -> bool {
  return a.y < b.y || (a.y == b.y && a.x < b.x);
}
fn shl_wide(a : vec2<u32>, n : u32) -> vec2<u32> {
  if (n == 0u) { return a; }
  if (n >= 32u) { return vec2<u32>(0u, a.x << (n - 32u)); }
  return vec2<u32>(a.x << n, (a.y << n) | (a.x >> (32u - n)));
}
fn shr_wide(a : vec2<u32>, n : u32) -> vec2<u32> {
  if (n == 0u) { return a; }
  if (n >= 32u) { return vec2<u32>(a.y >> (n - 32u), 0u); }
  return vec2<u32>((a.x >> n) | (a.y << (32u - n)), a.y >> n);
}
`;

/** See random/philox.ts. */
export const PHILOX_WGSL = `
fn philox(counter : vec4<u32>, key : vec2<u32>) -> vec4<u32> {
  var c = counter;
  var k = key;
  for (var round = 0; round < ${PHILOX.rounds}; round++) {
    let a = mul_wide(${u32(PHILOX.multipliers[0])}, c.x);
    let b = mul_wide(${u32(PHILOX.multipliers[1])}, c.z);
    c = vec4<u32>(b.y ^ c.y ^ k.x, b.x, a.y ^ c.w ^ k.y, a.x);
    k += vec2<u32>(${PHILOX.increments.map(u32).join(", ")});
  }
  return c;
}
`;

/** The words of a fold of a number and of a string; see random/draws.ts. */
export const FOLD_WGSL = `
fn fold_word(key : vec2<u32>, low : u32, high : u32, kind : u32) -> vec2<u32> {
  return philox(vec4<u32>(low, high, kind, ${u32(FOLD_WORDS.fold)}), key).xy;
}
`;

/** ln(16/(j + 1)·…): the reciprocals C/4096 ≤ 16/(j + 1) for j = 8 … 15 and their logarithms. */
const RECIPROCALS = Array.from({ length: 8 }, (_, i) => Math.floor(4096 * 16 / (i + 9)));

/**
 * Standard normals as in random/draws.ts, by Box & Muller: x = √(−2 ln u)·(cos, sin)(2π·turn).
 *
 * −ln u, u = (b + ½)·2⁻³²: with u = m·2⁻ˢ, ½ ≤ m < 1, and a table's c ≤ 1/m, w = 1 − m·c is exact and
 * below ⅛; −ln u = s·ln 2 + ln c + (w + w²/2 + …). Where u nears 1, s = 0 and c = 1, so that nothing
 * cancels. Q45 throughout; the root is taken bit by bit to Q29, sine and cosine by Taylor's series
 * on an eighth of a turn to Q32. |error| < 2⁻²⁷ before the one rounding to float32.
 */
export const NORMAL_WGSL = `
const RECIPROCAL = array<u32, 8>(${RECIPROCALS.map(u32).join(", ")});
const LOG_RECIPROCAL = array<vec2<u32>, 8>(${
  RECIPROCALS.map((c) => wide(log(c / 4096), 45)).join(", ")
});
fn minus_log(b : u32) -> vec2<u32> {
  let s = countLeadingZeros(b);
  let m = shl_wide(vec2<u32>(0x80000000u, b), s);
  let j = (m.y >> 28u) - 8u;
  let m33 = shr_wide(m, 31u);
  let c = RECIPROCAL[j];
  let product = add_wide(mul_wide(m33.x, c), vec2<u32>(0u, m33.y * c));
  let w = sub_wide(vec2<u32>(0u, 8192u), product);
  let w32 = shr_wide(w, 13u).x;
  var tail = ${q32(1 / 9)};
${
  [8, 7, 6, 5, 4, 3, 2].map((n) => `  tail = ${q32(1 / n)} + mul_high(w32, tail);`).join("\n")
}
  let rest = mul_high(w32, tail);
  let series = add_wide(w, add_wide(mul_wide(w.y, rest), vec2<u32>(mul_high(w.x, rest), 0u)));
  let ln2 = ${wide(log(2), 45)};
  let whole = add_wide(mul_wide(ln2.x, s), vec2<u32>(0u, ln2.y * s));
  return add_wide(add_wide(whole, LOG_RECIPROCAL[j]), series);
}
fn root(n : vec2<u32>) -> u32 {
  var y = 0u;
  for (var bit = 0x80000000u; bit != 0u; bit >>= 1u) {
    let trial = y | bit;
    if (!less_wide(n, mul_wide(trial, trial))) { y = trial; }
  }
  return y;
}
fn to_float(q61 : vec2<u32>, negative : bool) -> f32 {
  if (q61.x == 0u && q61.y == 0u) { return 0.0; }
  let zeros = select(countLeadingZeros(q61.y), 32u + countLeadingZeros(q61.x), q61.y == 0u);
  let n = shl_wide(q61, zeros);
  let kept = n.y >> 8u;
  let cut = n.y & 0xffu;
  let above = cut > 128u || (cut == 128u && (n.x != 0u || (kept & 1u) == 1u));
  let bits = ((128u - zeros) << 23u) + kept + select(0u, 1u, above);
  return bitcast<f32>(bits | select(0u, 0x80000000u, negative));
}
fn normal_pair(b : u32, turn : u32) -> vec2<f32> {
  let radius = root(shl_wide(minus_log(b), 14u));
  let quadrant = (turn + 0x20000000u) >> 30u;
  let angle = bitcast<i32>(turn - (quadrant << 30u));
  let size = u32(abs(angle));
  let t = select(size << 3u, 0xffffffffu, size == 0x20000000u);
  let z = mul_high(t, t);
  var s = 0u;
  var c = 0u;
${
  [11, 9, 7, 5, 3, 1].map((n) => `  s = ${q32(taylor(n))} - mul_high(z, s);`).join("\n")
}
${
  [12, 10, 8, 6, 4, 2].map((n) => `  c = ${q32(taylor(n))} - mul_high(z, c);`).join("\n")
}
  let sine = mul_high(t, s);
  let cosine = ~mul_high(z, c);
  let odd = (quadrant & 1u) == 1u;
  let back = angle < 0;
  let x = mul_wide(radius, select(cosine, sine, odd));
  let y = mul_wide(radius, select(sine, cosine, odd));
  return vec2<f32>(
    to_float(x, select(quadrant == 2u, (quadrant == 1u) != back, odd)),
    to_float(y, select((quadrant == 2u) != back, quadrant == 3u, odd)),
  );
}
`;

/** (π/4)ⁿ/n!: the size of the n-th term on an eighth of a turn. */
function taylor(n: number): number {
  let term = 1;
  for (let k = 1; k <= n; k++) term *= Math.PI / 4 / k;
  return term;
}

/**
 * Weights of a categorical draw, Q44 of e^(l − most), from float32 logits: differences in fixed
 * point (Q32, exact where |l| ≥ 2⁻⁹), e⁻ᵈ = 2⁻ᵏ·e⁻ʳ with r < ln 2 by Taylor's series to Q32. Relative
 * error below 2⁻²⁷; a class less likely than 2⁻⁴⁴ of the likeliest is never drawn.
 */
export const WEIGHT_WGSL = `
fn fixed_point(x : f32) -> vec2<u32> {
  let bits = bitcast<u32>(x);
  let exponent = (bits >> 23u) & 0xffu;
  let mantissa = vec2<u32>((bits & 0x7fffffu) | 0x800000u, 0u);
  var q = vec2<u32>(0u, 0u);
  // |x|·2³² = mantissa·2^(exponent − 150 + 32).
  if (exponent >= 118u) { q = shl_wide(mantissa, min(exponent - 118u, 63u)); }
  else if (exponent > 94u) { q = shr_wide(mantissa, 118u - exponent); }
  return select(q, sub_wide(vec2<u32>(0u, 0u), q), (bits >> 31u) == 1u);
}
const FINITE = 1u;
const NEVER = 2u;
const REFUSED = 4u;
// Told by its bits, since a shader may take it that there is neither NaN nor ∞.
fn kind_of(x : f32) -> u32 {
  let bits = bitcast<u32>(x);
  if (bits == 0xff800000u) { return NEVER; }
  return select(FINITE, REFUSED, (bits & 0x7f800000u) == 0x7f800000u);
}
fn weight(x : f32, most : f32) -> vec2<u32> {
  if (kind_of(x) == NEVER) { return vec2<u32>(0u, 0u); }
  if (x == most) { return vec2<u32>(0u, 4096u); }
  // From 2³¹ on, neighbours differ by more than any weight reaches.
  if (abs(x) >= 2147483648.0 || abs(most) >= 2147483648.0) {
    return vec2<u32>(0u, 0u);
  }
  let d = sub_wide(fixed_point(most), fixed_point(x));
  if (d.y >= 31u) { return vec2<u32>(0u, 0u); }
  let k = mul_high((d.y << 27u) | (d.x >> 5u), ${u32(Math.floor(2 ** 31 / log(2)))}) >> 26u;
  let r = sub_wide(d, mul_wide(${q32(log(2))}, k)).x;
  var h = 0xffffffffu;
${
  [12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2].map((n) =>
    `  h = ~mul_high(mul_high(r, ${q32(1 / n)}), h);`
  ).join("\n")
}
  h = ~mul_high(r, h);
  return shr_wide(shl_wide(vec2<u32>(h, 0u), 12u), k);
}
`;
