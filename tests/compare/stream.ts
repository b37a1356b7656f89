/**
 * A small extractor and folders of small pictures, for tests of evaluation.
 * @module
 */
import { join } from "@std/path";
import sharp from "sharp";
import type { DecodeReply, DecodeTask } from "../../src/compare/extract/decode.ts";
import { networkOf } from "../../src/compare/extract/network.ts";
import { Threads } from "../../src/compare/extract/threads.ts";
import type { Extractor } from "../../src/extractors/extractor.ts";
import { hostIntegers, hostKey } from "../../src/random/host/host.ts";

/** Mean colour, size and a weighted sum: a feature vector that knows its picture from any other. */
export function tinyExtractor(calls: number[] = []): Extractor {
  return {
    name: "tiny",
    dimension: 4,
    digest: "0",
    extract(images) {
      const { count, height, width } = images, each = height * width * 3;
      calls.push(count);
      const data = new Float64Array(count * 4);
      for (let i = 0; i < count; i++) {
        const own = images.data.subarray(i * each, (i + 1) * each);
        data[4 * i] = own.reduce((sum, v) => sum + v, 0) / each;
        data[4 * i + 1] = height / width;
        data[4 * i + 2] = own.reduce((sum, v, at) => sum + v * (1 + at % 7), 0) / each;
        data[4 * i + 3] = own[0];
      }
      return Promise.resolve({ count, dimension: 4, data });
    },
  };
}

/** It as a network. */
export const tinyNetwork = (calls: number[] = []) => networkOf(tinyExtractor(calls));

/** Decoding threads. */
export function decoding(count: number): Threads<DecodeTask, DecodeReply> {
  const module = new URL("../../src/compare/extract/decode_thread.ts", import.meta.url);
  return new Threads(module, { count, name: "decoding" });
}

/** PNGs of noise, of one size or of as many as `sizes` lists. */
export async function noise(
  { count, seed, sizes = [[6, 6]] }: {
    count: number;
    seed: number;
    sizes?: readonly (readonly [width: number, height: number])[];
  },
): Promise<string> {
  const root = await Deno.makeTempDir();
  for (let i = 0; i < count; i++) {
    const [width, height] = sizes[i % sizes.length];
    const bytes = hostIntegers(hostKey(seed, "noise", i), width * height * 3, 256);
    await sharp(Uint8Array.from(bytes), { raw: { width, height, channels: 3 } }).png()
      .toFile(join(root, `${String(i).padStart(4, "0")}.png`));
  }
  return root;
}
