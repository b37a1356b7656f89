/**
 * The tokens of a split, kept in sealed files. A file holds whole documents, and a run that was killed
 * goes on after the last one that was written.
 * @module
 */
import { join } from "@std/path";
import { readSealed, spoiltNote, writeSealed } from "../../base/digest/mod.ts";
import { DataError } from "../../base/mod.ts";

/** Tokens after which a file is full. */
const FULL = 1 << 24;
/** Tokens that are held in memory; more than that is read from the files as it is asked for. */
const HELD = 1 << 28;
/** Numbers before the lengths: documents, tokens. */
const HEAD = 2;

/** What is kept, and how it is made where it isn't there. */
export interface TokenSource {
  /** All that fixes the tokens: the files' folder is named by it. */
  readonly name: string;
  readonly folder: string;
  readonly documents: number;
  /** Tokens are below this. */
  readonly vocabulary: number;
  /** Stands before each document, and after the last. */
  readonly separator: number;
  /** Tokens of documents from this one on, in order. */
  documentsFrom(first: number): AsyncIterable<Int32Array>;
  readonly say?: (note: string) => void;
  /** See `FULL` and `HELD`; tests have small ones. */
  readonly full?: number;
  readonly held?: number;
}

/** A row of tokens: `separator d d d separator d … separator`. */
export interface TokenRow {
  readonly tokens: number;
  /** Tokens of each document without its separator. */
  readonly lengths: Uint32Array;
  /** Reads runs of tokens, one after the other, into `out`. @throws RangeError outside of the row */
  read(
    runs: readonly { readonly from: number; readonly length: number }[],
    out: Int32Array,
  ): Promise<void>;
}

type Words = Uint16Array | Uint32Array;
const widthOf = ({ vocabulary }: TokenSource) => vocabulary <= 1 << 16 ? 2 : 4;
const wordsOf = (bytes: Uint8Array<ArrayBuffer>, width: 2 | 4): Words =>
  width === 2
    ? new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 1)
    : new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);

/** A file's documents. */
interface Part {
  readonly path: string;
  /** Place in the row of its first token. */
  readonly from: number;
  readonly tokens: number;
  readonly lengths: Uint32Array;
  /** Bytes before its tokens. */
  readonly offset: number;
  /** Its tokens, where they are held. */
  readonly held?: Words;
}

/** The tokens of a source, from its files, or made and written there. */
export async function tokenRow(source: TokenSource): Promise<TokenRow> {
  const { documents, folder, held = HELD } = source;
  const parts: Part[] = [];
  let done = 0, at = 0;
  while (done < documents) {
    const path = join(folder, `${String(parts.length).padStart(5, "0")}.tokens`);
    const purpose = `tokens ${source.name} from document ${done}`;
    const found = await readSealed(path, purpose);
    if (found.state === "spoilt") source.say?.(spoiltNote(path, found.reason));
    const made = found.state === "whole" ? found.bytes : await makePart(source, done);
    if (found.state !== "whole") await writeSealed(path, made, { purpose });
    const part = partOf(made, { path, from: at, width: widthOf(source) });
    // The first ones stay in memory, the rest on disk.
    parts.push(at + part.tokens <= held ? part : { ...part, held: undefined });
    done += part.lengths.length;
    at += part.tokens;
  }
  const lengths = new Uint32Array(documents);
  let to = 0;
  for (const part of parts) {
    lengths.set(part.lengths, to);
    to += part.lengths.length;
  }
  return { tokens: at + 1, lengths, read: reader(parts, { tokens: at + 1, source }) };
}

function partOf(
  bytes: Uint8Array<ArrayBuffer>,
  { path, from, width }: { path: string; from: number; width: 2 | 4 },
): Part {
  const [documents, tokens] = new Uint32Array(bytes.buffer, bytes.byteOffset, HEAD);
  const lengths = new Uint32Array(bytes.buffer, bytes.byteOffset + 4 * HEAD, documents).slice();
  const offset = 4 * (HEAD + documents);
  const own = bytes.subarray(offset, offset + tokens * width);
  return { path, from, tokens, lengths, offset, held: wordsOf(own, width) };
}

/** The bytes of a file: its counts, its documents' lengths, then their tokens with separators. */
async function makePart(source: TokenSource, first: number): Promise<Uint8Array<ArrayBuffer>> {
  const { full = FULL, separator, documents } = source;
  const rows: Int32Array[] = [];
  let tokens = 0;
  for await (const row of source.documentsFrom(first)) {
    rows.push(row);
    tokens += row.length + 1;
    if (tokens >= full || first + rows.length === documents) break;
  }
  const width = widthOf(source), offset = 4 * (HEAD + rows.length);
  const bytes = new Uint8Array(offset + tokens * width);
  const head = new Uint32Array(bytes.buffer, 0, HEAD + rows.length);
  head.set([rows.length, tokens]);
  head.set(rows.map(({ length }) => length), HEAD);
  const words = wordsOf(bytes.subarray(offset), width);
  let at = 0;
  for (const row of rows) {
    words[at] = separator;
    words.set(row, at + 1);
    at += row.length + 1;
  }
  return bytes;
}

function reader(
  parts: readonly Part[],
  { tokens, source }: { tokens: number; source: TokenSource },
): TokenRow["read"] {
  const width = widthOf(source);
  /** The last part that begins at a place or before it. */
  const partAt = (place: number): number => {
    let low = 0, high = parts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (parts[middle].from <= place) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  return async (runs, out) => {
    const files = new Map<string, Deno.FsFile>();
    try {
      let to = 0;
      for (const { from, length } of runs) {
        if (!(from >= 0 && length >= 0 && from + length <= tokens)) {
          throw new RangeError(`tokens ${from} … ${from + length} of ${tokens} were asked for`);
        }
        for (let at = from; at < from + length;) {
          if (at === tokens - 1) {
            out[to++] = source.separator;
            break;
          }
          const part = parts[partAt(at)], own = at - part.from;
          const count = Math.min(from + length - at, part.tokens - own);
          const words = part.held?.subarray(own, own + count) ??
            await ranged(files, part, own, count);
          out.set(words, to);
          to += count;
          at += count;
        }
      }
    } finally {
      for (const file of files.values()) file.close();
    }
  };

  async function ranged(
    files: Map<string, Deno.FsFile>,
    { path, offset }: Part,
    from: number,
    count: number,
  ): Promise<Words> {
    const file = files.get(path) ?? await Deno.open(path);
    files.set(path, file);
    await file.seek(offset + from * width, Deno.SeekMode.Start);
    const bytes = new Uint8Array(count * width);
    for (let read = 0; read < bytes.length;) {
      const n = await file.read(bytes.subarray(read));
      if (n === null) throw new DataError(`${path} was cut short while in use; run it again`);
      read += n;
    }
    return wordsOf(bytes, width);
  }
}
