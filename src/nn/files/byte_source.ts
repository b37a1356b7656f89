/**
 * Bytes read by ranges: files that are larger than what memory should hold.
 * @module
 */
import { ToldError } from "../../base/mod.ts";

/** See the module. */
export interface ByteSource {
  /** What messages call it: the file's path. */
  readonly name: string;
  /** Bytes in all. */
  readonly size: number;
  /** Bytes [from, to). @throws RangeError outside the source */
  read(from: number, to: number): Promise<Uint8Array<ArrayBuffer>>;
  close(): void;
}

function checkRange({ name, size }: ByteSource, from: number, to: number): void {
  if (0 <= from && from <= to && to <= size) return;
  throw new RangeError(`${name}: bytes ${from} to ${to} of ${size}`);
}

/** A file cut short while it was read. */
export class ShortRead extends ToldError {
  override readonly name = "ShortRead";
}

/** A file, opened until `close`. @throws Deno's errors where it can't be read */
export async function openBytes(path: string): Promise<ByteSource> {
  const file = await Deno.open(path);
  const { size } = await file.stat();
  const source: ByteSource = {
    name: path,
    size,
    async read(from, to) {
      checkRange(source, from, to);
      const bytes = new Uint8Array(to - from);
      await file.seek(from, Deno.SeekMode.Start);
      for (let at = 0; at < bytes.length;) {
        const got = await file.read(bytes.subarray(at));
        if (got === null) {
          throw new ShortRead(
            `${path} was ${size} bytes when it was opened and ends at ${from + at}`,
          );
        }
        at += got;
      }
      return bytes;
    },
    close: () => file.close(),
  };
  return source;
}

/** Bytes in memory as a source. */
export function bytesIn(bytes: Uint8Array, name = "bytes"): ByteSource {
  const source: ByteSource = {
    name,
    size: bytes.length,
    read(from, to) {
      checkRange(source, from, to);
      return Promise.resolve(new Uint8Array(bytes.subarray(from, to)));
    },
    close: () => {},
  };
  return source;
}
