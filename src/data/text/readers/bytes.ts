/**
 * The bytes of a file, unpacked, some at a time.
 * @module
 */
import { createReadStream } from "node:fs";
import type { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { DataError, described } from "../../../base/mod.ts";

/** Bytes read at a time. */
const CHUNK = 1 << 18;

/** How a file is unpacked, by its last ending. Members that follow one another are all read. */
export const PACKED: { readonly [ending: string]: () => Transform } = {
  ".gz": createGunzip,
  ".zst": createZstdDecompress,
};

/** The ending by which a file is unpacked, or "". */
export function packedAs(path: string): string {
  return Object.keys(PACKED).find((ending) => path.toLowerCase().endsWith(ending)) ?? "";
}

/**
 * The bytes of a file: of a packed one those that it holds.
 * @param onBytes told of bytes of the file itself, as they are read
 * @throws DataError where it can't be read, or is spoilt
 */
export async function* unpacked(
  path: string,
  onBytes?: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  const ending = packedAs(path), stop = new AbortController();
  const source = createReadStream(path, { highWaterMark: CHUNK, signal: stop.signal });
  if (onBytes !== undefined) source.on("data", (chunk) => onBytes(chunk.length));
  source.pause();
  try {
    if (ending === "") yield* source;
    else {
      const unpack = PACKED[ending]();
      const done = pipeline(source, unpack, { signal: stop.signal });
      done.catch(() => {}); // also told by the stream that is read
      yield* unpack;
      await done;
    }
  } catch (error) {
    const what = ending === "" ? "" : `, unpacked as ${ending.slice(1)},`;
    throw new DataError(`${path}${what} can't be read: ${described(error)}`);
  } finally {
    stop.abort();
    source.destroy();
  }
}
