/** ONNX models by ONNX Runtime against Python's, and what is said of models that won't do. */
import { assertEquals, assertRejects } from "@std/assert";
import { npmPackage } from "../../src/content/npm_package.ts";
import { cacheFolder } from "../../src/install/tensorflow/place.ts";
import { MetricUnavailable, UsageError } from "../../src/base/errors.ts";
import { type ExtractorOptions, openExtractor } from "../../src/extractors/mod.ts";
import { concatImages } from "../../src/kinds/image/images.ts";
import { close } from "../law.ts";
import { picture } from "../metrics/golden_inputs.ts";
import golden from "../golden/extractors/onnx.json" with { type: "json" };
import { relativeError } from "./compare.ts";
import { engine } from "./engine.ts";

// What a user does with `npm install onnxruntime-web`.
await npmPackage({ name: "onnxruntime-web", version: "1.23.2" }, cacheFolder());

async function withModel<T>(text: string, use: (path: string) => Promise<T>): Promise<T> {
  const path = await Deno.makeTempFile({ suffix: ".onnx" });
  await Deno.writeFile(path, Uint8Array.from(atob(text), (c) => c.charCodeAt(0)));
  try {
    return await use(path);
  } finally {
    await Deno.remove(path);
  }
}

const open = (path: string, options: ExtractorOptions = {}) =>
  openExtractor("onnx", engine, { weights: { path }, batch: 2, ...options });

const image = picture({ seed: 5, height: 30, width: 20, channels: 3 });

for (const { layout, shape, model, features } of golden.cases) {
  Deno.test(`a model of input [${shape}] gives what it gives in Python`, () =>
    withModel(model, async (path) => {
      const input = { output: "y", ...(shape.includes("h") ? { side: 16 } : {}) };
      const extractor = await open(path, { input });
      assertEquals([extractor.dimension, extractor.network!.batch], [5, shape[0] === "1" ? 1 : 2]);
      assertEquals(extractor.notes![0].includes(`input x ${layout} 16×16`), true);
      const other = picture({ seed: 6, height: 30, width: 20, channels: 3 });
      const { data } = await extractor.extract(concatImages([other, other, image]));
      close(relativeError(data.subarray(10), features), 0, 1e-5);
    }));
}

Deno.test("a model that won't do is told, with what there is", async () => {
  const [{ model: nchw }, { model: nhwc }] = golden.cases;
  const refused = (text: string, input: ExtractorOptions["input"], says: string) =>
    withModel(text, (path) => assertRejects(() => open(path, { input }), UsageError, says));
  await refused(nhwc, { output: "y" }, "give `side`");
  await refused(nchw, { output: "y", side: 20 }, "its pictures are not 20×20");
  await refused(nchw, {}, "output places is [2,5,7,7]");
  await refused(nchw, { output: "z" }, "has no output z: places, y");
  await refused(golden.four, {}, "neither axis 1 nor 3 has 3 channels");
  await refused(btoa("no model"), {}, "is no ONNX model");
});

Deno.test("without ONNX Runtime it says how to get it; others are told no input", async () => {
  const cache = await Deno.makeTempDir();
  try {
    await assertRejects(
      () => open("model.onnx", { cache }),
      MetricUnavailable,
      "npm install onnxruntime-node",
    );
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
  await assertRejects(
    () => openExtractor("inception-fid", engine, { weights: { path: "x" }, input: { side: 8 } }),
    UsageError,
    "only onnx takes one",
  );
});
