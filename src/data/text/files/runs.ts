/**
 * Numbers that lie in several files, one after the other, read by runs.
 * @module
 */
import { DataError } from "../../../base/mod.ts";

/** Whole numbers of 1, 2 or 4 bytes each, in the machine's order, which is little-endian. */
export type Words = Uint8Array | Uint16Array | Uint32Array;
/** Bytes of a number. */
export type Width = 1 | 2 | 4;

/** Neighbouring numbers: the first one's place, and how many. */
export interface Run {
  readonly from: number;
  readonly length: number;
}

/** A file's numbers. */
export interface Part extends Run {
  readonly path: string;
  /** Bytes of the file before them. */
  readonly offset: number;
  /** They themselves, where they are in memory. */
  readonly held?: Words;
}

/** Bytes as numbers, sharing memory. */
export function wordsOf(bytes: Uint8Array<ArrayBuffer>, width: Width): Words {
  const { buffer, byteOffset, byteLength } = bytes;
  if (width === 1) return bytes;
  return width === 2
    ? new Uint16Array(buffer, byteOffset, byteLength >> 1)
    : new Uint32Array(buffer, byteOffset, byteLength >> 2);
}

/** The last part that begins at a place or before it. */
function partAt(parts: readonly Part[], place: number): Part {
  let low = 0, high = parts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (parts[middle].from <= place) low = middle;
    else high = middle - 1;
  }
  return parts[low];
}

async function fromFile(file: Deno.FsFile, { part: { path, offset }, from, count, width }: {
  part: Part;
  from: number;
  count: number;
  width: Width;
}): Promise<Words> {
  await file.seek(offset + from * width, Deno.SeekMode.Start);
  const bytes = new Uint8Array(count * width);
  for (let read = 0; read < bytes.length;) {
    const n = await file.read(bytes.subarray(read));
    if (n === null) throw new DataError(`${path} was cut short while in use; run it again`);
    read += n;
  }
  return wordsOf(bytes, width);
}

/**
 * Reads runs into `out`, one after the other.
 * @param parts in order, without gaps from 0
 * @throws RangeError for a run outside of the parts
 */
export async function readRuns(
  { parts, width }: { readonly parts: readonly Part[]; readonly width: Width },
  runs: readonly Run[],
  out: Int32Array | Uint8Array,
): Promise<void> {
  const last = parts.at(-1), total = last === undefined ? 0 : last.from + last.length;
  // Opened for this call alone: a dataset is never closed.
  const files = new Map<string, Deno.FsFile>();
  try {
    let to = 0;
    for (const { from, length } of runs) {
      if (!(from >= 0 && length >= 0 && from + length <= total)) {
        throw new RangeError(`places ${from} … ${from + length} of ${total} were asked for`);
      }
      for (let at = from; at < from + length;) {
        const part = partAt(parts, at), own = at - part.from;
        const count = Math.min(from + length - at, part.length - own);
        let words = part.held?.subarray(own, own + count);
        if (words === undefined) {
          const file = files.get(part.path) ?? await Deno.open(part.path);
          files.set(part.path, file);
          words = await fromFile(file, { part, from: own, count, width });
        }
        out.set(words, to);
        to += count;
        at += count;
      }
    }
  } finally {
    for (const file of files.values()) file.close();
  }
}
