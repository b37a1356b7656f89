/**
 * The first frame of a GIF with the colours of its table, also where it is transparent: libvips has
 * no colour there, Pillow's `convert("RGB")` has the table's.
 * @module
 */
import { DataError } from "../../base/mod.ts";
import type { Colours } from "./viewer.ts";

/** A frame's place on the screen, its colours and its indices, still packed. */
interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly interlaced: boolean;
  /** [colours, 3] */
  readonly table: Uint8Array;
  readonly leastBits: number;
  readonly packed: Uint8Array;
}

const short = (bytes: Uint8Array, at: number) => bytes[at] | bytes[at + 1] << 8;
const cut = () => new DataError("not a readable picture: the GIF is cut short");

/** The sub-blocks from `at` joined, and where what follows them begins. */
function blocks(bytes: Uint8Array, at: number): { data: Uint8Array; end: number } {
  const parts: Uint8Array[] = [];
  while (bytes[at] > 0) {
    parts.push(bytes.subarray(at + 1, at + 1 + bytes[at]));
    at += 1 + bytes[at];
  }
  if (at >= bytes.length) throw cut();
  const data = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let to = 0;
  for (const part of parts) {
    data.set(part, to);
    to += part.length;
  }
  return { data, end: at + 1 };
}

/** A colour table as flags describe it, empty where they say that there is none. */
function tableAt(bytes: Uint8Array, at: number, flags: number): Uint8Array {
  const length = (flags & 0x80) === 0 ? 0 : 3 << ((flags & 7) + 1);
  if (at + length > bytes.length) throw cut();
  return bytes.subarray(at, at + length);
}

function frameOf(bytes: Uint8Array): { frame: Frame; clear: number } {
  const common = tableAt(bytes, 13, bytes[10]);
  let at = 13 + common.length, clear = 0;
  while (bytes[at] === 0x21) {
    const { data, end } = blocks(bytes, at + 2);
    if (bytes[at + 1] === 0xf9 && data.length >= 4) clear = (data[0] & 1) === 0 ? 0 : data[3];
    at = end;
  }
  if (bytes[at] !== 0x2c || at + 11 > bytes.length) throw cut();
  const flags = bytes[at + 9], own = tableAt(bytes, at + 10, flags);
  const data = at + 10 + own.length;
  const frame = {
    left: short(bytes, at + 1),
    top: short(bytes, at + 3),
    width: short(bytes, at + 5),
    height: short(bytes, at + 7),
    interlaced: (flags & 0x40) !== 0,
    table: own.length > 0 ? own : common,
    leastBits: bytes[data],
    packed: blocks(bytes, data + 1).data,
  };
  return { frame, clear };
}

/** Indices of `count` pixels: Lempel, Ziv and Welch's codes, of 3 to 12 bits, low bits first. */
function unpacked({ packed, leastBits }: Frame, count: number): Uint8Array {
  const out = new Uint8Array(count);
  const reset = 1 << leastBits, end = reset + 1;
  // A code's text is another code's and one index more; it is written from its end.
  const before = new Uint16Array(4096), last = new Uint8Array(4096), length = new Uint16Array(4096);
  for (let i = 0; i < reset; i++) [last[i], length[i]] = [i, 1];
  let codes = end + 1, width = leastBits + 1, previous = -1, held = 0, bits = 0, from = 0, to = 0;
  while (to < count) {
    for (; bits < width; bits += 8) {
      if (from === packed.length) throw cut();
      held |= packed[from++] << bits;
    }
    const code = held & ((1 << width) - 1);
    held >>>= width;
    bits -= width;
    if (code === reset) {
      [codes, width, previous] = [end + 1, leastBits + 1, -1];
      continue;
    }
    if (code === end || code > codes || (code === codes && previous < 0)) throw cut();
    // The code that is about to be made: the one before and its own first index again.
    const known = code < codes ? code : previous;
    const size = length[known] + Number(known !== code);
    let first = known;
    for (let i = to + length[known] - 1; i >= to; i--, first = before[first]) {
      if (i < count) out[i] = last[first];
      if (i === to) break;
    }
    const start = last[first];
    if (known !== code && to + size - 1 < count) out[to + size - 1] = start;
    to += size;
    if (previous >= 0 && codes < 4096) {
      before[codes] = previous;
      last[codes] = start;
      length[codes] = length[previous] + 1;
      codes++;
      if (codes === 1 << width && width < 12) width++;
    }
    previous = code;
  }
  return out;
}

/** Rows in the order in which an interlaced frame has them. */
function* rowsOf({ height, interlaced }: Frame): Generator<number> {
  const passes = interlaced ? [[0, 8], [4, 8], [2, 4], [1, 2]] : [[0, 1]];
  for (const [from, step] of passes) for (let y = from; y < height; y += step) yield y;
}

/** The first frame on its screen; around it is the transparent colour, or the table's first. */
export function firstFrame(bytes: Uint8Array): Colours {
  const { frame, clear } = frameOf(bytes);
  const { left, top, table } = frame;
  const width = Math.max(short(bytes, 6), left + frame.width);
  const height = Math.max(short(bytes, 8), top + frame.height);
  const indices = unpacked(frame, frame.width * frame.height);
  const screen = new Uint8Array(width * height).fill(clear);
  let from = 0;
  for (const y of rowsOf(frame)) {
    screen.set(indices.subarray(from, from + frame.width), (top + y) * width + left);
    from += frame.width;
  }
  const rgb = new Uint8Array(3 * screen.length);
  for (let i = 0; i < screen.length; i++) {
    const index = screen[i];
    if (table.length === 0) rgb.fill(index, 3 * i, 3 * i + 3);
    else if (3 * index < table.length) {
      rgb.set(table.subarray(3 * index, 3 * index + 3), 3 * i);
    } else throw new DataError(`it uses colour ${index} of a table of ${table.length / 3}`);
  }
  return { width, height, rgb };
}
