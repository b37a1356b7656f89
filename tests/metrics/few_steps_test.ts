/** Few-step curves in a world where the answers are known. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { ImageSet } from "../../src/kinds/image/image_set.ts";
import { fewSteps } from "../../src/metrics/features/few_steps.ts";
import { frechet } from "../../src/metrics/features/frechet.ts";
import type { Metric } from "../../src/metrics/metric.ts";
import { MetricUnavailable } from "../../src/base/errors.ts";
import type { SampleOptions, Subject } from "../../src/subject/subject.ts";
import { toyContext, toyDataset, toyModel } from "./toy.ts";

const dataset = toyDataset(400);
const plain = toyModel(dataset);

async function values<C>(metric: Metric<C>, options: object, subject: Subject<"image">) {
  const config = metric.config.parse(options);
  const found = await metric.compute(toyContext(dataset, subject), config);
  assertEquals(found.map((v) => v.name), metric.declares(config).map((d) => d.name));
  return Object.fromEntries(found.map((v) => [v.name, v]));
}

/** Real pictures whose brightness is off by a shift. */
async function shifted(count: number, shift: number): Promise<ImageSet> {
  const { samples: images } = await dataset.read(
    "judge",
    Array.from({ length: count }, (_, i) => i),
  );
  return { ...images, data: images.data.map((v) => Math.min(255, v + shift)) };
}

/** A sampler whose error is 40 over its evaluations; remembers what it was asked for. */
function stepper(asked: SampleOptions[]): Subject<"image"> {
  return {
    ...plain,
    capabilities: { ...plain.capabilities, evaluations: 4, anyEvaluations: true },
    sample: (count, options = {}) => {
      asked.push(options);
      return shifted(count, Math.round(40 / (options.evaluations ?? 4)));
    },
  };
}

Deno.test("few steps: the distance at n evaluations is that of samples drawn with n", async () => {
  const asked: SampleOptions[] = [];
  const found = await values(fewSteps, { samples: 200, evaluations: [1, 4, 40] }, stepper(asked));
  assertEquals(Object.keys(found), [
    "FD-judge-heads-v1@200-nfe1",
    "FD-judge-heads-v1@200-nfe4",
    "FD-judge-heads-v1@200-nfe40",
  ]);
  // One call warms up.
  assertEquals(asked.map((o) => o.evaluations), [1, 1, 4, 40]);
  const [one, four, forty] = Object.values(found).map((v) => v.value!);
  assert(one > 4 * four && four > 4 * forty, `${one} ${four} ${forty}`);
  const own = await values(frechet, { samples: 200 }, stepper([]));
  assertEquals(own["FD-judge-heads-v1@200"].value, four);
  for (const { beside } of Object.values(found)) assert(beside!.seconds > 0);
});

Deno.test("few steps: a sampler of one cost is not defined there, and says its cost", async () => {
  const config = fewSteps.config.parse({ samples: 100 });
  const refused = (subject: Subject<"image">, message: string) =>
    assertRejects(
      () => Promise.resolve(fewSteps.compute(toyContext(dataset, subject), config)),
      MetricUnavailable,
      message,
    );
  const one = { ...plain, capabilities: { ...plain.capabilities, evaluations: 1 } };
  await refused(one, "can't be asked for another number of evaluations than its 1");
  await refused(plain, "toy model can't be asked for another number of evaluations");
  const silent = { ...plain, capabilities: { ...plain.capabilities, samples: false } };
  await refused(silent, "gives no samples");
});
