/**
 * Projection: what a pixel meets of each Gaussian, its colour, its depth, and the pixels that it may
 * touch. A Gaussian whose α stays below the cut everywhere, or before the near plane, is not seen.
 */
import { LN2, LOG2E } from "../math/elementary";
import { add, div, mad, most, mul, neg, splat, sqrt, sub } from "../math/vector";
import { BLUR, COLOUR, Context, CUT, GAUSSIANS, Seen, SEEN } from "./context";
import { Four, FOUR, look } from "./gaussian";
import { basis } from "./harmonics";

/** One channel of the colour, ½ + Σ basis·coefficient; above 0. */
@inline export function colourOf(functions: usize, at: usize, row: usize, terms: i32): v128 {
  let sum = splat(0.5);
  for (let k = 0; k < terms; k++) {
    sum = mad(v128.load(functions + (<usize>k << 4)), v128.load(at + <usize>(3 * k) * row), sum);
  }
  return sum;
}

/** The unit direction from the eye to the means, 48 bytes at `out`; 1/its length. */
@inline export function directionOf(out: usize, l: Four): v128 {
  const square = mad(l.dz, l.dz, mad(l.dy, l.dy, mul(l.dx, l.dx)));
  const inverse = div(splat(1), sqrt(square));
  v128.store(out, mul(l.dx, inverse));
  v128.store(out, mul(l.dy, inverse), 16);
  v128.store(out, mul(l.dz, inverse), 32);
  return inverse;
}

@inline function lane(four: usize, k: i32): f32 {
  return load<f32>(four + (<usize>k << 2));
}

/** A whole number within [0, end] near a number; the conversion saturates. */
@inline function within(x: f32, end: i32): i32 {
  const whole = <i32>x;
  return whole < 0 ? 0 : whole > end ? end : whole;
}

/** Projects a chunk of Gaussians. */
export function project(c: Context, chunk: i32, scratch: usize): void {
  const from = chunk * GAUSSIANS, to = min(from + GAUSSIANS, c.stride);
  const l = changetype<Four>(scratch), out = scratch + FOUR, functions = out + 256;
  const row = <usize>c.stride << 2, terms = (c.degree + 1) * (c.degree + 1);
  for (let i = from; i < to; i += 4) {
    look(c, i, l);
    // α = peak at the middle falls to the cut at dx² = 2 ln(α/cut)·Σ'xx.
    const fall = mul(splat(2 * LN2), sub(l.peak, splat(CUT)));
    const there = v128.and(f32x4.gt(fall, splat(0)), l.there), drop = most(fall, splat(0));
    const x = mad(mul(splat(c.fx), l.x), l.inverse, splat(c.cx));
    const y = mad(mul(splat(c.fy), l.y), l.inverse, splat(c.cy));
    const blur = splat(BLUR);
    v128.store(out, x);
    v128.store(out, y, 16);
    v128.store(out, mul(splat(-0.5 * LOG2E), l.p), 32);
    v128.store(out, mul(splat(-LOG2E), l.q), 48);
    v128.store(out, mul(splat(-0.5 * LOG2E), l.r), 64);
    v128.store(out, l.peak, 80);
    v128.store(out, l.z, 96);
    // Half of the extent; a thousandth of a pixel covers what rounding takes.
    v128.store(out, add(sqrt(mul(drop, add(l.a, blur))), splat(1e-3)), 112);
    v128.store(out, add(sqrt(mul(drop, add(l.c, blur))), splat(1e-3)), 128);
    let seen = i32x4.bitmask(there);
    if (i + 4 > c.count) seen &= (1 << (c.count - i)) - 1;
    if (seen) {
      directionOf(out + 208, l);
      basis(
        functions,
        c.degree,
        v128.load(out, 208),
        v128.load(out, 224),
        v128.load(out, 240),
      );
      const at = c.parameters + (<usize>i << 2) + COLOUR * row, zero = splat(0);
      v128.store(out, most(colourOf(functions, at, row, terms), zero), 144);
      v128.store(out, most(colourOf(functions, at + row, row, terms), zero), 160);
      v128.store(out, most(colourOf(functions, at + 2 * row, row, terms), zero), 176);
    }
    for (let k = 0; k < 4; k++) {
      const s = changetype<Seen>(c.seen + <usize>(i + k) * SEEN);
      const middleX = lane(out, k), middleY = lane(out + 16, k);
      const halfX = lane(out + 112, k), halfY = lane(out + 128, k);
      // Pixel j is at j + ½.
      const left = within(Mathf.ceil(middleX - halfX - 0.5), c.width);
      const right = within(Mathf.floor(middleX + halfX - 0.5) + 1, c.width);
      const top = within(Mathf.ceil(middleY - halfY - 0.5), c.height);
      const bottom = within(Mathf.floor(middleY + halfY - 0.5) + 1, c.height);
      const visible = (seen >> k & 1) != 0 && left < right && top < bottom;
      if (!visible) {
        s.left = 0;
        s.right = 0;
        continue;
      }
      s.x = middleX;
      s.y = middleY;
      s.a = lane(out + 32, k);
      s.b = lane(out + 48, k);
      s.c = lane(out + 64, k);
      s.peak = lane(out + 80, k);
      s.depth = lane(out + 96, k);
      s.red = lane(out + 144, k);
      s.green = lane(out + 160, k);
      s.blue = lane(out + 176, k);
      s.left = left;
      s.top = top;
      s.right = right;
      s.bottom = bottom;
    }
  }
}
