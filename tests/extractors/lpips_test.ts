/** LPIPS against the lpips package on the same weights, and its laws. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { openExtractor } from "../../src/extractors/mod.ts";
import { lpips } from "../../src/metrics/image/lpips.ts";
import { MetricUnavailable, UsageError } from "../../src/base/errors.ts";
import type { Extractor } from "../../src/extractors/extractor.ts";
import { concatImages, imageSet } from "../../src/kinds/image/images.ts";
import { close, law } from "../law.ts";
import { picture } from "../metrics/golden_inputs.ts";
import { toyContext, toyDataset, toyModel } from "../metrics/toy.ts";
import golden from "../golden/extractors/lpips.json" with { type: "json" };
import { engine } from "./engine.ts";
import { type Shapes, weightsFile } from "./fill.ts";

const files = new Map<string, string>();
for (const { net, shapes } of golden.cases) {
  if (!files.has(net)) files.set(net, await weightsFile(shapes as unknown as Shapes));
}
globalThis.addEventListener("unload", () => {
  for (const path of files.values()) Deno.removeSync(path);
});
const open = (net: string, batch = 2) =>
  openExtractor(`lpips-${net}`, engine, { weights: { path: files.get(net)! }, batch });

for (const { net, height, width, value } of golden.cases) {
  Deno.test(`lpips-${net} of ${height}×${width} agrees with the lpips package`, async () => {
    const [a, b] = [11, 12].map((seed) => picture({ seed, height, width, channels: 3 }));
    for (let i = 0; i < b.data.length; i++) {
      if (Math.floor(i / 3) % width < Math.floor(width / 2)) b.data[i] = a.data[i];
    }
    const distances = await (await open(net)).distances!(a, b);
    close(distances[0] / value, 1, 1e-5, "ratio");
  });
}

const alex = await open("alex", 3);
const small = fc.uint8Array({ minLength: 5 * 31 * 31, maxLength: 5 * 31 * 31 });
const set = (data: Uint8Array) => imageSet(data, { height: 31, width: 31, channels: 1 });

law("LPIPS is symmetric, zero of a picture to itself, and blind to neighbours", {
  source: "Zhang et al. 2018, eq. 1",
  given: { a: small, b: small },
  cases: 4,
  holds: async ({ a, b }) => {
    const there = await alex.distances!(set(a), set(b));
    const back = await alex.distances!(set(b), set(a));
    for (let i = 0; i < 5; i++) close(there[i], back[i], 1e-6 * there[i] + 1e-9);
    assertEquals([...await alex.distances!(set(a), set(a))], [0, 0, 0, 0, 0]);
    const pair = concatImages([set(a.slice(0, 961)), set(a.slice(961, 1922))]);
    const to = concatImages([set(b.slice(0, 961)), set(b.slice(961, 1922))]);
    assertEquals(await alex.distances!(pair, to), there.slice(0, 2));
  },
});

Deno.test("sizes that differ, features, and another network's weights are refused", async () => {
  const [a, b] = [31, 32].map((side) =>
    picture({ seed: 1, height: side, width: side, channels: 1 })
  );
  await assertRejects(() => alex.distances!(a, b), RangeError, "31×31 against 1 of 32×32");
  assertThrows(() => alex.extract(a), MetricUnavailable, "no features");
  const path = files.get("alex")!;
  await assertRejects(
    () => openExtractor("lpips-vgg", engine, { weights: { path } }),
    UsageError,
    "features.0.weight is [64,3,11,11], and [64,3,3,3] is wanted",
  );
});

Deno.test("the metric is the mean distance of reconstructions, and not defined without them", async () => {
  const dataset = toyDataset(20);
  const half: Extractor = {
    ...alex,
    name: "half",
    distances: (a) => Promise.resolve(Float64Array.from({ length: a.count }, (_, i) => i % 2)),
  };
  const context = toyContext(dataset, toyModel(dataset), { "lpips-vgg": half });
  const config = lpips.config.parse({ samples: 10 });
  const [value] = await lpips.compute(context, config);
  assertEquals([value.name, value.value], ["lpips-vgg@10", 0.5]);
  const without = { ...context, subject: { ...context.subject, reconstruct: undefined } };
  await assertRejects(() => lpips.compute(without, config), MetricUnavailable, "reconstruct");
});
