/**
 * numpy's archives: `.npz`, a zip of `.npy` files, as `np.savez` and `np.savez_compressed` write
 * them. Zips are read by yauzl, which takes zip64 and any order of entries, and written by fflate
 * (pure functions on bytes, no stream and no clock: the same arrays give the same bytes).
 * @module
 */
import { crc32 } from "node:zlib";
import { zipSync } from "fflate";
import yauzl from "yauzl";
import { DataError, writeAtomic } from "../../base/mod.ts";
import { decodeNpy, encodeNpy, type NpyArray } from "./npy.ts";

/** Arrays by name, in the order of the file. */
export type NpzArrays = Readonly<Record<string, NpyArray>>;

/** The first moment that a zip can hold, in the clock of the reader. */
const noTime = new Date(1980, 0, 1);
/** fflate writes no zip64. */
const largest = 2 ** 32 - 2 ** 20;

/** The bytes of an archive. `compress`: as savez_compressed does. @throws RangeError from 4 GiB on */
export function encodeNpz(arrays: NpzArrays, { compress = true } = {}): Uint8Array {
  const files = Object.entries(arrays).map(([name, array]) =>
    [`${name}.npy`, encodeNpy(array)] as const
  );
  const bytes = files.reduce((sum, [, file]) => sum + file.length, 0);
  if (bytes > largest) {
    throw new RangeError(`an archive of ${bytes} bytes: 4 GiB is the most; save a .npy each`);
  }
  return zipSync(Object.fromEntries(files), { level: compress ? 6 : 0, mtime: noTime });
}

/** Writes an archive, whole or not at all. */
export async function writeNpz(
  path: string,
  arrays: NpzArrays,
  options: { compress?: boolean } = {},
): Promise<void> {
  await writeAtomic(path, encodeNpz(arrays, options));
}

/**
 * Reads arrays of an archive.
 * @param options `names`: only these, of which those that aren't there are left out
 * @throws DataError on what is no whole archive of numpy's
 */
export async function readNpz(
  path: string,
  { names }: { names?: readonly string[] } = {},
): Promise<{ arrays: Record<string, NpyArray>; entries: readonly string[] }> {
  const arrays: Record<string, NpyArray> = {};
  const entries: string[] = [];
  try {
    const archive = await yauzl.openPromise(path, { autoClose: false });
    try {
      for await (const entry of archive.eachEntry()) {
        const name = entry.fileName.replace(/\.npy$/, "");
        entries.push(name);
        if (names !== undefined && !names.includes(name)) continue;
        const bytes = new Uint8Array(entry.uncompressedSize);
        let at = 0;
        for await (const piece of await archive.openReadStreamPromise(entry)) {
          bytes.set(piece, at);
          at += piece.length;
        }
        if (crc32(bytes) !== entry.crc32) {
          throw new DataError(`${path}: ${name} is damaged (its checksum differs); get it again`);
        }
        arrays[name] = decodeNpy(bytes, `${path}: ${name}`);
      }
    } finally {
      archive.close();
    }
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`${path} can't be read as an archive of numpy's: ${wordsOf(error)}`);
  }
  return { arrays, entries };
}

function wordsOf(error: unknown): string {
  const { code, message } = error as { code?: string; message: string };
  return code === "ENOENT" ? "it isn't there" : message.split("\n")[0];
}
