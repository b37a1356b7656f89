/**
 * Which reader reads a file: by the ending of its name.
 * @module
 */
import { DataError } from "../../../base/mod.ts";
import { packedAs, unpacked } from "./bytes.ts";
import type { Found, Reader, ReadOptions } from "./found.ts";
import { readJsonl } from "./jsonl.ts";
import { readParquet } from "./parquet.ts";
import { readText } from "./text.ts";
import { readWarc } from "./warc.ts";

/** Readers of what comes in pieces, which may be packed. */
const READERS: { readonly [ending: string]: Reader } = {
  ".txt": readText,
  ".md": readText,
  ".jsonl": readJsonl,
  ".ndjson": readJsonl,
  ".html": readText,
  ".htm": readText,
  ".warc": readWarc,
};

/** Endings of files that are read; those of `PACKED` may follow all but `.parquet`. */
export const ENDINGS: readonly string[] = [...Object.keys(READERS), ".parquet"];

function endingOf(path: string): string {
  const name = path.toLowerCase(), packed = packedAs(name);
  const bare = name.slice(0, name.length - packed.length);
  const ending = ENDINGS.find((ending) => bare.endsWith(ending)) ?? "";
  return ending === ".parquet" && packed !== "" ? "" : ending;
}

/** Whether a file of this name is taken for one with documents. */
export function isRead(path: string): boolean {
  return endingOf(path) !== "";
}

/**
 * The documents of a file, some at a time, in order.
 * @param onBytes told of the file's bytes as they are read
 * @throws DataError where it can't be read; RangeError where no reader is for its ending
 */
export async function* readDocuments(
  path: string,
  options: ReadOptions,
  onBytes?: (bytes: number) => void,
): AsyncGenerator<readonly Found[]> {
  const ending = endingOf(path);
  if (ending === ".parquet") yield* readParquet(path, options, onBytes);
  else if (ending === "") throw new RangeError(`${path}: no file of ${ENDINGS.join(" ")}`);
  else {
    try {
      yield* READERS[ending](unpacked(path, onBytes), options);
    } catch (error) {
      if (!(error instanceof DataError) || error.message.startsWith(path)) throw error;
      throw new DataError(`${path}: ${error.message}`);
    }
  }
}
