/**
 * Lists of Gaussians by tile, front to back: Gaussians are sorted by depth once, ids breaking ties,
 * and then counted into their tiles in that order. Each pair of Gaussian and tile has a slot, numbered
 * by id and then by tile, so that what pixels give back is summed in one order whoever computes it.
 */
import { Context, PAIR, Seen, SEEN } from "./context";

/** A digit of the sort has 12 bits; the bits of depths have three digits at most. */
const BITS: u32 = 12;
const DIGITS: i32 = 4096;
/** Bytes of what is sorted: bits of depth, and a place among the spans. */
const ITEM: usize = 8;
/** Bytes of a span: tiles from and to across, down, in halves of words; first slot; id. */
const SPAN: usize = 16;

@inline function word(at: usize, i: i32): i32 {
  return load<i32>(at + (<usize>i << 2));
}
@inline function put(at: usize, i: i32, value: i32): void {
  store<i32>(at + (<usize>i << 2), value);
}

/**
 * Counts what is seen: `spans` and `order` get it by id, `slots` each Gaussian's first pair, `tiles`
 * counts of pairs.
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
    const x0 = s.left >> shift, x1 = (s.right - 1) >> shift;
    const y0 = s.top >> shift, y1 = (s.bottom - 1) >> shift;
    const span = c.spans + <usize>visible * SPAN, item = c.order + <usize>visible * ITEM;
    store<i32>(span, x0 | x1 << 16);
    store<i32>(span, y0 | y1 << 16, 4);
    store<i32>(span, <i32>pairs, 8);
    store<i32>(span, i, 12);
    store<f32>(item, s.depth);
    store<i32>(item, visible++, 4);
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
  const n = c.visible, end = <usize>n * ITEM;
  let low: u32 = u32.MAX_VALUE, high: u32 = 0;
  for (let i: usize = 0; i < end; i += ITEM) {
    const key = load<u32>(c.order + i);
    low = min(low, key);
    high = max(high, key);
  }
  // Only the bits in which depths differ are sorted by.
  for (let shift: u32 = 0; n > 0 && shift < 32 && (high - low) >> shift != 0; shift += BITS) {
    const counts = c.digits, from = c.order, to = c.spare;
    memory.fill(counts, 0, <usize>DIGITS << 2);
    for (let i: usize = 0; i < end; i += ITEM) {
      const at = counts + (<usize>((load<u32>(from + i) - low) >> shift & (DIGITS - 1)) << 2);
      store<i32>(at, load<i32>(at) + 1);
    }
    let sum = 0;
    for (let d = 0; d < DIGITS; d++) {
      const found = word(counts, d);
      put(counts, d, sum);
      sum += found;
    }
    for (let i: usize = 0; i < end; i += ITEM) {
      const item = load<i64>(from + i);
      const at = counts + (<usize>((<u32>item - low) >> shift & (DIGITS - 1)) << 2);
      const place = load<i32>(at);
      store<i64>(to + <usize>place * ITEM, item);
      store<i32>(at, place + 1);
    }
    c.order = to;
    c.spare = from;
  }
}

/** Sorts, and fills the list. The list has room for all pairs. */
export function arrange(c: Context): void {
  sortByDepth(c);
  const across = c.tilesX, all = across * c.tilesY, cursors = c.cursors, spans = c.spans;
  let sum = 0;
  for (let t = 1; t <= all; t++) {
    put(cursors, t - 1, sum);
    sum += word(c.tiles, t);
    put(c.tiles, t, sum);
  }
  const list = c.list, end = c.order + <usize>c.visible * ITEM;
  for (let item = c.order; item < end; item += ITEM) {
    const span = spans + <usize>load<u32>(item, 4) * SPAN;
    const x0 = <i32>load<u16>(span), x1 = <i32>load<u16>(span, 2);
    const y0 = <i32>load<u16>(span, 4), y1 = <i32>load<u16>(span, 6), id = load<i32>(span, 12);
    let slot = load<i32>(span, 8);
    for (let y = y0; y <= y1; y++) {
      for (let x = x0; x <= x1; x++) {
        const cursor = cursors + (<usize>(y * across + x) << 2), at = load<i32>(cursor);
        const pair = list + <usize>at * PAIR;
        store<i32>(pair, id);
        store<i32>(pair, slot++, 4);
        store<i32>(cursor, at + 1);
      }
    }
  }
}
