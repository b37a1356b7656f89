/**
 * Documents cut into blocks.
 * @module
 */
import type { BlockFolder, BlockHead } from "./blocks.ts";
import { lineOf, type Row } from "./row.ts";

/** Documents in order, from any place on. */
export interface Source {
  /** Documents in all. */
  readonly count: number;
  /** Those from a place on, some at a time. */
  rows(from: number): AsyncIterable<readonly Row[]>;
}

/** Documents and bytes of a block at most; a block of one document may have more bytes. */
export interface BlockLimits {
  readonly documents: number;
  readonly bytes: number;
}

/** A block that is to be done, or one that an earlier try did. */
export type Given =
  | { readonly block: number; readonly head: BlockHead }
  | {
    readonly block: number;
    /** Lines of rows. */
    readonly lines: string;
    readonly came: number;
    /** Documents of the source up to its end. */
    readonly next: number;
  };

/** Cuts a source into blocks. Those that are done are passed over, and so are their documents. */
export async function* cut(
  source: Source,
  pass: number,
  { folder, block: limits }: { readonly folder: BlockFolder; readonly block: BlockLimits },
): AsyncGenerator<Given> {
  let rows: AsyncIterator<readonly Row[]> | null = null, waiting: readonly Row[] = [], next = 0;
  const row = async (): Promise<Row | null> => {
    while (waiting.length === 0) {
      rows ??= source.rows(next)[Symbol.asyncIterator]();
      const { value, done } = await rows.next();
      if (done === true) return null;
      waiting = value;
    }
    return waiting[0];
  };
  for (let block = 0;; block++) {
    const head = await folder.head(pass, block);
    if (head !== null) {
      await (rows as AsyncIterator<readonly Row[]> | null)?.return?.();
      [rows, waiting, next] = [null, [], head.next];
      yield { block, head };
      continue;
    }
    const lines: string[] = [];
    for (let bytes = 0; lines.length < limits.documents;) {
      const first = await row();
      if (first === null) break;
      const line = `${lineOf(first)}\n`;
      if (lines.length > 0 && bytes + line.length > limits.bytes) break;
      lines.push(line);
      bytes += line.length;
      waiting = waiting.slice(1);
      next++;
    }
    if (lines.length === 0) return;
    yield { block, lines: lines.join(""), came: lines.length, next };
  }
}
