/**
 * Sine and cosine in WGSL, in whole-number arithmetic: WGSL promises only 2⁻¹¹ of its own, and
 * nothing beyond ±π, where families embed times and places at angles of hundreds of turns.
 * @module
 */
import { inverseTurn } from "../../../../numeric/mod.ts";
import { q32, u32 } from "./wide.ts";

/** (π/4)ⁿ/n!: the size of the n-th term on an eighth of a turn. */
function taylor(n: number): number {
  let term = 1;
  for (let k = 1; k <= n; k++) term *= Math.PI / 4 / k;
  return term;
}

/**
 * cos and sin of 2π·turn, turn in Q32, as sizes in Q32 and signs; to_float gives the float32 nearest
 * to a Q61. The series of Taylor on an eighth of a turn; |error| < 2⁻³⁰.
 */
export const CIRCLE_WGSL = `
struct Circle { cosine : u32, sine : u32, minus_cosine : bool, minus_sine : bool };
fn circle(turn : u32) -> Circle {
  let quadrant = (turn + 0x20000000u) >> 30u;
  let angle = bitcast<i32>(turn - (quadrant << 30u));
  let size = u32(abs(angle));
  let t = select(size << 3u, 0xffffffffu, size == 0x20000000u);
  let z = mul_high(t, t);
  var s = 0u;
  var c = 0u;
${[11, 9, 7, 5, 3, 1].map((n) => `  s = ${q32(taylor(n))} - mul_high(z, s);`).join("\n")}
${[12, 10, 8, 6, 4, 2].map((n) => `  c = ${q32(taylor(n))} - mul_high(z, c);`).join("\n")}
  let sine = mul_high(t, s);
  let cosine = ~mul_high(z, c);
  let odd = (quadrant & 1u) == 1u;
  let back = angle < 0;
  return Circle(
    select(cosine, sine, odd),
    select(sine, cosine, odd),
    select(quadrant == 2u, (quadrant == 1u) != back, odd),
    select((quadrant == 2u) != back, quadrant == 3u, odd),
  );
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
`;

/** 1/2π behind 24 zero bits: the window at e − 126 holds what |x| = m·2^(e − 150) needs of it. */
const INVERSE_TURN = Array.from(
  { length: 7 },
  (_, i) => u32(Number((inverseTurn(200) >> BigInt(32 * (6 - i))) & 0xffffffffn)),
);

/**
 * (cos x, sin x) for any float32. From ½ on, |x|/2π is taken modulo 1 exactly, with as many digits of
 * 1/2π as its exponent asks for (Payne & Hanek 1983); below, Taylor's series in float32.
 * |error| < 2⁻²⁸ before the one rounding, below ½ 2 units of the last place. NaN of NaN and ±∞.
 */
export const ANGLE_WGSL = `
const INVERSE_TURN = array<u32, 7>(${INVERSE_TURN.join(", ")});
fn turns(exponent : u32, mantissa : u32) -> u32 {
  let place = exponent - 126u;
  let word = place / 32u;
  let first = INVERSE_TURN[word];
  let second = INVERSE_TURN[word + 1u];
  let third = INVERSE_TURN[word + 2u];
  let high = shl_wide(vec2<u32>(second, first), place & 31u).y;
  let low = shl_wide(vec2<u32>(third, second), place & 31u).y;
  return high * mantissa + mul_high(low, mantissa);
}
fn cos_sin(x : f32) -> vec2<f32> {
  let bits = bitcast<u32>(x);
  let exponent = (bits >> 23u) & 0xffu;
  if (exponent == 255u) { return vec2<f32>(uniforms.NAN); }
  if (exponent < 126u) {
    let z = x * x;
    let c = 1.0 + z * (-0.5 + z * (1.0 / 24.0 + z * (-1.0 / 720.0 + z / 40320.0)));
    let s = x + x * (z * (-1.0 / 6.0 + z * (1.0 / 120.0 + z * (-1.0 / 5040.0 + z / 362880.0))));
    return vec2<f32>(c, s);
  }
  let at = circle(turns(exponent, (bits & 0x7fffffu) | 0x800000u));
  return vec2<f32>(
    to_float(shl_wide(vec2<u32>(at.cosine, 0u), 29u), at.minus_cosine),
    to_float(shl_wide(vec2<u32>(at.sine, 0u), 29u), at.minus_sine != ((bits >> 31u) == 1u)),
  );
}
`;
