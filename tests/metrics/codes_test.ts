/** The metric of discrete latents from end to end, in the toy world. */
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { codes } from "../../src/metrics/latents/codes.ts";
import { MetricUnavailable } from "../../src/base/errors.ts";
import type { Subject } from "../../src/subject/subject.ts";
import { halvesOf, toyContext, toyDataset, toyModel } from "./toy.ts";

const dataset = toyDataset(400);

/** Five codes of eight: what the right half's brightness is stands third, the rest says nothing. */
const subject: Subject<"image"> = {
  ...toyModel(dataset),
  codes: (images) => {
    const halves = halvesOf(images);
    const data = Int32Array.from({ length: 5 * images.count }, (_, i) => {
      const [n, t] = [Math.floor(i / 5), i % 5];
      return t === 2 ? (halves.data[2 * n + 1] > 128 ? 6 : 3) : (n * 7 + t * 3 + (n >> 3)) % 4;
    });
    return Promise.resolve({ count: images.count, perPicture: 5, size: 8, data });
  },
};

async function values(options: object, of = subject) {
  const config = codes.config.parse(options);
  const found = await codes.compute(toyContext(dataset, of), config);
  assertEquals(found.map((v) => v.name), codes.declares(config).map((d) => d.name));
  return Object.fromEntries(found.map((v) => [v.name, v]));
}

Deno.test("codes: use over all positions, and the factor that one of them holds", async () => {
  const found = await values({ samples: 400, factor: "gender" });
  const use = found["code-use@400"];
  // 0 … 3 and 6 of eight.
  assertEquals([use.value, use.beside], [5 / 8, { codes: 8, positions: 5 }]);
  // exp of the entropy over all pictures and positions, from their counts.
  const { data } = await subject.codes!(
    (await dataset.read("test", [...Array(400).keys()])).samples,
  );
  const shares = [...Array(8).keys()].map((k) => data.filter((code) => code === k).length / 2000);
  const entropy = shares.reduce((sum, p) => p === 0 ? sum : sum - p * Math.log(p), 0);
  assertAlmostEquals(found["code-perplexity@400"].value!, Math.exp(entropy), 1e-12);
  const read = found["codes-read-gender@400"];
  assertEquals(read.value, 1);
  assertEquals(read.beside!.chance, 0.5);
  // 200 pictures of two classes at chance: SE √(¼/200) = 0.035.
  assertAlmostEquals(read.beside!.shuffled, 0.5, 5 * 0.036);
  assert(read.beside!.pixels > 0.95, `${read.beside!.pixels}`);
  const information = found["codes-NMI-gender@400"];
  assertEquals(information.beside!.position, 2);
  assertAlmostEquals(information.value!, 1, 1e-12);
  assert(information.beside!.shuffled < 0.1, `${information.beside!.shuffled}`);
});

Deno.test("codes: a factor that they don't hold is read at chance", async () => {
  const found = await values({ samples: 400, factor: "expression" });
  const read = found["codes-read-expression@400"];
  // 200 pictures in three classes at chance: SE about √(2/9/200) = 0.033.
  assertAlmostEquals(read.value!, 1 / 3, 5 * 0.034);
  assert(found["codes-NMI-expression@400"].value! < 0.1);
});

Deno.test("codes: without a factor their use is still told; without codes there is nothing to tell", async () => {
  const found = await values({ samples: 100, factor: "shade" });
  assert(found["code-perplexity@100"].value! > 1);
  const read = found["codes-read-shade@100"];
  assertEquals([read.value, read.status], [null, "not-defined"]);
  assert(read.reason!.includes("it has expression, gender"));
  const config = codes.config.parse({ samples: 100 });
  await assertRejects(
    () => Promise.resolve(codes.compute(toyContext(dataset, toyModel(dataset)), config)),
    MetricUnavailable,
    "no discrete latents",
  );
  await assertRejects(() => values({ samples: 401 }), MetricUnavailable, "holds 400 images");
});
