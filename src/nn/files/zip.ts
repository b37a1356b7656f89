/**
 * Entries of a zip archive in memory, by name.
 * @module
 */
import { Buffer } from "node:buffer";
import yauzl, { type Entry } from "yauzl";

/** An open archive. */
export interface Zip {
  readonly names: readonly string[];
  /** Bytes of an entry; its size and CRC-32 are checked. */
  read(name: string): Promise<Uint8Array>;
}

/** Opens an archive. @throws Error where it is broken */
export async function readZip(bytes: Uint8Array): Promise<Zip> {
  const archive = await yauzl.fromBufferPromise(
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  );
  const entries = new Map<string, Entry>();
  for await (const entry of archive.eachEntry()) entries.set(entry.fileName, entry);
  return {
    names: [...entries.keys()],
    async read(name) {
      const entry = entries.get(name);
      if (entry === undefined) throw new RangeError(`the archive has no entry ${name}`);
      const out = new Uint8Array(entry.uncompressedSize);
      let at = 0;
      for await (const piece of await archive.openReadStreamPromise(entry)) {
        out.set(piece, at);
        at += piece.length;
      }
      return out;
    },
  };
}
