/**
 * The way back through one tile, front to back once more: what is still to come is ⟨g, C⟩ minus what
 * has passed, so that pixels keep no lists, and end where they ended.
 *
 * With v = α ∂L/∂α of a pixel, the mean, Σ'⁻¹ and the opacity need no more than Σv, Σv·dx, Σv·dy,
 * Σv·dx², Σv·dx·dy, Σv·dy²; the colour needs Σ w·g. Each pair's nine sums go to its own slot.
 */
import { EXP1, EXP2, EXP3, EXP4, EXP5, EXP6, MAGIC } from "../math/elementary";
import { add, choose, div, keep, least, mad, mul, splat, sub, total, totals } from "../math/vector";
import { ALPHA_MOST, Context, CUT, LEAST_SEEN, PAIR, Seen, SEEN, SUMS } from "./context";
import { inPicture, power } from "./raster";

/** Bytes of a group: T, what is still to come times the gradient, the gradient's three. */
const GROUP: usize = 80;

/** Fills the slots of a tile's pairs, from the picture and the gradient at it. */
export function rasterGradient(c: Context, tile: i32, scratch: usize): void {
  const side = c.tile, originX = (tile % c.tilesX) * side, originY = (tile / c.tilesX) * side;
  const groups = side >> 2, zero = splat(0), one = splat(1), plane = <usize>c.plane << 2;
  const picture = c.picture, gradient = c.gradient;
  let live = 0;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < groups; x++) {
      const at = scratch + <usize>(y * groups + x) * GROUP;
      const inside = inPicture(c, originX + 4 * x, originY + y);
      const some = popcnt(i32x4.bitmask(f32x4.gt(inside, zero)));
      live += some;
      v128.store(at, inside);
      if (some == 0) continue;
      const from = <usize>((originY + y) * c.pitch + originX + 4 * x) << 2;
      const r = v128.load(gradient + from), g = v128.load(gradient + plane + from);
      const b = v128.load(gradient + 2 * plane + from);
      const toCome = add(
        add(mul(r, v128.load(picture + from)), mul(g, v128.load(picture + plane + from))),
        mul(b, v128.load(picture + 2 * plane + from)),
      );
      v128.store(at, toCome, 16);
      v128.store(at, r, 32);
      v128.store(at, g, 48);
      v128.store(at, b, 64);
    }
  }
  const magic = splat(MAGIC), c6 = splat(EXP6), c5 = splat(EXP5), c4 = splat(EXP4);
  const c3 = splat(EXP3);
  const c2 = splat(EXP2), c1 = splat(EXP1), cut = splat(CUT), alphaMost = splat(ALPHA_MOST);
  const leastSeen = splat(LEAST_SEEN), four = splat(4), lane = f32x4(0.5, 1.5, 2.5, 3.5);
  const tiles = c.tiles + (<usize>tile << 2), list = c.list, seen = c.seen, sums = c.sums;
  let entry = list + <usize>load<u32>(tiles) * PAIR;
  const end = list + <usize>load<u32>(tiles, 4) * PAIR;
  for (; entry < end; entry += PAIR) {
    const out = sums + <usize>load<u32>(entry, 4) * SUMS;
    if (live == 0) {
      v128.store(out, zero);
      v128.store(out, zero, 16);
      v128.store(out, zero, 32);
      continue;
    }
    const s = changetype<Seen>(seen + <usize>load<u32>(entry) * SEEN);
    const x0 = max((s.left - originX) >> 2, 0), x1 = min((s.right - originX + 3) >> 2, groups);
    const y0 = max(s.top - originY, 0), y1 = min(s.bottom - originY, side);
    const a = splat(s.a), red = splat(s.red), green = splat(s.green), blue = splat(s.blue);
    const dx0 = sub(splat(<f32>(x0 << 2)), sub(splat(s.x - <f32>originX), lane));
    const middle = s.y, b = s.b, cc = s.c, peak = s.peak;
    let v = zero, vx = zero, vy = zero, vxx = zero, vxy = zero, vyy = zero;
    let sumRed = zero, sumGreen = zero, sumBlue = zero;
    for (let y = y0; y < y1; y++) {
      const dy: f32 = <f32>(originY + y) + 0.5 - middle;
      const bd = splat(b * dy), base = splat(cc * dy * dy + peak);
      let line = zero, lineX = zero, lineXx = zero;
      let at = scratch + <usize>(y * groups + x0) * GROUP, dx = sub(dx0, four);
      const stop = scratch + <usize>(y * groups + x1) * GROUP;
      for (; at != stop; at += GROUP) {
        dx = add(dx, four);
        const p = mad(mad(a, dx, bd), dx, base);
        let t = v128.load(at), touched = v128.and(f32x4.ge(p, cut), f32x4.gt(t, zero));
        if (!v128.any_true(touched)) continue;
        const full = power(p, magic, c6, c5, c4, c3, c2, c1, one), alpha = least(alphaMost, full);
        const weight = mul(t, alpha), rest = sub(t, weight);
        const ended = v128.and(touched, f32x4.le(rest, leastSeen));
        touched = v128.andnot(touched, ended);
        const w = keep(touched, weight);
        const gRed = v128.load(at, 32), gGreen = v128.load(at, 48), gBlue = v128.load(at, 64);
        const own = add(add(mul(red, gRed), mul(green, gGreen)), mul(blue, gBlue));
        sumRed = mad(w, gRed, sumRed);
        sumGreen = mad(w, gGreen, sumGreen);
        sumBlue = mad(w, gBlue, sumBlue);
        const behind = sub(v128.load(at, 16), mul(w, own));
        v128.store(at, behind, 16);
        // α ∂L/∂α = α·(T ⟨g, c⟩ − what is behind/(1 − α)); none where α is held at its most.
        const free = v128.and(touched, f32x4.le(full, alphaMost));
        let value = mul(alpha, sub(mul(t, own), div(behind, sub(one, alpha))));
        value = keep(free, value);
        line = add(line, value);
        value = mul(value, dx);
        lineX = add(lineX, value);
        lineXx = mad(value, dx, lineXx);
        t = choose(touched, rest, t);
        if (v128.any_true(ended)) {
          t = v128.andnot(t, ended);
          live -= popcnt(i32x4.bitmask(ended));
        }
        v128.store(at, t);
      }
      const across = splat(dy);
      v = add(v, line);
      vx = add(vx, lineX);
      vxx = add(vxx, lineXx);
      line = mul(line, across);
      vy = add(vy, line);
      vyy = mad(line, across, vyy);
      vxy = mad(lineX, across, vxy);
    }
    v128.store(out, totals(v, vx, vy, vxx));
    v128.store(out, totals(vxy, vyy, sumRed, sumGreen), 16);
    v128.store(out, f32x4.replace_lane(zero, 0, total(sumBlue)), 32);
  }
}
