/**
 * The bytes of a file, unpacked, some at a time.
 * @module
 */
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { Decompress } from "fzstd";
import { DataError, described } from "../../../base/mod.ts";

/** Bytes read at a time. */
const CHUNK = 1 << 18;

type Chunks = AsyncIterable<Uint8Array>;

async function* gunzipped(source: Chunks): AsyncGenerator<Uint8Array> {
  const unpack = createGunzip(), done = pipeline(source, unpack);
  done.catch(() => {}); // also told by the stream that is read
  yield* unpack;
  await done;
}

/** By fzstd: Deno's own unpacker stops after the first frame, and says nothing. */
async function* unzstd(source: Chunks): AsyncGenerator<Uint8Array> {
  let out: Uint8Array[] = [], ended = false;
  const unpack = new Decompress((chunk, final) => {
    ended = final === true;
    if (chunk.length > 0) out.push(chunk);
  });
  const taken = () => {
    const all = out;
    out = [];
    return all;
  };
  for await (const chunk of source) {
    unpack.push(chunk.slice());
    yield* taken();
  }
  unpack.push(new Uint8Array(0), true);
  yield* taken();
  if (!ended) throw new DataError("it ends too early");
}

/** How a file is unpacked, by its last ending. Members that follow one another are all read. */
export const PACKED: { readonly [ending: string]: (source: Chunks) => Chunks } = {
  ".gz": gunzipped,
  ".zst": unzstd,
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
  const ending = packedAs(path), source = createReadStream(path, { highWaterMark: CHUNK });
  async function* read() {
    for await (const chunk of source as Chunks) {
      onBytes?.(chunk.length);
      yield chunk;
    }
  }
  try {
    yield* ending === "" ? read() : PACKED[ending](read());
  } catch (error) {
    const what = ending === "" ? "" : `, unpacked as ${ending.slice(1)},`;
    throw new DataError(`${path}${what} can't be read: ${described(error)}`);
  } finally {
    source.destroy();
  }
}
