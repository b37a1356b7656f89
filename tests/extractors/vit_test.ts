/** DINOv2 and CLIP against transformers, timm and open_clip, on the same weights. */
import { assertEquals, assertRejects } from "@std/assert";
import { MetricUnavailable, UsageError } from "../../src/base/errors.ts";
import { extractorTable, openExtractor } from "../../src/extractors/mod.ts";
import { openVit } from "../../src/extractors/vit/vit.ts";
import { concatImages, sliceImages } from "../../src/kinds/image/images.ts";
import { close } from "../law.ts";
import { picture } from "../metrics/golden_inputs.ts";
import golden from "../golden/extractors/vit.json" with { type: "json" };
import { relativeError } from "./compare.ts";
import { engine } from "./engine.ts";
import { type Shapes, weightsFile } from "./fill.ts";

type Case = (typeof golden.cases)[number];

/** The small network of a case, its weights in a file for as long as `use` runs. */
async function withCase(
  { family, registers, shapes }: Case,
  use: (open: (change?: object) => ReturnType<typeof openVit>) => Promise<void>,
): Promise<void> {
  const path = await weightsFile(shapes as unknown as Shapes);
  const shape = {
    family: family as "dinov2" | "clip",
    width: 128,
    depth: 2,
    patch: 14,
    grid: 4,
    registers,
    ...(family === "clip" ? { projection: 32 } : {}),
  };
  const options = { name: `small ${family}`, weights: { path }, mode: "clean", batch: 2 };
  try {
    await use((change) => openVit(engine, options, { ...shape, ...change }));
  } finally {
    await Deno.remove(path);
  }
}

for (const one of golden.cases) {
  const { family, naming, registers, seed, height, width, features } = one;
  Deno.test(`${family} with ${registers} registers agrees, weights named as ${naming} has them`, () =>
    withCase(one, async (open) => {
      const extractor = await open();
      assertEquals(extractor.notes![0].endsWith(`names as ${naming} has them`), true);
      const image = picture({ seed, height, width, channels: 3 });
      const { data } = await extractor.extract(image);
      // float32 through two blocks; asked for: 1e-4.
      close(relativeError(data, features), 0, 1e-5);
      const more = concatImages(
        [2, 3].map((s) => picture({ seed: s, height, width, channels: 3 })),
      );
      const all = await extractor.extract(concatImages([more, image]));
      assertEquals(all.data.subarray(2 * features.length), data);
      assertEquals((await extractor.extract(sliceImages(image, {}))).data, data);
    }));
}

Deno.test("weights of another size, or with other registers, are refused", () =>
  withCase(golden.cases[1], async (open) => {
    await assertRejects(() => open({ depth: 1 }), UsageError, "one block more");
    await assertRejects(() => open({ depth: 3 }), UsageError, "has no tensor encoder.layer.2");
    await assertRejects(() => open({ width: 192 }), UsageError, "class token of width 128");
    await assertRejects(() => open({ registers: 0 }), UsageError, "4 registers");
  }));

Deno.test("a row of each says how to get its weights", async () => {
  for (const [name, { weights }] of Object.entries(extractorTable)) {
    if (weights.from !== "user") continue;
    const error = await assertRejects(() => openExtractor(name, engine), MetricUnavailable);
    assertEquals(error.message.includes(weights.source), true);
  }
});
