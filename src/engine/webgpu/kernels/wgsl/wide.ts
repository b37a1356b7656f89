/**
 * Whole-number arithmetic in WGSL. Whole numbers wrap and shift alike on every device, where WGSL
 * leaves the accuracy of exp, log, sqrt and cos, and the order of sums, to drivers; what is computed
 * in them alone has the same bits on every adapter.
 *
 * A number written Qn stands for itself times 2ⁿ. 64-bit numbers are vec2(low, high).
 * @module
 */
import { scaleByPowerOfTwo } from "../../../../numeric/mod.ts";

/** A whole number as WGSL writes it. */
export function u32(n: number): string {
  return `${n >>> 0}u`;
}

/** Q32 of a number below 1, rounded. */
export function q32(value: number): string {
  return u32(Math.round(value * 2 ** 32));
}

/** A number's Qn as vec2(low, high), rounded. */
export function wide(value: number, n: number): string {
  const whole = BigInt(Math.round(scaleByPowerOfTwo(value, n)));
  return `vec2<u32>(${whole & 0xffffffffn}u, ${whole >> 32n}u)`;
}

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
