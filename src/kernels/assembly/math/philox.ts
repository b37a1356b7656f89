/**
 * Philox 4x32-10 for four counters at once, and standard normals of its words: the words are those of
 * src/random/host, the normals agree with its `normalRow` to float32's rounding.
 */
import { cosOfTurn, LN2, log2 } from "./elementary";
import { add, most, mul, splat, sqrt } from "./vector";

const M0: u32 = 0xd2511f53;
const M1: u32 = 0xcd9e8d57;
const W0: u32 = 0x9e3779b9;
const W1: u32 = 0xbb67ae85;

/** High words of the products of unsigned lanes. */
@inline function high(a: v128, b: v128): v128 {
  const low = i64x2.extmul_low_i32x4_u(a, b), rest = i64x2.extmul_high_i32x4_u(a, b);
  return v128.shuffle<i32>(low, rest, 1, 3, 5, 7);
}

/** Writes the four words of the blocks with counters [0, row, 0, 0]: word k of lane j at 16k + 4j. */
export function philoxRows(out: usize, row: v128, key0: u32, key1: u32): void {
  const m0 = i32x4.splat(M0), m1 = i32x4.splat(M1);
  let c0 = i32x4.splat(0), c1 = row, c2 = i32x4.splat(0), c3 = i32x4.splat(0);
  for (let round = 0; round < 10; round++) {
    const high0 = high(m0, c0), low0 = i32x4.mul(m0, c0);
    const high1 = high(m1, c2), low1 = i32x4.mul(m1, c2);
    c0 = v128.xor(v128.xor(high1, c1), i32x4.splat(key0));
    c1 = low1;
    c2 = v128.xor(v128.xor(high0, c3), i32x4.splat(key1));
    c3 = low0;
    key0 += W0;
    key1 += W1;
  }
  v128.store(out, c0);
  v128.store(out, c1, 16);
  v128.store(out, c2, 32);
  v128.store(out, c3, 48);
}

/** √(−2 ln((word + ½)·2⁻³²)) of unsigned words (Box & Muller 1958). */
@inline export function normalRadius(word: v128): v128 {
  const u = mul(add(f32x4.convert_i32x4_u(word), splat(0.5)), splat(2.3283064365386963e-10));
  return sqrt(most(mul(splat(-2 * LN2), log2(u)), splat(0)));
}

/** radius·cos of the angle word·2⁻³² of a circle. */
@inline export function normalFirst(radius: v128, word: v128): v128 {
  return mul(radius, cosOfTurn(word, 0));
}

/** radius·sin of it. */
@inline export function normalSecond(radius: v128, word: v128): v128 {
  return mul(radius, cosOfTurn(word, 3));
}
