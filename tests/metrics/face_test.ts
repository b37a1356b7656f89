/** The face metric in the toy world, whose answers are known. */
import { assertEquals } from "@std/assert";
import { face } from "../../src/metrics/image/face.ts";
import type { SampleOptions, Subject } from "../../src/subject/subject.ts";
import type { Extractor } from "../../src/extractors/extractor.ts";
import { close } from "../law.ts";
import { toyContext, toyDataset, toyJudge, toyModel } from "./toy.ts";

/** Knows "high" under the data's name, "low" too, a third the data lacks, and is sure of every other. */
const network: Extractor = {
  ...toyJudge,
  name: "toy-face",
  factors: { expression: ["low", "other", "high"], gender: ["dark", "light"] },
  detect: ({ count }) => Promise.resolve(Float32Array.from({ length: count }, (_, i) => i % 2)),
};

async function measured(change: Partial<Subject<"image">> = {}, options: object = {}) {
  const dataset = toyDataset(60), subject = { ...toyModel(dataset), ...change };
  const context = { ...toyContext(dataset, subject), extractor: () => Promise.resolve(network) };
  const config = face.config.parse({ samples: 40, train: 60, ...options });
  const values = await face.compute(context, config);
  assertEquals(values.map(({ name }) => name), face.declares(config).map(({ name }) => name));
  return Object.fromEntries(values.map((v) => [v.name.replace(/^face-|@40$/g, ""), v]));
}

Deno.test("shares of faces, and whatever is said of samples stands beside the same of true data", async () => {
  const { detected, identity } = await measured();
  assertEquals([detected.value, detected.beside], [0.5, { real: 0.5 }]);
  // Samples and test pictures come from one law: distances to the nearest of 60 are alike.
  close(identity.value! / identity.beside!.real, 1, 0.5, "ratio of distances");
});

Deno.test("training pictures are at no distance; what reconstructs well keeps person and classes", async () => {
  const dataset = toyDataset(60);
  const copies = async (count: number) =>
    (await dataset.read("train", Array.from({ length: count }, (_, i) => i))).samples;
  const values = await measured({ sample: copies });
  assertEquals(values.identity.value, 0);
  assertEquals(values["gender-kept"].value, 1);
  // The network takes one expression for another: it knows two of the data's three.
  assertEquals(values["expression-kept"].value, 1);
  assertEquals(values["expression-kept"].beside!.accuracyOnReal < 1, true);
  close(values["gender-kept"].beside!.accuracyOnReal, 1, 0, "accuracy on true data");
  close(values["identity-kept"].value!, 0, 0.02, "distance to the original");
});

Deno.test("what a model can't do is not defined, with the reason", async () => {
  const values = await measured({ reconstruct: undefined });
  for (const name of ["identity-kept", "gender-kept", "expression-asked", "gender-asked"]) {
    assertEquals([name, values[name].value, values[name].status], [name, null, "not-defined"]);
  }
  const { "shade-kept": shade } = await measured({}, { factors: ["shade"] });
  assertEquals(shade.reason, 'toy has no class factor "shade"; it has expression, gender');
});

Deno.test("a model that draws what it is asked for is seen to", async () => {
  const dataset = toyDataset(60), all = Array.from({ length: 60 }, (_, i) => i);
  const { labels } = await dataset.read("train", all);
  const sample = async (_: number, options: SampleOptions = {}) => {
    const asked = options.labels?.gender ?? new Int32Array(40);
    const rows = Array.from(asked, (g) => labels.gender.indexOf(g));
    return (await dataset.read("train", rows)).samples;
  };
  const capabilities = { ...toyModel(dataset).capabilities, conditions: ["gender"] };
  const { "gender-asked": asked } = await measured({ sample, capabilities });
  assertEquals([asked.value, asked.beside], [1, { real: 1, chance: 0.5 }]);
});
