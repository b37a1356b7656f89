/**
 * Four Gaussians from their parameters to the picture's plane: Σ = R S Sᵀ Rᵀ, and by the projection's
 * Jacobian J at the mean Σ' = J V Σ Vᵀ Jᵀ + blur (Zwicker, Pfister, van Baar & Gross 2001).
 */
import { exp, log2 } from "../math/elementary";
import { add, choose, div, dot, keep, least, mad, most, mul, neg, splat, sqrt, sub } from "../math/vector";
import { BLUR, Context, OPACITY, QUATERNION, SCALES, WIDEST } from "./context";

/** What is known of four Gaussians on the way; the way back starts from it. */
@unmanaged export class Four {
  /** From the eye to the mean in the world; in the camera's axes; 1/z. */
  dx: v128;
  dy: v128;
  dz: v128;
  x: v128;
  y: v128;
  z: v128;
  inverse: v128;
  /** x/z and y/z, held to where the projection is linearised; whether they were inside of that. */
  atX: v128;
  atY: v128;
  insideX: v128;
  insideY: v128;
  /** Scales; the quaternion of length 1, and 1/its length. */
  s0: v128;
  s1: v128;
  s2: v128;
  qw: v128;
  qx: v128;
  qy: v128;
  qz: v128;
  qInverse: v128;
  /** R, by rows. */
  r00: v128;
  r01: v128;
  r02: v128;
  r10: v128;
  r11: v128;
  r12: v128;
  r20: v128;
  r21: v128;
  r22: v128;
  /** U = J V, 2×3, and W = U R S, so that Σ' = W Wᵀ + blur. */
  u00: v128;
  u01: v128;
  u02: v128;
  u10: v128;
  u11: v128;
  u12: v128;
  w00: v128;
  w01: v128;
  w02: v128;
  w10: v128;
  w11: v128;
  w12: v128;
  /** W Wᵀ = [a b; b c], its determinant; Σ'⁻¹ = [p q; q r]. */
  a: v128;
  b: v128;
  c: v128;
  sharp: v128;
  p: v128;
  q: v128;
  r: v128;
  /** Opacity; log₂ of the opacity with its compensation. */
  opacity: v128;
  peak: v128;
  /** Whether it is before the near plane's far side, and of a size that float32 holds. */
  there: v128;
}

/** Bytes of `Four`. */
export const FOUR: usize = 16 * 50;

/** Fills `l` with what the Gaussians i … i + 3 are before the camera. */
export function look(c: Context, i: i32, l: Four): void {
  const row = <usize>c.stride << 2, at = c.parameters + (<usize>i << 2), one = splat(1);
  const two = splat(2);
  const dx = sub(v128.load(at), splat(c.eyeX)), dy = sub(v128.load(at + row), splat(c.eyeY));
  const dz = sub(v128.load(at + 2 * row), splat(c.eyeZ));
  l.dx = dx;
  l.dy = dy;
  l.dz = dz;
  const v00 = splat(c.v00), v01 = splat(c.v01), v02 = splat(c.v02);
  const v10 = splat(c.v10), v11 = splat(c.v11), v12 = splat(c.v12);
  const v20 = splat(c.v20), v21 = splat(c.v21), v22 = splat(c.v22);
  const x = dot(v00, v01, v02, dx, dy, dz), y = dot(v10, v11, v12, dx, dy, dz);
  const z = dot(v20, v21, v22, dx, dy, dz), before = f32x4.gt(z, splat(c.near));
  // What isn't there is computed as at distance 1, so that nothing overflows on the way.
  const inverse = div(one, choose(before, z, one));
  l.x = x;
  l.y = y;
  l.z = z;
  l.inverse = inverse;

  // R of the quaternion, M = R S.
  const s0 = exp(v128.load(at + SCALES * row)), s1 = exp(v128.load(at + (SCALES + 1) * row));
  const s2 = exp(v128.load(at + (SCALES + 2) * row));
  const q0 = v128.load(at + QUATERNION * row), q1 = v128.load(at + (QUATERNION + 1) * row);
  const q2 = v128.load(at + (QUATERNION + 2) * row), q3 = v128.load(at + (QUATERNION + 3) * row);
  const qInverse = div(one, sqrt(mad(q3, q3, dot(q0, q1, q2, q0, q1, q2))));
  const qw = mul(q0, qInverse), qx = mul(q1, qInverse), qy = mul(q2, qInverse);
  const qz = mul(q3, qInverse);
  const xx = mul(qx, qx), yy = mul(qy, qy), zz = mul(qz, qz);
  const xy = mul(qx, qy), xz = mul(qx, qz), yz = mul(qy, qz);
  const wx = mul(qw, qx), wy = mul(qw, qy), wz = mul(qw, qz);
  const r00 = sub(one, mul(two, add(yy, zz))), r01 = mul(two, sub(xy, wz));
  const r02 = mul(two, add(xz, wy));
  const r10 = mul(two, add(xy, wz)), r11 = sub(one, mul(two, add(xx, zz)));
  const r12 = mul(two, sub(yz, wx));
  const r20 = mul(two, sub(xz, wy)), r21 = mul(two, add(yz, wx));
  const r22 = sub(one, mul(two, add(xx, yy)));
  l.s0 = s0;
  l.s1 = s1;
  l.s2 = s2;
  l.qw = qw;
  l.qx = qx;
  l.qy = qy;
  l.qz = qz;
  l.qInverse = qInverse;
  l.r00 = r00;
  l.r01 = r01;
  l.r02 = r02;
  l.r10 = r10;
  l.r11 = r11;
  l.r12 = r12;
  l.r20 = r20;
  l.r21 = r21;
  l.r22 = r22;

  // J = [fx/z, 0, −fx·x/z²; 0, fy/z, −fy·y/z²], linearised no further out than the bounds.
  const toX = mul(x, inverse), toY = mul(y, inverse);
  const atX = most(least(toX, splat(c.rightmost)), splat(c.leftmost));
  const atY = most(least(toY, splat(c.bottommost)), splat(c.topmost));
  l.atX = atX;
  l.atY = atY;
  l.insideX = f32x4.eq(atX, toX);
  l.insideY = f32x4.eq(atY, toY);
  const j00 = mul(splat(c.fx), inverse), j11 = mul(splat(c.fy), inverse);
  const j02 = neg(mul(j00, atX)), j12 = neg(mul(j11, atY));
  const u00 = mad(j00, v00, mul(j02, v20)), u01 = mad(j00, v01, mul(j02, v21));
  const u02 = mad(j00, v02, mul(j02, v22)), u10 = mad(j11, v10, mul(j12, v20));
  const u11 = mad(j11, v11, mul(j12, v21)), u12 = mad(j11, v12, mul(j12, v22));
  l.u00 = u00;
  l.u01 = u01;
  l.u02 = u02;
  l.u10 = u10;
  l.u11 = u11;
  l.u12 = u12;
  const w00 = mul(dot(u00, u01, u02, r00, r10, r20), s0);
  const w01 = mul(dot(u00, u01, u02, r01, r11, r21), s1);
  const w02 = mul(dot(u00, u01, u02, r02, r12, r22), s2);
  const w10 = mul(dot(u10, u11, u12, r00, r10, r20), s0);
  const w11 = mul(dot(u10, u11, u12, r01, r11, r21), s1);
  const w12 = mul(dot(u10, u11, u12, r02, r12, r22), s2);
  l.w00 = w00;
  l.w01 = w01;
  l.w02 = w02;
  l.w10 = w10;
  l.w11 = w11;
  l.w12 = w12;

  // |W Wᵀ| = |w₀ × w₁|² (Binet & Cauchy), where a·c − b² would cancel; the blur adds to it.
  const blur = splat(BLUR);
  const a = dot(w00, w01, w02, w00, w01, w02), b = dot(w00, w01, w02, w10, w11, w12);
  const cc = dot(w10, w11, w12, w10, w11, w12);
  const n0 = sub(mul(w01, w12), mul(w02, w11)), n1 = sub(mul(w02, w10), mul(w00, w12));
  const n2 = sub(mul(w00, w11), mul(w01, w10)), sharp = dot(n0, n1, n2, n0, n1, n2);
  const determinant = add(sharp, mul(blur, add(add(a, cc), blur))), over = div(one, determinant);
  l.a = a;
  l.b = b;
  l.c = cc;
  l.sharp = sharp;
  l.p = mul(add(cc, blur), over);
  l.q = neg(mul(b, over));
  l.r = mul(add(a, blur), over);

  // log₂ of the opacity 1/(1 + e^−o); compensated by √(|W Wᵀ|/|Σ'|), as gsplat's "antialiased".
  const e = add(one, exp(neg(v128.load(at + OPACITY * row))));
  l.opacity = div(one, e);
  let peak = neg(log2(e));
  if (c.antialiased) {
    const share = most(mul(sharp, over), splat(1e-30));
    peak = add(peak, mul(splat(0.5), log2(share)));
  }
  l.peak = peak;
  const small = v128.and(f32x4.lt(a, splat(WIDEST)), f32x4.lt(cc, splat(WIDEST)));
  l.there = v128.and(before, small);
}
