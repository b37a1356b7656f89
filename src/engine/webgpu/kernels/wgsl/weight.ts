/**
 * Weights of categorical draws in WGSL.
 * @module
 */
import { log } from "../../../../numeric/mod.ts";
import { q32, u32 } from "./wide.ts";

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
  [12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2].map((n) => `  h = ~mul_high(mul_high(r, ${q32(1 / n)}), h);`)
    .join("\n")
}
  h = ~mul_high(r, h);
  return shr_wide(shl_wide(vec2<u32>(h, 0u), 12u), k);
}
`;
