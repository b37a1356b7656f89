/**
 * Unpacks the needed files of a wheel, which is a zip archive.
 * @module
 */
import { createHash } from "node:crypto";
import { dirname, join } from "@std/path";
import yauzl from "yauzl";
import type { ManifestFile } from "./tensorflow/place.ts";
import { isNeeded } from "./tensorflow/wheels.ts";
import { failure, type Product, tensorflow } from "./events.ts";

/**
 * Unpacks the needed files of a wheel below `folder`, keeping their paths and whether they may be
 * run. Each is synced to the disk. The archive's own sizes and CRC-32 are checked on the way.
 * @param options `onBytes` hears of every piece written; `needed` says which paths are taken.
 * @returns the files with their sizes and sha256
 * @throws EngineError where the archive is broken or holds nothing that is needed
 */
export async function unpackWheel(
  { wheel, folder, needed = isNeeded, product = tensorflow }: {
    wheel: string;
    folder: string;
    needed?: (path: string) => boolean;
    product?: Product;
  },
  onBytes: (bytes: number) => void = () => {},
): Promise<ManifestFile[]> {
  const files: ManifestFile[] = [];
  try {
    const archive = await yauzl.openPromise(wheel, { autoClose: false });
    try {
      for await (const entry of archive.eachEntry()) {
        if (!needed(entry.fileName)) continue;
        const stream = await archive.openReadStreamPromise(entry);
        const to = join(folder, entry.fileName);
        const runs = (entry.externalFileAttributes >>> 16 & 0o111) !== 0;
        const sha256 = await write(stream, { to, mode: runs ? 0o755 : 0o644, onBytes });
        files.push({ path: entry.fileName, bytes: entry.uncompressedSize, sha256 });
      }
    } finally {
      archive.close();
    }
  } catch (error) {
    if ((error as { code?: string }).code !== undefined) throw error;
    throw failure(`${wheel} can't be unpacked: ${(error as Error).message}`, error, product);
  }
  if (files.length === 0) {
    throw failure(`${wheel} has none of the needed libraries`, undefined, product);
  }
  return files;
}

async function write(
  stream: AsyncIterable<Uint8Array>,
  { to, mode, onBytes }: { to: string; mode: number; onBytes: (bytes: number) => void },
): Promise<string> {
  await Deno.mkdir(dirname(to), { recursive: true });
  const hash = createHash("sha256");
  using file = await Deno.open(to, { write: true, create: true, truncate: true, mode });
  for await (const piece of stream) {
    hash.update(piece);
    for (let at = 0; at < piece.length;) at += await file.write(piece.subarray(at));
    onBytes(piece.length);
  }
  await file.sync();
  return hash.digest("hex");
}
