/**
 * What an update does with the gradients of a chunk of Gaussians: the costs of opacities and scales
 * are added, Adam (Kingma & Ba 2015) steps, and positions get the noise of 3DGS-MCMC (Kheradmand et
 * al. 2024). It sets `fault` where a parameter comes out that isn't finite.
 */
import { exp, sigmoid } from "../math/elementary";
import { normalFirst, normalRadius, normalSecond, philoxRows } from "../math/philox";
import { add, div, dot, keep, least, mad, mul, splat, sqrt, sub, total } from "../math/vector";
import { Context, GAUSSIANS, OPACITY, QUATERNION, rowsOf, SCALES } from "./context";
import { Four, FOUR, look } from "./gaussian";
import { projectGradient } from "./project_gradient";

const BETA1: f32 = 0.9;
const BETA2: f32 = 0.999;
/** 1 − β, which float32's β would give only to a few digits. */
const REST1: f32 = 0.1;
const REST2: f32 = 0.001;
const EPSILON: f32 = 1e-15;
/** Where the gate of noise is below this, there is none. */
const SHUT: f32 = 1e-6;

/** The gradient's way back, and the step, of a chunk of Gaussians. */
export function update(c: Context, chunk: i32, scratch: usize): void {
  projectGradient(c, chunk, scratch);
  const from = chunk * GAUSSIANS, to = min(from + GAUSSIANS, c.stride);
  addCosts(c, chunk, from, to);
  adam(c, from, to);
  if (c.noise != 0) addNoise(c, from, to, scratch);
}

/** The lanes that are Gaussians, as a mask. */
@inline function gaussians(c: Context, i: i32): v128 {
  return i32x4.lt_s(i32x4.add(i32x4.splat(i), i32x4(0, 1, 2, 3)), i32x4.splat(c.count));
}

/** opacityCost·Σ opacity + scaleCost·Σ scale: to the gradients, and its value to `costs`. */
function addCosts(c: Context, chunk: i32, from: i32, to: i32): void {
  const out = c.costs + (<usize>chunk << 3), row = <usize>c.stride << 2;
  store<f64>(out, 0);
  if (c.opacityCost == 0 && c.scaleCost == 0) return;
  const ofOpacity = splat(c.opacityCost), ofScale = splat(c.scaleCost), one = splat(1);
  let sum: f64 = 0;
  for (let i = from; i < to; i += 4) {
    const place = <usize>i << 2, own = gaussians(c, i);
    const opacity = c.parameters + OPACITY * row + place, g = c.gradients + OPACITY * row + place;
    const o = keep(own, sigmoid(v128.load(opacity)));
    v128.store(g, mad(ofOpacity, mul(o, sub(one, o)), v128.load(g)));
    let scales = splat(0);
    for (let k: usize = SCALES; k < SCALES + 3; k++) {
      const at = k * row + place;
      const cost = mul(ofScale, keep(own, exp(v128.load(c.parameters + at))));
      v128.store(c.gradients + at, add(cost, v128.load(c.gradients + at)));
      scales = add(scales, cost);
    }
    sum += <f64>total(mad(ofOpacity, o, scales));
  }
  store<f64>(out, sum);
}

/** m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², p ← p − rate·m̂/(√v̂ + ε); a rate a row. */
function adam(c: Context, from: i32, to: i32): void {
  const rows = rowsOf(c), row = <usize>c.stride << 2, end = <usize>to << 2, zero = splat(0);
  const beta1 = splat(BETA1), rest1 = splat(REST1), beta2 = splat(BETA2), rest2 = splat(REST2);
  const epsilon = splat(EPSILON), correction = splat(c.correction);
  let bad = zero;
  for (let r = 0; r < rows; r++) {
    const start = <usize>r * row, rate = v128.load32_splat(c.rates + (<usize>r << 2));
    for (let i = <usize>from << 2; i < end; i += 16) {
      const at = start + i, g = v128.load(c.gradients + at);
      const m = add(mul(beta1, v128.load(c.first + at)), mul(rest1, g));
      const v = add(mul(beta2, v128.load(c.second + at)), mul(rest2, mul(g, g)));
      v128.store(c.first + at, m);
      v128.store(c.second + at, v);
      const step = div(mul(rate, m), add(mul(sqrt(v), correction), epsilon));
      const p = sub(v128.load(c.parameters + at), step);
      v128.store(c.parameters + at, p);
      // p − p is 0 of a finite number, and NaN of any other.
      bad = v128.or(bad, f32x4.ne(sub(p, p), zero));
    }
  }
  if (v128.any_true(bad)) store<i32>(changetype<usize>(c), 1, offsetof<Context>("fault"));
}

/**
 * mean ← mean + noise·gate(opacity)·Σ ε, with gate(o) = 1/(1 + e^(100·o − ½)) and ε the normals of the
 * key's row of the Gaussian's number.
 */
function addNoise(c: Context, from: i32, to: i32, scratch: usize): void {
  const row = <usize>c.stride << 2, l = changetype<Four>(scratch), words = scratch + FOUR;
  for (let i = from; i < to; i += 4) {
    const at = c.parameters + (<usize>i << 2);
    const opacity = sigmoid(v128.load(at + OPACITY * row));
    const gate = div(splat(1), add(splat(1), exp(mad(splat(100), opacity, splat(-0.5)))));
    const open = v128.and(f32x4.gt(gate, splat(SHUT)), gaussians(c, i));
    if (!v128.any_true(open)) continue;
    philoxRows(words, i32x4.add(i32x4.splat(i), i32x4(0, 1, 2, 3)), c.key0, c.key1);
    const radius = normalRadius(v128.load(words)), angle = v128.load(words, 16);
    const e0 = normalFirst(radius, angle), e1 = normalSecond(radius, angle);
    const e2 = normalFirst(normalRadius(v128.load(words, 32)), v128.load(words, 48));
    // Σ ε = R S² Rᵀ ε; the camera that `look` takes in has no part in R and S.
    look(c, i, l);
    const t0 = mul(mul(l.s0, l.s0), dot(l.r00, l.r10, l.r20, e0, e1, e2));
    const t1 = mul(mul(l.s1, l.s1), dot(l.r01, l.r11, l.r21, e0, e1, e2));
    const t2 = mul(mul(l.s2, l.s2), dot(l.r02, l.r12, l.r22, e0, e1, e2));
    const size = keep(open, mul(splat(c.noise), gate));
    v128.store(at, mad(size, dot(l.r00, l.r01, l.r02, t0, t1, t2), v128.load(at)));
    v128.store(at + row, mad(size, dot(l.r10, l.r11, l.r12, t0, t1, t2), v128.load(at + row)));
    v128.store(at + 2 * row, mad(size, dot(l.r20, l.r21, l.r22, t0, t1, t2), v128.load(at + 2 * row)));
  }
}

/** Sets `fault` to 1 + the first Gaussian with a parameter that isn't finite, or a quaternion 0. */
export function examine(c: Context): void {
  const rows = rowsOf(c), row = <usize>c.stride << 2, zero = splat(0);
  c.fault = 0;
  for (let i = 0; i < c.stride; i += 4) {
    const at = c.parameters + (<usize>i << 2), q = at + QUATERNION * row;
    let bad = zero;
    for (let r = 0; r < rows; r++) {
      const p = v128.load(at + <usize>r * row);
      bad = v128.or(bad, f32x4.ne(sub(p, p), zero));
    }
    let square = zero;
    for (let k = 0; k < 4; k++) {
      const p = v128.load(q + <usize>k * row);
      square = mad(p, p, square);
    }
    // Normal numbers, so that 1/√ of it is one too.
    bad = v128.or(bad, f32x4.lt(square, splat(1.1754943508222875e-38)));
    bad = v128.or(bad, f32x4.gt(square, splat(1e38)));
    const found = i32x4.bitmask(bad);
    if (found) {
      c.fault = 1 + i + ctz(found);
      return;
    }
  }
}
