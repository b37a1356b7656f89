/** Conditional accuracy in a world where the answers are known. */
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { conditional } from "../../src/metrics/labels/conditional.ts";
import { MetricUnavailable } from "../../src/base/errors.ts";
import type { SampleOptions, Subject } from "../../src/subject/subject.ts";
import type { Extractor } from "../../src/extractors/extractor.ts";
import { toyContext, toyDataset, toyJudge, toyModel, toySize } from "./toy.ts";

const dataset = toyDataset(400);
const plain = toyModel(dataset);

async function values(options: object, subject: Subject<"image">, judge = toyJudge) {
  const config = conditional.config.parse(options);
  const found = await conditional.compute(toyContext(dataset, subject, { judge }), config);
  assertEquals(found.map((v) => v.name), conditional.declares(config).map((d) => d.name));
  return Object.fromEntries(found.map((v) => [v.name, v]));
}

/**
 * Draws the class that it is asked for, but every `wrongEvery`-th picture of class 0 shows class 1.
 * A guidance of 0 draws class 0 whatever it is asked.
 */
function obedient(wrongEvery: number, asked: SampleOptions[] = []): Subject<"image"> {
  return {
    ...plain,
    capabilities: {
      ...plain.capabilities,
      conditions: ["expression", "gender"],
      guidance: true,
    },
    sample: async (count, options = {}) => {
      asked.push(options);
      const { samples: images, labels } = await dataset.read(
        "judge",
        Array.from({ length: 400 }, (_, i) => i),
      );
      const wanted = options.labels!.gender;
      const each = toySize;
      const data = new Uint8Array(count * each);
      let zeros = 0;
      for (let i = 0; i < count; i++) {
        const wrong = wanted[i] === 0 && zeros++ % wrongEvery === 0;
        const shown = options.guidance === 0 ? 0 : wrong ? 1 : wanted[i];
        const from = labels.gender.indexOf(shown, i % 100);
        data.set(images.data.subarray(from * each, (from + 1) * each), i * each);
      }
      return { ...images, count, data };
    },
  };
}

/** Sees gender right but for each tenth picture, which it takes for dark. */
const dim: Extractor = {
  ...toyJudge,
  classify: async (images) => {
    const answers = await toyJudge.classify!(images);
    const gender = answers.gender.slice();
    for (let i = 0; i < images.count; i += 10) gender.set([1, 0], 2 * i);
    return { ...answers, gender };
  },
};

Deno.test("conditional: balanced accuracy, chance, and the judge's ceiling", async () => {
  const asked: SampleOptions[] = [];
  const found = await values({ samples: 200 }, obedient(4, asked));
  // Class 0: a quarter wrong; class 1: all right.
  const rate = found["cond-gender@200"];
  assertEquals(rate.value, (0.75 + 1) / 2);
  assertEquals(rate.beside, { ceiling: 1, chance: 0.5 });
  assertEquals(found["cond-gender-of-ceiling@200"].value, 0.875);
  const { gender, expression } = asked[0].labels!;
  assertEquals([gender.length, gender.reduce((a, b) => a + b, 0)], [200, 100]);
  const { labels } = await dataset.read("train", Array.from({ length: 200 }, (_, i) => i));
  assertEquals([...expression], [...labels.expression]);
});

Deno.test("conditional: the ceiling is the judge's on real pictures, not the model's", async () => {
  const found = await values({ samples: 200 }, obedient(1e9), dim);
  const { labels } = await dataset.read("test", Array.from({ length: 200 }, (_, i) => i));
  const light = [...labels.gender.keys()].filter((i) => labels.gender[i] === 1);
  const missed = light.filter((i) => i % 10 === 0).length;
  const ceiling = (1 + (1 - missed / light.length)) / 2;
  assertAlmostEquals(found["cond-gender@200"].beside!.ceiling, ceiling, 1e-12);
  // Labels alternate from 0, so each tenth sample was asked to be dark and is seen so.
  assertEquals(found["cond-gender@200"].value, 1);
  const share = found["cond-gender-of-ceiling@200"].value!;
  assertAlmostEquals(share, 1 / ceiling, 1e-12);
});

Deno.test("conditional: further guidances have values of their own, or are not defined", async () => {
  const options = { samples: 100, guidance: [0, 2] };
  const guided = await values(options, obedient(1e9));
  assertEquals(guided["cond-gender@100-w0"].value, 0.5);
  assertEquals(guided["cond-gender-of-ceiling@100-w2"].value! > 0.9, true);
  const subject = obedient(1e9);
  const { guidance: _, ...fixed } = subject.capabilities;
  const found = await values(options, { ...subject, capabilities: fixed });
  assert(found["cond-gender@100"].value! > 0.9);
  assertEquals(found["cond-gender@100-w2"].status, "not-defined");
  assertEquals(found["cond-gender@100-w2"].reason, "toy model takes no guidance");
});

Deno.test("conditional says what it lacks: the condition, the factor, a judge of it", async () => {
  const refused = (subject: Subject<"image">, options: object, message: string, judge = toyJudge) =>
    assertRejects(
      () =>
        Promise.resolve(conditional.compute(
          toyContext(dataset, subject, { judge }),
          conditional.config.parse({ samples: 50, ...options }),
        )),
      MetricUnavailable,
      message,
    );
  await refused(plain, {}, "toy model can't be asked for gender");
  await refused(plain, { factor: "shade" }, "it has expression, gender");
  await refused(obedient(9), { samples: 500 }, "holds 400 images and the metric needs 500");
  const blind = { ...toyJudge, classify: undefined };
  await refused(obedient(9), {}, "toy-judge names no classes", blind);
  const other = { ...toyJudge, classify: () => Promise.resolve({}) };
  await refused(obedient(9), {}, "toy-judge does not judge gender", other);
});
