/**
 * Colours by real spherical harmonics of degree 0 to 3 (Ramamoorthi & Hanrahan 2001; order and signs
 * of 3D Gaussian splatting's files), for four Gaussians, and their derivatives.
 */
import { add, mad, mul, neg, splat, sub } from "../math/vector";

const C0: f32 = 0.28209479177387814;
const C1: f32 = 0.4886025119029199;
const C20: f32 = 1.0925484305920792;
const C21: f32 = 0.31539156525252005;
const C22: f32 = 0.5462742152960396;
const C30: f32 = 0.5900435899266435;
const C31: f32 = 2.890611442640554;
const C32: f32 = 0.4570457994644658;
const C33: f32 = 0.3731763325901154;
const C34: f32 = 1.445305721320277;

/** The value of a basis function, 16 bytes each. */
export function basis(out: usize, degree: i32, x: v128, y: v128, z: v128): void {
  v128.store(out, splat(C0));
  if (degree == 0) return;
  v128.store(out, mul(splat(-C1), y), 16);
  v128.store(out, mul(splat(C1), z), 32);
  v128.store(out, mul(splat(-C1), x), 48);
  if (degree == 1) return;
  const xx = mul(x, x), yy = mul(y, y), zz = mul(z, z);
  const xy = mul(x, y), yz = mul(y, z), xz = mul(x, z), xxMinusYy = sub(xx, yy);
  v128.store(out, mul(splat(C20), xy), 64);
  v128.store(out, mul(splat(-C20), yz), 80);
  v128.store(out, mul(splat(C21), sub(sub(add(zz, zz), xx), yy)), 96);
  v128.store(out, mul(splat(-C20), xz), 112);
  v128.store(out, mul(splat(C22), xxMinusYy), 128);
  if (degree == 2) return;
  const rest = sub(sub(mul(splat(4), zz), xx), yy);
  v128.store(out, mul(mul(splat(-C30), y), mad(splat(3), xx, neg(yy))), 144);
  v128.store(out, mul(splat(C31), mul(xy, z)), 160);
  v128.store(out, mul(mul(splat(-C32), y), rest), 176);
  v128.store(out, mul(mul(splat(C33), z), sub(add(zz, zz), mul(splat(3), add(xx, yy)))), 192);
  v128.store(out, mul(mul(splat(-C32), x), rest), 208);
  v128.store(out, mul(mul(splat(C34), z), xxMinusYy), 224);
  v128.store(out, mul(mul(splat(-C30), x), sub(xx, mul(splat(3), yy))), 240);
}

/** Adds a weight times a basis function's gradient to one that is kept at `out`. */
@inline function pull(out: usize, weight: v128, x: v128, y: v128, z: v128): void {
  v128.store(out, mad(weight, x, v128.load(out)));
  v128.store(out, mad(weight, y, v128.load(out, 16)), 16);
  v128.store(out, mad(weight, z, v128.load(out, 32)), 32);
}

/**
 * The gradient at the direction of Σ weight·basis, from a weight a function, 16 bytes each; as of
 * polynomials in x, y, z, before the direction is held to length 1.
 */
export function basisGradient(
  out: usize,
  weights: usize,
  degree: i32,
  x: v128,
  y: v128,
  z: v128,
): void {
  const zero = splat(0);
  v128.store(out, zero);
  v128.store(out, zero, 16);
  v128.store(out, zero, 32);
  if (degree == 0) return;
  pull(out, v128.load(weights, 16), zero, splat(-C1), zero);
  pull(out, v128.load(weights, 32), zero, zero, splat(C1));
  pull(out, v128.load(weights, 48), splat(-C1), zero, zero);
  if (degree == 1) return;
  const two = splat(2);
  pull(out, mul(splat(C20), v128.load(weights, 64)), y, x, zero);
  pull(out, mul(splat(-C20), v128.load(weights, 80)), zero, z, y);
  pull(out, mul(splat(2 * C21), v128.load(weights, 96)), neg(x), neg(y), mul(two, z));
  pull(out, mul(splat(-C20), v128.load(weights, 112)), z, zero, x);
  pull(out, mul(splat(2 * C22), v128.load(weights, 128)), x, neg(y), zero);
  if (degree == 2) return;
  const xx = mul(x, x), yy = mul(y, y), zz = mul(z, z);
  const xy = mul(x, y), yz = mul(y, z), xz = mul(x, z), three = splat(3);
  const flat = sub(xx, yy), rest = sub(sub(mul(splat(4), zz), xx), yy);
  // y·(3x² − y²), xyz, y·(4z² − x² − y²), z·(2z² − 3x² − 3y²), x·(4z² − …), z·(x² − y²), x·(x² − 3y²)
  pull(out, mul(splat(-3 * C30), v128.load(weights, 144)), mul(two, xy), flat, zero);
  pull(out, mul(splat(C31), v128.load(weights, 160)), yz, xz, xy);
  pull(
    out,
    mul(splat(-C32), v128.load(weights, 176)),
    mul(splat(-2), xy),
    sub(rest, mul(two, yy)),
    mul(splat(8), yz),
  );
  pull(
    out,
    mul(splat(3 * C33), v128.load(weights, 192)),
    mul(splat(-2), xz),
    mul(splat(-2), yz),
    sub(sub(add(zz, zz), xx), yy),
  );
  pull(
    out,
    mul(splat(-C32), v128.load(weights, 208)),
    sub(rest, mul(two, xx)),
    mul(splat(-2), xy),
    mul(splat(8), xz),
  );
  pull(out, mul(splat(C34), v128.load(weights, 224)), mul(two, xz), mul(splat(-2), yz), flat);
  pull(out, mul(splat(-3 * C30), v128.load(weights, 240)), flat, mul(splat(-2), xy), zero);
}
