/**
 * Compositing of one tile, front to back: C = Σ αᵢ Tᵢ cᵢ, Tᵢ = Π (1 − αⱼ) over those before
 * (Kerbl, Kopanas, Leimkühler & Drettakis 2023), four pixels at once.
 *
 * What a group of four pixels holds is one struct behind one pointer, since an engine has few
 * registers for addresses; constants are locals, which are kept where v128.const is built anew.
 */
import { EXP1, EXP2, EXP3, EXP4, EXP5, EXP6, MAGIC } from "../math/elementary";
import { add, choose, div, keep, least, mad, mul, splat, sub } from "../math/vector";
import { ALPHA_MOST, Context, CUT, LEAST_SEEN, PAIR, Seen, SEEN } from "./context";

/** Bytes of a group: T, T where the pixel has ended, red, green, blue; with depth one more. */
const GROUP: usize = 80;
const DEEP_GROUP: usize = 96;

/** The lanes of a group of pixels that the picture has, as numbers 1; elsewhere 0. */
@inline export function inPicture(c: Context, x: i32, y: i32): v128 {
  const lane = i32x4.add(i32x4.splat(x), i32x4(0, 1, 2, 3));
  const inside = v128.and(i32x4.lt_s(lane, i32x4.splat(c.width)), i32x4.splat(-<i32>(y < c.height)));
  return keep(inside, splat(1));
}

/** 2^p for |p| < 126, with the polynomial's coefficients from locals: see elementary.ts. */
@inline export function power(
  p: v128,
  magic: v128,
  c6: v128,
  c5: v128,
  c4: v128,
  c3: v128,
  c2: v128,
  c1: v128,
  one: v128,
): v128 {
  const whole = add(p, magic), f = sub(p, sub(whole, magic));
  const y = mad(mad(mad(mad(mad(mad(c6, f, c5), f, c4), f, c3), f, c2), f, c1), f, one);
  return i32x4.add(y, i32x4.shl(whole, 23));
}

@inline function composite(c: Context, tile: i32, scratch: usize, deep: bool): void {
  const group: usize = deep ? DEEP_GROUP : GROUP;
  const side = c.tile, originX = (tile % c.tilesX) * side, originY = (tile / c.tilesX) * side;
  const groups = side >> 2, zero = splat(0), one = splat(1);
  let live = 0;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < groups; x++) {
      const at = scratch + <usize>(y * groups + x) * group;
      const inside = inPicture(c, originX + 4 * x, originY + y);
      live += popcnt(i32x4.bitmask(f32x4.gt(inside, zero)));
      v128.store(at, inside);
      v128.store(at, zero, 16);
      v128.store(at, zero, 32);
      v128.store(at, zero, 48);
      v128.store(at, zero, 64);
      if (deep) v128.store(at, zero, 80);
    }
  }
  const magic = splat(MAGIC), c6 = splat(EXP6), c5 = splat(EXP5), c4 = splat(EXP4);
  const c3 = splat(EXP3);
  const c2 = splat(EXP2), c1 = splat(EXP1), cut = splat(CUT), alphaMost = splat(ALPHA_MOST);
  const leastSeen = splat(LEAST_SEEN), four = splat(4), lane = f32x4(0.5, 1.5, 2.5, 3.5);
  const tiles = c.tiles + (<usize>tile << 2), list = c.list, seen = c.seen;
  let entry = list + <usize>load<u32>(tiles) * PAIR;
  const end = list + <usize>load<u32>(tiles, 4) * PAIR;
  for (; entry < end; entry += PAIR) {
    const s = changetype<Seen>(seen + <usize>load<u32>(entry) * SEEN);
    const x0 = max((s.left - originX) >> 2, 0), x1 = min((s.right - originX + 3) >> 2, groups);
    const y0 = max(s.top - originY, 0), y1 = min(s.bottom - originY, side);
    const a = splat(s.a), red = splat(s.red), green = splat(s.green), blue = splat(s.blue);
    const z = splat(deep ? s.depth : 0);
    const dx0 = sub(splat(<f32>(x0 << 2)), sub(splat(s.x - <f32>originX), lane));
    const middle = s.y, b = s.b, cc = s.c, peak = s.peak;
    for (let y = y0; y < y1; y++) {
      const dy: f32 = <f32>(originY + y) + 0.5 - middle;
      const bd = splat(b * dy), base = splat(cc * dy * dy + peak);
      let at = scratch + <usize>(y * groups + x0) * group, dx = sub(dx0, four);
      const stop = scratch + <usize>(y * groups + x1) * group;
      for (; at != stop; at += group) {
        dx = add(dx, four);
        const p = mad(mad(a, dx, bd), dx, base);
        let t = v128.load(at), touched = v128.and(f32x4.ge(p, cut), f32x4.gt(t, zero));
        if (!v128.any_true(touched)) continue;
        const alpha = least(alphaMost, power(p, magic, c6, c5, c4, c3, c2, c1, one));
        const weight = mul(t, alpha), rest = sub(t, weight);
        const ended = v128.and(touched, f32x4.le(rest, leastSeen));
        touched = v128.andnot(touched, ended);
        const w = keep(touched, weight);
        v128.store(at, mad(w, red, v128.load(at, 32)), 32);
        v128.store(at, mad(w, green, v128.load(at, 48)), 48);
        v128.store(at, mad(w, blue, v128.load(at, 64)), 64);
        if (deep) v128.store(at, mad(w, z, v128.load(at, 80)), 80);
        t = choose(touched, rest, t);
        if (v128.any_true(ended)) {
          v128.store(at, choose(ended, t, v128.load(at, 16)), 16);
          t = v128.andnot(t, ended);
          live -= popcnt(i32x4.bitmask(ended));
        }
        v128.store(at, t);
      }
    }
    if (live == 0) break;
  }
  const plane = <usize>c.plane << 2, picture = c.picture;
  const behindRed = splat(c.red), behindGreen = splat(c.green), behindBlue = splat(c.blue);
  for (let y = 0; y < side && originY + y < c.height; y++) {
    for (let x = 0; x < groups && originX + 4 * x < c.width; x++) {
      const at = scratch + <usize>(y * groups + x) * group;
      const to = <usize>((originY + y) * c.pitch + originX + 4 * x) << 2;
      const t = add(v128.load(at), v128.load(at, 16));
      v128.store(c.background + to, t);
      v128.store(picture + to, mad(t, behindRed, v128.load(at, 32)));
      v128.store(picture + plane + to, mad(t, behindGreen, v128.load(at, 48)));
      v128.store(picture + 2 * plane + to, mad(t, behindBlue, v128.load(at, 64)));
      if (deep) {
        // Σ w = 1 − T: the mean depth of what covers the pixel.
        const covered = sub(one, t), some = f32x4.gt(covered, zero);
        v128.store(c.depth + to, keep(some, div(v128.load(at, 80), choose(some, covered, one))));
      }
    }
  }
}

/** Composites a tile. */
export function raster(c: Context, tile: i32, scratch: usize): void {
  composite(c, tile, scratch, false);
}

/** Composites a tile, with depth; the picture's bits are those of `raster`. */
export function rasterWithDepth(c: Context, tile: i32, scratch: usize): void {
  composite(c, tile, scratch, true);
}
