/**
 * Philox 4x32-10 and folds in WGSL; see random/philox.ts and random/draws.ts.
 * @module
 */
import { FOLD_WORDS, PHILOX } from "../../../../random/host/mod.ts";
import { u32 } from "./wide.ts";

/** One block. */
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
