/**
 * (1 − λ)·|x − y| + λ·(1 − SSIM(x, y)), means over pixels and channels, and its gradient at x. SSIM
 * (Wang, Bovik, Sheikh & Simoncelli 2004) over a window of 11×11, σ 1.5, channel by channel, with zeros
 * beyond the picture's edges, as the code of 3D Gaussian splatting has it.
 *
 * With the window's means μ = G∗x, ν = G∗y, and e = G∗x², f = G∗y², h = G∗xy,
 * SSIM = (2μν + C₁)(2(h − μν) + C₂) / ((μ² + ν² + C₁)(e − μ² + f − ν² + C₂)): its derivatives at μ, e
 * and h go back through the same window, which is symmetric.
 */
import { add, choose, div, keep, mad, mul, neg, splat, sub, total } from "../math/vector";
import { Context, LINES } from "./context";
import { inPicture } from "./raster";

const C1: f32 = 0.0001;
const C2: f32 = 0.0009;
/** Pixels of the window on either side of its middle. */
const REACH: i32 = 5;
/** Floats before a line in scratch, which hold 0, as those after it do. */
const MARGIN: i32 = 8;

/** Values of the picture. */
@inline function valuesOf(c: Context): f32 {
  const values = 3 * c.height * c.width;
  return <f32>values;
}

/** Bytes of a line in scratch. */
@inline function lineBytes(c: Context): usize {
  return <usize>(c.pitch + 2 * MARGIN) << 2;
}

function clear(line: usize, bytes: usize): void {
  memory.fill(line, 0, <usize>MARGIN << 2);
  memory.fill(line + bytes - (<usize>MARGIN << 2), 0, <usize>MARGIN << 2);
}

/** The window along a line around four places; `at` is the place of the first in a line with margins. */
@inline function along(at: usize, w0: v128, w1: v128, w2: v128, w3: v128, w4: v128, w5: v128): v128 {
  let sum = mul(w0, v128.load(at));
  sum = mad(w1, add(v128.load(at - 4), v128.load(at, 4)), sum);
  sum = mad(w2, add(v128.load(at - 8), v128.load(at, 8)), sum);
  sum = mad(w3, add(v128.load(at - 12), v128.load(at, 12)), sum);
  sum = mad(w4, add(v128.load(at - 16), v128.load(at, 16)), sum);
  return mad(w5, add(v128.load(at - 20), v128.load(at, 20)), sum);
}

/** Lines within the window's reach above and below: the range that the picture has. */
@inline function above(y: i32): i32 {
  return max(y - REACH, 0);
}
@inline function below(c: Context, y: i32): i32 {
  return min(y + REACH, c.height - 1);
}

/** The L1 part of a chunk of lines of a channel; and SSIM's value and derivatives, if it counts. */
export function loss(c: Context, chunk: i32, scratch: usize): void {
  const chunks = (c.height + LINES - 1) / LINES, channel = chunk / chunks;
  const first = (chunk % chunks) * LINES, end = min(first + LINES, c.height);
  const plane = <usize>(channel * c.plane) << 2, line = <usize>c.pitch << 2;
  const x = c.picture + plane, y = c.wanted + plane, gradient = c.gradient + plane;
  const step = splat((1 - c.structural) / valuesOf(c)), minus = neg(step), zero = splat(0);
  for (let row = first; row < end; row++) {
    let sum = zero;
    const from = <usize>row * line;
    for (let i: usize = 0; i < line; i += 16) {
      const d = sub(v128.load(x + from + i), v128.load(y + from + i));
      sum = add(sum, f32x4.abs(d));
      const sign = choose(f32x4.gt(d, zero), step, keep(f32x4.lt(d, zero), minus));
      v128.store(gradient + from + i, sign);
    }
    const out = c.losses + (<usize>(channel * c.height + row) << 4);
    store<f64>(out, <f64>total(sum));
    store<f64>(out, c.structural != 0 ? structure(c, channel, row, scratch) : 0, 8);
  }
}

/** SSIM summed along a line; its derivatives, times −λ/(3·H·W), to the planes of `structure`. */
function structure(c: Context, channel: i32, row: i32, scratch: usize): f64 {
  const plane = <usize>(channel * c.plane) << 2, line = <usize>c.pitch << 2, bytes = lineBytes(c);
  const x = c.picture + plane, y = c.wanted + plane, margin = <usize>MARGIN << 2;
  const la = scratch, lb = la + bytes, lc = lb + bytes, ld = lc + bytes, le = ld + bytes;
  clear(la, bytes);
  clear(lb, bytes);
  clear(lc, bytes);
  clear(ld, bytes);
  clear(le, bytes);
  const top = above(row), bottom = below(c, row);
  for (let i: usize = 0; i < line; i += 16) {
    let mu = splat(0), nu = splat(0), e = splat(0), f = splat(0), h = splat(0);
    for (let j = top; j <= bottom; j++) {
      const w = v128.load32_splat(c.window + (<usize>abs(j - row) << 2));
      const at = <usize>j * line + i, a = v128.load(x + at), b = v128.load(y + at);
      const wa = mul(w, a), wb = mul(w, b);
      mu = add(mu, wa);
      nu = add(nu, wb);
      e = mad(wa, a, e);
      f = mad(wb, b, f);
      h = mad(wa, b, h);
    }
    v128.store(la + margin + i, mu);
    v128.store(lb + margin + i, nu);
    v128.store(lc + margin + i, e);
    v128.store(ld + margin + i, f);
    v128.store(le + margin + i, h);
  }
  const window = c.window, w0 = v128.load32_splat(window), w1 = v128.load32_splat(window, 4);
  const w2 = v128.load32_splat(window, 8), w3 = v128.load32_splat(window, 12);
  const w4 = v128.load32_splat(window, 16), w5 = v128.load32_splat(window, 20);
  const size = <usize>c.plane << 2, to = c.structure + plane + <usize>row * line;
  const weight = splat(-c.structural / valuesOf(c));
  const two = splat(2), c1 = splat(C1), c2 = splat(C2), one = splat(1), zero = splat(0);
  let sum = zero;
  for (let i: usize = 0; i < line; i += 16) {
    const at = margin + i;
    const mu = along(la + at, w0, w1, w2, w3, w4, w5), nu = along(lb + at, w0, w1, w2, w3, w4, w5);
    const e = along(lc + at, w0, w1, w2, w3, w4, w5), f = along(ld + at, w0, w1, w2, w3, w4, w5);
    const h = along(le + at, w0, w1, w2, w3, w4, w5);
    const munu = mul(mu, nu), squares = add(mul(mu, mu), mul(nu, nu));
    const a1 = mad(two, munu, c1), a2 = mad(two, sub(h, munu), c2);
    const b1 = add(squares, c1), b2 = add(sub(add(e, f), squares), c2);
    const over = div(one, mul(b1, b2)), value = mul(mul(a1, a2), over);
    const inside = f32x4.gt(inPicture(c, <i32>(i >> 2), row), zero), scale = keep(inside, weight);
    sum = add(sum, keep(inside, value));
    const byE = neg(mul(value, mul(b1, over))), byH = mul(two, mul(a1, over));
    const byMu = mul(
      two,
      add(
        mul(nu, mul(sub(a2, a1), over)),
        mul(mu, mul(value, mul(sub(b1, b2), over))),
      ),
    );
    v128.store(to + i, mul(scale, byMu));
    v128.store(to + 3 * size + i, mul(scale, byE));
    v128.store(to + 6 * size + i, mul(scale, byH));
  }
  return <f64>total(sum);
}

/** Adds SSIM's share to the gradient of a chunk of lines of a channel. */
export function structureGradient(c: Context, chunk: i32, scratch: usize): void {
  const chunks = (c.height + LINES - 1) / LINES, channel = chunk / chunks;
  const first = (chunk % chunks) * LINES, end = min(first + LINES, c.height);
  const plane = <usize>(channel * c.plane) << 2, line = <usize>c.pitch << 2, bytes = lineBytes(c);
  const x = c.picture + plane, y = c.wanted + plane, gradient = c.gradient + plane;
  const size = <usize>c.plane << 2, from = c.structure + plane, margin = <usize>MARGIN << 2;
  const la = scratch, lb = la + bytes, lc = lb + bytes;
  clear(la, bytes);
  clear(lb, bytes);
  clear(lc, bytes);
  const window = c.window, w0 = v128.load32_splat(window), w1 = v128.load32_splat(window, 4);
  const w2 = v128.load32_splat(window, 8), w3 = v128.load32_splat(window, 12);
  const w4 = v128.load32_splat(window, 16), w5 = v128.load32_splat(window, 20), two = splat(2);
  for (let row = first; row < end; row++) {
    const top = above(row), bottom = below(c, row);
    for (let i: usize = 0; i < line; i += 16) {
      let byMu = splat(0), byE = splat(0), byH = splat(0);
      for (let j = top; j <= bottom; j++) {
        const w = v128.load32_splat(window + (<usize>abs(j - row) << 2));
        const at = from + <usize>j * line + i;
        byMu = mad(w, v128.load(at), byMu);
        byE = mad(w, v128.load(at + 3 * size), byE);
        byH = mad(w, v128.load(at + 6 * size), byH);
      }
      v128.store(la + margin + i, byMu);
      v128.store(lb + margin + i, byE);
      v128.store(lc + margin + i, byH);
    }
    for (let i: usize = 0; i < line; i += 16) {
      const at = margin + i, place = <usize>row * line + i;
      const byMu = along(la + at, w0, w1, w2, w3, w4, w5);
      const byE = along(lb + at, w0, w1, w2, w3, w4, w5);
      const byH = along(lc + at, w0, w1, w2, w3, w4, w5);
      const own = add(byMu, mad(mul(two, v128.load(x + place)), byE, mul(v128.load(y + place), byH)));
      v128.store(gradient + place, add(v128.load(gradient + place), own));
    }
  }
}
