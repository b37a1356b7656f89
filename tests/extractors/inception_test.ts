/** FID's network against torch-fidelity, pytorch-fid and clean-fid, on the same weights. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { MetricUnavailable, UsageError } from "../../src/base/errors.ts";
import { openExtractor } from "../../src/extractors/mod.ts";
import { prepare } from "../../src/extractors/prepare/prepare.ts";
import { concatImages, sliceImages } from "../../src/kinds/image/images.ts";
import { sha256 } from "../../src/base/digest/digest.ts";
import { processorHas } from "../../src/engine/processor.ts";
import { close } from "../law.ts";
import { picture } from "../metrics/golden_inputs.ts";
import golden from "../golden/extractors/inception.json" with { type: "json" };
import { relativeError } from "./compare.ts";
import { engine } from "./engine.ts";
import { weightsFile } from "./fill.ts";

const path = await weightsFile(golden.shapes);
globalThis.addEventListener("unload", () => Deno.removeSync(path));

/** float32 over 48 layers, folded norms against separate ones. Asked for: 1e-4. */
const TOLERANCE = 2e-5;

for (const { mode, seed, height, width, features, spatial, logits } of golden.cases) {
  Deno.test(`inception-fid, fed as ${mode}, agrees with the tools' own modules`, async () => {
    const options = { weights: { path }, resize: mode, batch: 1 };
    const extractor = await openExtractor("inception-fid", engine, options);
    const image = picture({ seed, height, width, channels: 3 });
    close(relativeError((await extractor.extract(image)).data, features), 0, TOLERANCE, mode);
    if (spatial !== undefined && logits !== undefined) {
      const places = (await extractor.spatial!(image)).data.filter((_, i) => i % 5 === 0);
      close(relativeError(places, spatial), 0, TOLERANCE, "spatial features");
      const p = (await extractor.classify!(image))["inception-2015"];
      const largest = logits.reduce((a, b) => Math.max(a, b));
      const e = logits.map((l) => Math.exp(l - largest)), sum = e.reduce((a, b) => a + b);
      close(relativeError(p, e.map((v) => v / sum)), 0, 50 * TOLERANCE, "probabilities");
    }
  });
}

/**
 * Bit for bit, but for oneDNN on processors without AVX-512, which sums a row of a batch otherwise than
 * its neighbour.
 */
Deno.test("law: features of a picture don't depend on how many there are or on its neighbours", async () => {
  const exact = engine.determinism.scope === "any" || processorHas("avx512f");
  const extractor = await openExtractor("inception-fid", engine, { weights: { path }, batch: 3 });
  const four = concatImages(
    [1, 2, 3, 4].map((seed) => picture({ seed, height: 20, width: 30, channels: 3 })),
  );
  const all = await extractor.extract(four);
  for (const [from, to] of [[0, 1], [1, 4], [3, 4]]) {
    const part = await extractor.extract(sliceImages(four, { from, to }));
    const wanted = all.data.subarray(2048 * from, 2048 * to);
    if (exact) assertEquals(part.data, wanted);
    close(relativeError(part.data, wanted), 0, TOLERANCE, `${from} to ${to}`);
  }
});

Deno.test("the network fed apart, by workers that prepare, gives what extract gives", async () => {
  const extractor = await openExtractor("inception-fid", engine, { weights: { path }, batch: 2 });
  const { network } = extractor;
  const images = concatImages(
    [1, 2].map((seed) => picture({ seed, height: 20, width: 30, channels: 3 })),
  );
  const x = prepare(images, network!.input);
  assertEquals(x.length, network!.batch * 299 * 299 * 3);
  assertEquals(structuredClone(network!.input), network!.input);
  const { features, spatial, classes } = await network!.run(x, { spatial: true, classes: true });
  assertEquals(Float64Array.from(features), (await extractor.extract(images)).data);
  assertEquals(Float64Array.from(spatial!), (await extractor.spatial!(images)).data);
  assertEquals(classes, await extractor.classify!(images));
  assertEquals(Object.keys(await network!.run(x)), ["features"]);
});

Deno.test("what is wrong with a file of weights is said", async () => {
  const open = (options: Parameters<typeof openExtractor>[2]) =>
    openExtractor("inception-fid", engine, options);
  await assertRejects(() => open({}), MetricUnavailable, "--weights FILE");
  await assertRejects(
    () => open({ weights: { path: `${path}.not` } }),
    UsageError,
    "can't be read",
  );
  await assertRejects(
    () => open({ weights: { path, sha256: "0".repeat(64) } }),
    UsageError,
    await sha256(await Deno.readFile(path)),
  );
  await assertRejects(
    () => open({ weights: { path }, resize: "clear" }),
    UsageError,
    "did you mean `clean`",
  );
  const other = await weightsFile({ "a.weight": [2, 2] });
  try {
    await assertRejects(() => open({ weights: { path: other } }), UsageError, "a.weight");
  } finally {
    await Deno.remove(other);
  }
  const imagenet = await weightsFile({ ...golden.shapes, "fc.weight": [1000, 2048] });
  try {
    await assertRejects(() => open({ weights: { path: imagenet } }), UsageError, "1008");
  } finally {
    await Deno.remove(imagenet);
  }
});

Deno.test("another way of resizing has another name, and notes say whose weights they are", async () => {
  const names = await Promise.all(
    ["inception-fid", "inception-fid-tf1"].map(async (name) => {
      const { notes, name: found } = await openExtractor(name, engine, { weights: { path } });
      assert(notes![0].includes("not the published"));
      return found;
    }),
  );
  assertEquals(names, ["inception-fid", "inception-fid-tf1"]);
});
