/**
 * Writes features as a `.npy` file that numpy, prdc and the rest of Python can read.
 * @module
 */
import { dirname } from "@std/path";
import { npyHeader } from "../data/numpy/mod.ts";
import type { FeatureBits, FeatureRows } from "./moments/rows.ts";

/** Bytes written at a time, about. */
const PIECE = 1 << 23;

/** Writes the first `count` rows in the bits that they are stored in; the file is whole or not there. */
export async function saveFeatures(
  path: string,
  rows: FeatureRows,
  { count, bits }: { count: number; bits: FeatureBits },
): Promise<void> {
  const { dimension } = rows, step = Math.max(1, Math.floor(PIECE / dimension / 8));
  const partial = `${path}.${crypto.randomUUID().slice(0, 8)}.partial`;
  await Deno.mkdir(dirname(path), { recursive: true });
  try {
    using file = await Deno.open(partial, { write: true, createNew: true });
    const put = async (bytes: Uint8Array) => {
      for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
    };
    await put(npyHeader(bits === 32 ? "<f4" : "<f8", [count, dimension]));
    for (let from = 0; from < count; from += step) {
      const values = rows.read(from, Math.min(count, from + step));
      await put(new Uint8Array((bits === 32 ? Float32Array.from(values) : values).buffer));
    }
    await file.sync();
    await Deno.rename(partial, path);
  } catch (error) {
    await Deno.remove(partial).catch(() => {});
    throw error;
  }
}
