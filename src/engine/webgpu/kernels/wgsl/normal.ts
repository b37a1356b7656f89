/**
 * Standard normals in WGSL; CIRCLE_WGSL goes before.
 * @module
 */
import { log } from "../../../../numeric/mod.ts";
import { q32, u32, wide } from "./wide.ts";

/** C/4096 ≤ 16/(j + 1) for j = 8 … 15: what takes numbers from j/16 to (j + 1)/16 to just below 1. */
const RECIPROCALS = Array.from({ length: 8 }, (_, i) => Math.floor(4096 * 16 / (i + 9)));

/**
 * Standard normals as in random/draws.ts, by Box & Muller: x = √(−2 ln u)·(cos, sin)(2π·turn).
 *
 * −ln u, u = (b + ½)·2⁻³²: with u = m·2⁻ˢ, ½ ≤ m < 1, and a table's c ≤ 1/m, w = 1 − m·c is exact and
 * below ⅛; −ln u = s·ln 2 + ln c + (w + w²/2 + …). Where u nears 1, s = 0 and c = 1, so that nothing
 * cancels. Q45 throughout; the root is taken bit by bit to Q29. |error| < 2⁻²⁷
 * before the one rounding to float32.
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
${[8, 7, 6, 5, 4, 3, 2].map((n) => `  tail = ${q32(1 / n)} + mul_high(w32, tail);`).join("\n")}
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
fn normal_pair(b : u32, turn : u32) -> vec2<f32> {
  let radius = root(shl_wide(minus_log(b), 14u));
  let at = circle(turn);
  return vec2<f32>(
    to_float(mul_wide(radius, at.cosine), at.minus_cosine),
    to_float(mul_wide(radius, at.sine), at.minus_sine),
  );
}
`;
