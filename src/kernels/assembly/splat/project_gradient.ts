/**
 * The way back from what pixels gave each Gaussian to its parameters, by the chain rule through
 * gaussian.ts, in the same names with a `g` before them.
 */
import { add, choose, div, dot, keep, mad, mul, neg, splat, sqrt, sub } from "../math/vector";
import { BLUR, COLOUR, Context, GAUSSIANS, OPACITY, QUATERNION, rowsOf, SCALES, SUMS } from "./context";
import { Four, FOUR, look } from "./gaussian";
import { basis, basisGradient } from "./harmonics";
import { colourOf, directionOf } from "./project";

/** Sums over a Gaussian's pairs, slot by slot. */
@inline function reduce(c: Context, i: i32, out: usize): void {
  const slots = c.slots + (<usize>i << 2);
  let at = c.sums + <usize>load<u32>(slots) * SUMS;
  const end = c.sums + <usize>load<u32>(slots, 4) * SUMS;
  let s0 = splat(0), s1 = splat(0), s2 = splat(0);
  for (; at != end; at += SUMS) {
    s0 = add(s0, v128.load(at));
    s1 = add(s1, v128.load(at, 16));
    s2 = add(s2, v128.load(at, 32));
  }
  v128.store(out, s0);
  v128.store(out, s1, 16);
  v128.store(out, s2, 32);
}

/** Number k of each of four runs of 48 bytes. */
@inline function gather(from: usize, k: i32): v128 {
  const at = from + (<usize>k << 2);
  let v = splat(load<f32>(at));
  v = f32x4.replace_lane(v, 1, load<f32>(at, 48));
  v = f32x4.replace_lane(v, 2, load<f32>(at, 96));
  return f32x4.replace_lane(v, 3, load<f32>(at, 144));
}

/** Adds to statistics: the length of the mean's gradient in pixels, a view, the largest radius. */
@inline function note(c: Context, i: i32, l: Four, seen: v128, gx: v128, gy: v128): void {
  if (c.statistics == 0) return;
  const row = <usize>c.stride << 2, at = c.statistics + (<usize>i << 2);
  const length = sqrt(mad(gx, gx, mul(gy, gy)));
  v128.store(at, add(v128.load(at), keep(seen, length)));
  v128.store(at + row, add(v128.load(at + row), keep(seen, splat(1))));
  // Three standard deviations along the longer axis.
  const half = mul(splat(0.5), sub(l.a, l.c));
  const longest = add(
    mad(splat(0.5), add(l.a, l.c), splat(BLUR)),
    sqrt(mad(half, half, mul(l.b, l.b))),
  );
  const radius = mul(splat(3), sqrt(longest)), before = v128.load(at + 2 * row);
  const wider = v128.and(seen, f32x4.gt(radius, before));
  v128.store(at + 2 * row, choose(wider, radius, before));
}

/** Gradients at the parameters of a chunk of Gaussians, from the slots of their pairs. */
export function projectGradient(c: Context, chunk: i32, scratch: usize): void {
  const from = chunk * GAUSSIANS, to = min(from + GAUSSIANS, c.stride);
  const l = changetype<Four>(scratch), functions = scratch + FOUR, weights = functions + 256;
  const direction = weights + 256, pulled = direction + 48, sums = pulled + 48;
  const row = <usize>c.stride << 2, terms = (c.degree + 1) * (c.degree + 1), rows = rowsOf(c);
  const zero = splat(0), one = splat(1), two = splat(2);
  for (let i = from; i < to; i += 4) {
    const out = c.gradients + (<usize>i << 2), slots = c.slots + (<usize>i << 2);
    const first = v128.load(slots), next = v128.load(slots, 4), seen = i32x4.ne(first, next);
    if (!v128.any_true(seen)) {
      for (let r = 0; r < rows; r++) v128.store(out + <usize>r * row, zero);
      continue;
    }
    for (let k = 0; k < 4; k++) reduce(c, i + k, sums + <usize>(48 * k));
    const v = gather(sums, 0), vx = gather(sums, 1), vy = gather(sums, 2);
    const vxx = gather(sums, 3), vxy = gather(sums, 4), vyy = gather(sums, 5);
    look(c, i, l);

    // ln α = ln peak − ½(p dx² + 2q dx dy + r dy²), dx = pixel − mean.
    const p = l.p, q = l.q, r = l.r;
    const gx = mad(p, vx, mul(q, vy)), gy = mad(q, vx, mul(r, vy));
    note(c, i, l, seen, gx, gy);
    const gp = mul(splat(-0.5), vxx), gq = neg(vxy), gr = mul(splat(-0.5), vyy);
    // dΣ'⁻¹ = −Σ'⁻¹ dΣ' Σ'⁻¹.
    const pq = mul(p, q), qr = mul(q, r), qq = mul(q, q);
    let ga = neg(dot(mul(p, p), pq, qq, gp, gq, gr));
    let gb = neg(dot(mul(two, pq), mad(p, r, qq), mul(two, qr), gp, gq, gr));
    let gc = neg(dot(qq, qr, mul(r, r), gp, gq, gr));
    if (c.antialiased) {
      // ln of the compensation is ½(ln|W Wᵀ| − ln|Σ'|); |W Wᵀ| = 0 is below the cut.
      const over = div(one, choose(f32x4.gt(l.sharp, zero), l.sharp, one));
      const half = mul(splat(0.5), v);
      ga = mad(half, sub(mul(l.c, over), p), ga);
      gb = mad(v, sub(neg(mul(l.b, over)), q), gb);
      gc = mad(half, sub(mul(l.a, over), r), gc);
    }

    // Σ' = W Wᵀ + blur, W = U M, M = R S.
    const a2 = mul(two, ga), c2 = mul(two, gc);
    const gw00 = mad(a2, l.w00, mul(gb, l.w10)), gw10 = mad(gb, l.w00, mul(c2, l.w10));
    const gw01 = mad(a2, l.w01, mul(gb, l.w11)), gw11 = mad(gb, l.w01, mul(c2, l.w11));
    const gw02 = mad(a2, l.w02, mul(gb, l.w12)), gw12 = mad(gb, l.w02, mul(c2, l.w12));
    // From here on with the scales: R's own gradient is gM S, a scale's is its column of R ∘ gM.
    const s0 = l.s0, s1 = l.s1, s2 = l.s2;
    const h00 = mul(gw00, s0), h01 = mul(gw01, s1), h02 = mul(gw02, s2);
    const h10 = mul(gw10, s0), h11 = mul(gw11, s1), h12 = mul(gw12, s2);
    const r00 = l.r00, r01 = l.r01, r02 = l.r02, r10 = l.r10, r11 = l.r11, r12 = l.r12;
    const r20 = l.r20, r21 = l.r21, r22 = l.r22;
    const gu00 = dot(h00, h01, h02, r00, r01, r02), gu01 = dot(h00, h01, h02, r10, r11, r12);
    const gu02 = dot(h00, h01, h02, r20, r21, r22), gu10 = dot(h10, h11, h12, r00, r01, r02);
    const gu11 = dot(h10, h11, h12, r10, r11, r12), gu12 = dot(h10, h11, h12, r20, r21, r22);
    const u00 = l.u00, u01 = l.u01, u02 = l.u02, u10 = l.u10, u11 = l.u11, u12 = l.u12;
    const g00 = mad(u00, h00, mul(u10, h10)), g01 = mad(u00, h01, mul(u10, h11));
    const g02 = mad(u00, h02, mul(u10, h12)), g10 = mad(u01, h00, mul(u11, h10));
    const g11 = mad(u01, h01, mul(u11, h11)), g12 = mad(u01, h02, mul(u11, h12));
    const g20 = mad(u02, h00, mul(u12, h10)), g21 = mad(u02, h01, mul(u12, h11));
    const g22 = mad(u02, h02, mul(u12, h12));
    v128.store(out + SCALES * row, keep(seen, dot(g00, g10, g20, r00, r10, r20)));
    v128.store(out + (SCALES + 1) * row, keep(seen, dot(g01, g11, g21, r01, r11, r21)));
    v128.store(out + (SCALES + 2) * row, keep(seen, dot(g02, g12, g22, r02, r12, r22)));

    // R(q/|q|).
    const w = l.qw, x = l.qx, y = l.qy, z = l.qz;
    const gw = mul(two, dot(x, y, z, sub(g21, g12), sub(g02, g20), sub(g10, g01)));
    const gqx = mul(
      two,
      sub(dot(y, z, w, add(g01, g10), add(g02, g20), sub(g21, g12)), mul(mul(two, x), add(g11, g22))),
    );
    const gqy = mul(
      two,
      sub(dot(x, z, w, add(g01, g10), add(g12, g21), sub(g02, g20)), mul(mul(two, y), add(g00, g22))),
    );
    const gqz = mul(
      two,
      sub(dot(x, y, w, add(g02, g20), add(g12, g21), sub(g10, g01)), mul(mul(two, z), add(g00, g11))),
    );
    const along = mad(gw, w, dot(gqx, gqy, gqz, x, y, z)), over = l.qInverse;
    v128.store(out + QUATERNION * row, keep(seen, mul(sub(gw, mul(w, along)), over)));
    v128.store(out + (QUATERNION + 1) * row, keep(seen, mul(sub(gqx, mul(x, along)), over)));
    v128.store(out + (QUATERNION + 2) * row, keep(seen, mul(sub(gqy, mul(y, along)), over)));
    v128.store(out + (QUATERNION + 3) * row, keep(seen, mul(sub(gqz, mul(z, along)), over)));
    v128.store(out + OPACITY * row, keep(seen, mul(v, sub(one, l.opacity))));

    // U = J V and the mean's place; outside of the bounds x/z is a constant in J.
    const v00 = splat(c.v00), v01 = splat(c.v01), v02 = splat(c.v02);
    const v10 = splat(c.v10), v11 = splat(c.v11), v12 = splat(c.v12);
    const v20 = splat(c.v20), v21 = splat(c.v21), v22 = splat(c.v22);
    const gj00 = dot(gu00, gu01, gu02, v00, v01, v02), gj02 = dot(gu00, gu01, gu02, v20, v21, v22);
    const gj11 = dot(gu10, gu11, gu12, v10, v11, v12), gj12 = dot(gu10, gu11, gu12, v20, v21, v22);
    const iz = l.inverse, scaleX = mul(splat(c.fx), iz), scaleY = mul(splat(c.fy), iz);
    const freeX = keep(l.insideX, gj02), freeY = keep(l.insideY, gj12);
    const toX = mul(scaleX, sub(gx, mul(iz, freeX))), toY = mul(scaleY, sub(gy, mul(iz, freeY)));
    const byX = sub(mul(l.atX, add(gj02, freeX)), add(gj00, mul(l.x, gx)));
    const byY = sub(mul(l.atY, add(gj12, freeY)), add(gj11, mul(l.y, gy)));
    const toZ = mul(iz, mad(scaleX, byX, mul(scaleY, byY)));

    // The colour, and by it the direction.
    const at = c.parameters + (<usize>i << 2) + COLOUR * row, inverse = directionOf(direction, l);
    const dx = v128.load(direction), dy = v128.load(direction, 16), dz = v128.load(direction, 32);
    basis(functions, c.degree, dx, dy, dz);
    for (let k = 0; k < terms; k++) v128.store(weights + (<usize>k << 4), zero);
    for (let channel = 0; channel < 3; channel++) {
      const own = at + <usize>channel * row, colour = colourOf(functions, own, row, terms);
      const g = keep(v128.and(seen, f32x4.gt(colour, zero)), gather(sums, 6 + channel));
      for (let k = 0; k < terms; k++) {
        const place = <usize>k << 4, coefficient = <usize>(3 * k) * row;
        v128.store(
          out + (COLOUR + <usize>channel) * row + coefficient,
          mul(v128.load(functions + place), g),
        );
        v128.store(weights + place, mad(g, v128.load(own + coefficient), v128.load(weights + place)));
      }
    }
    basisGradient(pulled, weights, c.degree, dx, dy, dz);
    const px = v128.load(pulled), py = v128.load(pulled, 16), pz = v128.load(pulled, 32);
    const outward = dot(px, py, pz, dx, dy, dz);
    const fromX = mul(sub(px, mul(dx, outward)), inverse);
    const fromY = mul(sub(py, mul(dy, outward)), inverse);
    const fromZ = mul(sub(pz, mul(dz, outward)), inverse);
    v128.store(out, keep(seen, add(dot(v00, v10, v20, toX, toY, toZ), fromX)));
    v128.store(out + row, keep(seen, add(dot(v01, v11, v21, toX, toY, toZ), fromY)));
    v128.store(out + 2 * row, keep(seen, add(dot(v02, v12, v22, toX, toY, toZ), fromZ)));
  }
}
