/**
 * The tokens of a split, kept in sealed files. A file holds whole documents, and a run that was killed
 * goes on after the last one that was written.
 * @module
 */
import { join } from "@std/path";
import { readSealed, spoiltNote, writeSealed } from "../../../base/digest/mod.ts";
import { type Part, readRuns, type Run, type Width, wordsOf } from "./runs.ts";

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
  read(runs: readonly Run[], out: Int32Array): Promise<void>;
}

const widthOf = ({ vocabulary }: TokenSource): Width => vocabulary <= 1 << 16 ? 2 : 4;

/** The tokens of a source, from its files, or made and written there. */
export async function tokenRow(source: TokenSource): Promise<TokenRow> {
  const { documents, folder, held = HELD } = source, width = widthOf(source);
  const parts: Part[] = [], lengths = new Uint32Array(documents);
  let done = 0, at = 0;
  while (done < documents) {
    const path = join(folder, `${String(parts.length).padStart(5, "0")}.tokens`);
    const purpose = `tokens ${source.name} from document ${done}`;
    const found = await readSealed(path, purpose);
    if (found.state === "spoilt") source.say?.(spoiltNote(path, found.reason));
    const bytes = found.state === "whole" ? found.bytes : await makePart(source, done);
    if (found.state !== "whole") {
      // Its seal tells whether a crash spoilt it.
      await writeSealed(path, bytes, { purpose, sync: false });
    }
    const [count, length] = new Uint32Array(bytes.buffer, bytes.byteOffset, HEAD);
    lengths.set(new Uint32Array(bytes.buffer, bytes.byteOffset + 4 * HEAD, count), done);
    const offset = 4 * (HEAD + count);
    const words = wordsOf(bytes.subarray(offset, offset + length * width), width);
    // The first ones stay in memory, the rest on disk.
    parts.push({ path, from: at, length, offset, ...(at + length <= held && { held: words }) });
    done += count;
    at += length;
  }
  // What ends the last document is in no file.
  const end = wordsOf(new Uint8Array(Uint32Array.of(source.separator).buffer), width).subarray(
    0,
    1,
  );
  parts.push({ path: "", from: at, length: 1, offset: 0, held: end });
  return {
    tokens: at + 1,
    lengths,
    read: (runs, out) => readRuns({ parts, width }, runs, out),
  };
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
