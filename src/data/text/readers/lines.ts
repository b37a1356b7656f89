/**
 * Bytes of text as lines, whatever pieces they come in.
 * @module
 */

const LF = 10, CR = 13;
const BOM = [0xef, 0xbb, 0xbf] as const;

/** Pieces of bytes as one. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0];
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** The bytes without a byte order mark at their beginning, and with LF for CR LF. */
export async function* plainText(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  /**
   * Bytes that wait for those after them: the beginning of a mark, or a CR. Copies, since the next piece
   * may lie where they did.
   */
  let waiting: Uint8Array = new Uint8Array(0), begun = false;
  for await (const chunk of chunks) {
    let bytes = waiting.length === 0 ? chunk : joined([waiting, chunk]);
    waiting = new Uint8Array(0);
    if (!begun) {
      const marks = BOM.findIndex((byte, i) => bytes[i] !== byte);
      if (marks >= 0 && marks === bytes.length) {
        waiting = bytes.slice();
        continue;
      }
      if (marks < 0) bytes = bytes.subarray(BOM.length);
      begun = true;
    }
    if (bytes.at(-1) === CR) {
      waiting = bytes.slice(-1);
      bytes = bytes.subarray(0, -1);
    }
    bytes = withoutReturns(bytes);
    if (bytes.length > 0) yield bytes;
  }
  if (waiting.length > 0) yield waiting;
}

function withoutReturns(bytes: Uint8Array): Uint8Array {
  let at = bytes.indexOf(CR);
  if (at < 0) return bytes;
  const out = new Uint8Array(bytes.length);
  let to = 0, from = 0;
  for (; at >= 0; at = bytes.indexOf(CR, at + 1)) {
    if (bytes[at + 1] !== LF) continue;
    out.set(bytes.subarray(from, at), to);
    to += at - from;
    from = at + 1;
  }
  out.set(bytes.subarray(from), to);
  return out.subarray(0, to + bytes.length - from);
}

/** A line without its end. */
export interface Line {
  /** From 1. */
  readonly number: number;
  /** null where it is longer than it may be. */
  readonly bytes: Uint8Array | null;
}

/**
 * The lines of bytes that end in LF; the last may have no end. Those of one piece come together.
 * @param most bytes of a line that is kept: no more than about these are in memory
 */
export async function* lines(
  chunks: AsyncIterable<Uint8Array>,
  { most }: { most: number },
): AsyncGenerator<readonly Line[]> {
  let held: Uint8Array[] = [], length = 0, number = 1;
  const hold = (piece: Uint8Array) => {
    length += piece.length;
    if (length > most) held = [];
    // The piece may be of memory that the next one is read into.
    else if (piece.length > 0) held.push(piece.slice());
  };
  const take = (): Line => {
    const line = { number: number++, bytes: length > most ? null : joined(held) };
    held = [];
    length = 0;
    return line;
  };
  for await (const chunk of chunks) {
    const found: Line[] = [];
    let from = 0;
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, from)) {
      hold(chunk.subarray(from, end));
      found.push(take());
      from = end + 1;
    }
    hold(chunk.subarray(from));
    if (found.length > 0) yield found;
  }
  if (length > 0) yield [take()];
}
