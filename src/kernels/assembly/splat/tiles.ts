/**
 * Lists of Gaussians by tile, front to back: Gaussians are sorted by depth once, ids breaking ties,
 * and then counted into their tiles in that order. Each pair of Gaussian and tile has a slot, numbered
 * by id and then by tile, so that what pixels give back is summed in one order whoever computes it.
 */
import { Context, PAIR, Seen, SEEN } from "./context";

const DIGITS: i32 = 2048;
const PLACES: i32 = 3;

@inline function word(at: usize, i: i32): i32 {
  return load<i32>(at + (<usize>i << 2));
}
@inline function put(at: usize, i: i32, value: i32): void {
  store<i32>(at + (<usize>i << 2), value);
}

/**
 * Counts what is seen: `order` gets its ids, `slots` each one's first pair, `tiles` counts of pairs.
 * @returns pairs, as float64, since there may be more than a word holds
 */
export function measure(c: Context): f64 {
  const shift = ctz(c.tile), across = c.tilesX, tiles = c.tiles, all = across * c.tilesY;
  memory.fill(tiles, 0, <usize>(all + 1) << 2);
  let pairs: i64 = 0, visible = 0;
  for (let i = 0; i < c.count; i++) {
    put(c.slots, i, <i32>pairs);
    const s = changetype<Seen>(c.seen + <usize>i * SEEN);
    if (s.left >= s.right) continue;
    put(c.order, visible++, i);
    const x0 = s.left >> shift, x1 = (s.right - 1) >> shift;
    const y0 = s.top >> shift, y1 = (s.bottom - 1) >> shift;
    for (let y = y0; y <= y1; y++) {
      for (let x = x0; x <= x1; x++) {
        const at = tiles + (<usize>(y * across + x + 1) << 2);
        store<i32>(at, load<i32>(at) + 1);
      }
    }
    pairs += <i64>((x1 - x0 + 1) * (y1 - y0 + 1));
  }
  for (let i = c.count; i <= c.stride; i++) put(c.slots, i, <i32>pairs);
  c.visible = visible;
  return <f64>pairs;
}

/** Sorts `order` by the bits of depths, which rise with positive depths; equal ones stay in order. */
function sortByDepth(c: Context): void {
  const n = c.visible, keys = c.keys, digits = c.digits;
  memory.fill(digits, 0, <usize>(PLACES * DIGITS) << 2);
  for (let i = 0; i < n; i++) {
    const key = <u32>word(keys, word(c.order, i));
    const d0 = digits + (<usize>(key & 2047) << 2);
    const d1 = digits + (<usize>(DIGITS + (key >> 11 & 2047)) << 2);
    const d2 = digits + (<usize>(2 * DIGITS + (key >> 22)) << 2);
    store<i32>(d0, load<i32>(d0) + 1);
    store<i32>(d1, load<i32>(d1) + 1);
    store<i32>(d2, load<i32>(d2) + 1);
  }
  for (let place = 0; place < PLACES; place++) {
    const counts = digits + (<usize>(place * DIGITS) << 2), shift = <u32>(11 * place);
    let sum = 0;
    for (let d = 0; d < DIGITS; d++) {
      const found = word(counts, d);
      put(counts, d, sum);
      sum += found;
    }
    const from = c.order, to = c.spare;
    for (let i = 0; i < n; i++) {
      const id = word(from, i);
      const digit = <i32>(<u32>word(keys, id) >> shift & 2047), at = word(counts, digit);
      put(to, at, id);
      put(counts, digit, at + 1);
    }
    c.order = to;
    c.spare = from;
  }
}

/** Sorts, and fills the list. The list has room for all pairs. */
export function arrange(c: Context): void {
  sortByDepth(c);
  const shift = ctz(c.tile), across = c.tilesX, all = across * c.tilesY, cursors = c.cursors;
  let sum = 0;
  for (let t = 1; t <= all; t++) {
    put(cursors, t - 1, sum);
    sum += word(c.tiles, t);
    put(c.tiles, t, sum);
  }
  for (let i = 0; i < c.visible; i++) {
    const id = word(c.order, i), s = changetype<Seen>(c.seen + <usize>id * SEEN);
    let slot = word(c.slots, id);
    const x0 = s.left >> shift, x1 = (s.right - 1) >> shift;
    const y0 = s.top >> shift, y1 = (s.bottom - 1) >> shift;
    for (let y = y0; y <= y1; y++) {
      for (let x = x0; x <= x1; x++) {
        const cursor = cursors + (<usize>(y * across + x) << 2), at = load<i32>(cursor);
        const pair = c.list + <usize>at * PAIR;
        store<i32>(pair, id);
        store<i32>(pair, slot++, 4);
        store<i32>(cursor, at + 1);
      }
    }
  }
}
