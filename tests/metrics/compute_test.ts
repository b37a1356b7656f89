/** Metrics from end to end in a world where the answers are known. */
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import type { Dataset } from "../../src/data/dataset.ts";
import { conditional } from "../../src/metrics/labels/conditional.ts";
import { factorControl } from "../../src/metrics/latents/factor_control.ts";
import { coverage } from "../../src/metrics/features/coverage.ts";
import { disentanglement } from "../../src/metrics/latents/disentanglement.ts";
import { duplicates } from "../../src/metrics/copies/duplicates.ts";
import { fewSteps } from "../../src/metrics/features/few_steps.ts";
import { frechet, normalisedDistance } from "../../src/metrics/features/frechet.ts";
import { kernel } from "../../src/metrics/features/kernel.ts";
import { likelihood } from "../../src/metrics/likelihood/likelihood.ts";
import type { Metric } from "../../src/metrics/metric.ts";
import { MetricUnavailable } from "../../src/base/errors.ts";
import type { Subject } from "../../src/subject/subject.ts";
import type { MetricValue } from "../../src/record/value.ts";
import { reconstruction } from "../../src/metrics/image/reconstruction.ts";
import { count, measure, throughput } from "../../src/metrics/speed/throughput.ts";
import { controls } from "../../src/protocols/control/controls.ts";
import { hostKey } from "../../src/random/host/host.ts";
import { toyContext, toyDataset, toyModel, toySize } from "./toy.ts";

const dataset = toyDataset(400);
const model = toyModel(dataset);

async function values<C>(
  metric: Metric<C>,
  options: object,
  subject: Subject<"image"> = model,
): Promise<Record<string, MetricValue>> {
  const config = metric.config.parse(options);
  const found = await metric.compute(toyContext(dataset, subject), config);
  assertEquals(found.map((v) => v.name), metric.declares(config).map((d) => d.name));
  for (const value of found) assertEquals(value.metric, metric.name);
  return Object.fromEntries(found.map((v) => [v.name, v]));
}

function row(name: string): Subject<"image"> {
  return controls[name].open({
    dataset,
    engine: undefined as never,
    key: hostKey(1, name),
  }) as Subject<"image">;
}

Deno.test("names say extractor, sample count and options", () => {
  const names = <C>(metric: Metric<C>, options: object) =>
    metric.declares(metric.config.parse(options)).map((d) => d.name);
  assertEquals(names(frechet, {}), ["FD-judge-heads-v1@2000"]);
  assertEquals(names(frechet, { reference: "train", features: "lite0", samples: 500 }), [
    "FD-lite0-train@500",
  ]);
  assertEquals(names(kernel, { samples: 300, block: 50 }), ["KID-judge-heads-v1-block50@300"]);
  assertEquals(names(coverage, { samples: 300, k: 3 })[0], "precision-k3-judge-heads-v1@300");
  assertEquals(names(factorControl, { by: ["reading"] }), ["read-expression@2000"]);
});

Deno.test("every metric accepts {} and rejects unknown keys", () => {
  const all: Metric<never>[] = [
    frechet,
    fewSteps,
    conditional,
    kernel,
    coverage,
    duplicates,
    factorControl,
    disentanglement,
    likelihood,
    reconstruction,
    throughput,
  ] as never;
  for (const metric of all) {
    assert(metric.config.safeParse({}).success, metric.name);
    assert(!metric.config.safeParse({ nosuch: 1 }).success, metric.name);
    assert(metric.declares(metric.config.parse({})).length > 0, metric.name);
  }
});

Deno.test("distances put held-out data nearest, noise farthest", async () => {
  const options = { samples: 200 };
  for (
    const [metric, name] of [[frechet, "FD-judge-heads-v1@200"], [
      kernel,
      "KID-judge-heads-v1@200",
    ]] as const
  ) {
    const metricOf = metric as Metric<unknown>;
    const near = (await values(metricOf, options, row("held-out")))[name].value!;
    const far = (await values(metricOf, options, row("noise")))[name].value!;
    assert(near < 0.05 * far, `${name}: held-out ${near}, noise ${far}`);
  }
});

Deno.test("the normalised distance is 0 at held-out data, 1 at the Gaussian, null without a span", () => {
  assertEquals(normalisedDistance(2, { heldOut: 2, gaussian: 6 }), 0);
  assertEquals(normalisedDistance(6, { heldOut: 2, gaussian: 6 }), 1);
  assertEquals(normalisedDistance(4, { heldOut: 2, gaussian: 6 }), 0.5);
  assertEquals(normalisedDistance(4, { heldOut: 6, gaussian: 6 }), null);
});

Deno.test("near-duplicates: a training copy is all copies at distance 0, held-out data nearly none", async () => {
  for (const features of ["pixels", "judge"]) {
    const options = { samples: 200, train: 400, features, quantile: 0.02 };
    const copy = Object.values(await values(duplicates, options, row("training-copy")));
    const held = Object.values(await values(duplicates, options, row("held-out")));
    assertEquals(copy[0].value, 1);
    // By exchangeability about q; 200 pictures: q ± 4 √(q (1 − q)/200) = 0.06. Whitening is fitted to
    // the training pictures, in whose 64 leading directions of 192 that hold nothing but noise new
    // ones vary less, and so lie nearer.
    const most = features === "pixels" ? 0.5 : 0.06;
    assert(held[0].value! <= most, `${features}: ${held[0].value}`);
    assertEquals(copy[2].value, 0);
    assertEquals(copy[2].beside!.toHeldOut, 0);
    const nearness = held[2].value!;
    assertAlmostEquals(nearness, 1, 5 * held[2].beside!.standardError, features);
  }
});

Deno.test("a control row that is asked for more pictures than there are says so", async () => {
  await assertRejects(
    () => row("held-out").sample(401),
    MetricUnavailable,
    "has 400 in judge_test",
  );
  const copied = await row("training-copy").sample(410);
  assertEquals(
    copied.data.slice(400 * toySize, 410 * toySize),
    copied.data.slice(0, 10 * toySize),
  );
});

Deno.test("control: the code reads expression, shuffled labels don't; moving it changes what the judge sees", async () => {
  const found = await values(factorControl, { samples: 400, moved: 90, strength: 4 });
  const read = found["read-expression@400"];
  assert(read.value! > 0.95, `${read.value}`);
  // 200 pictures in three classes at chance: SE about √(2/9/200) = 0.033.
  assertAlmostEquals(read.beside!.shuffled, 1 / 3, 5 * 0.034);
  assertEquals(read.beside!.chance, 1 / 3);
  assert(read.beside!.rawPixels > 0.95 && read.beside!.pcaPixels > 0.95);
  const move = found["move-expression@90"];
  assert(move.value! > 0.6, `${move.value}`); // the middle class is passed by both ends' moves
  assertEquals(move.beside!.unmoved, 0);
  assert(move.value! > move.beside!.randomDirection + 0.2);
  assert(found["move-expression-kept@90"].value! > 0.9);
});

Deno.test("control fits its probe on training pictures where it is told to, and reads all test pictures", async () => {
  const mislabelled: Dataset<"image"> = {
    ...dataset,
    digest: "toy with labels of training pictures at random",
    async read(split, indices) {
      const found = await dataset.read(split, indices);
      if (split !== "train") return found;
      const expression = Float32Array.from(indices, (i) => i % 3);
      return { ...found, labels: { ...found.labels, expression } };
    },
  };
  const context = toyContext(mislabelled, model);
  const read = async (fit?: number) => {
    const config = factorControl.config.parse({ samples: 100, by: ["reading"], fit });
    return (await factorControl.compute(context, config))[0].value!;
  };
  assert(await read() > 0.95, "fitted on half of the test pictures");
  // 100 pictures in three classes at chance: SE √(2/9/100) = 0.047.
  assertAlmostEquals(await read(400), 1 / 3, 5 * 0.047);
});

Deno.test("control says what it lacks: no code, no such factor, no judge", async () => {
  const config = factorControl.config.parse({ samples: 100, moved: 20 });
  await assertRejects(
    () => Promise.resolve(factorControl.compute(toyContext(dataset, row("noise")), config)),
    MetricUnavailable,
    "no latent code",
  );
  await assertRejects(
    () =>
      Promise.resolve(
        factorControl.compute(toyContext(dataset, model), { ...config, factor: "shade" }),
      ),
    MetricUnavailable,
    "it has expression, gender",
  );
  const context = toyContext(dataset, model);
  const without = {
    ...context,
    extractor: () => Promise.reject(new MetricUnavailable("not-measured", "no judge here")),
  };
  const found = await factorControl.compute(without, config);
  assert(found[0].value !== null);
  assertEquals(
    found.slice(1).map((v) => [v.value, v.reason]),
    Array(3).fill([null, "no judge here"]),
  );
});

Deno.test("disentanglement of the toy code: informative, and not disentangled along its axes", async () => {
  const found = await values(disentanglement, { samples: 400, factors: ["expression", "gender"] });
  const [mig, d, c, i] = Object.values(found).map((v) => v.value!);
  assert(mig > 0 && mig < 0.9, `MIG ${mig}`);
  assert(d > 0 && d < 1 && c > 0 && c < 1, `${d} ${c}`);
  assert(i > 0.5, `informativeness ${i}`);
});

Deno.test("reconstruction: noise of σ 6 is taken away, so PSNR is that of the noise", async () => {
  const found = await values(reconstruction, { samples: 100 });
  assertAlmostEquals(found["PSNR@100"].value!, 20 * Math.log10(255 / 6), 0.2);
  assert(found["SSIM@100"].value! > 0.3 && found["SSIM@100"].value! < 1);
  const exact = { ...model, reconstruct: (images: never) => Promise.resolve(images) };
  const same = await values(reconstruction, { samples: 10 }, exact as never);
  assertEquals(same["PSNR@10"].value, null);
  assertEquals(same["SSIM@10"].value, 1);
});

Deno.test("likelihood: bounds are labelled, other measures refused, exact ones exact", async () => {
  const found = await values(likelihood, { samples: 50, draws: 8 });
  assertEquals(found["log-likelihood-discrete-256@50"].value, null);
  const elbo = found["ELBO-discrete-256@50"], iw = found["IW8-discrete-256@50"];
  assertEquals([elbo.bound, iw.bound], ["lower", "lower"]);
  assert(elbo.value! < iw.value!);
  const bits = found["bits/dim-discrete-256@50"];
  assertEquals(bits.bound, "upper");
  assertAlmostEquals(bits.value!, -iw.value! / (toySize * Math.LN2), 1e-12);
  const exact = {
    ...model,
    capabilities: { ...model.capabilities, likelihood: "exact" as const },
  };
  const sure = await values(likelihood, { samples: 50, draws: 8 }, exact);
  assertEquals(sure["bits/dim-discrete-256@50"].bound, undefined);
  assertEquals(sure["ELBO-discrete-256@50"].value, null);
  const config = likelihood.config.parse({ measure: "bernoulli", samples: 50 });
  await assertRejects(
    () => Promise.resolve(likelihood.compute(toyContext(dataset, model), config)),
    MetricUnavailable,
    "is over discrete-256",
  );
});

Deno.test("draws: each set of samples has its distance, the first the value; none where they run out", async () => {
  const name = "FD-judge-heads-v1@100";
  const plain = (await values(frechet, { samples: 100 }))[name];
  const drawn = (await values(frechet, { samples: 100, draws: 3 }))[name];
  assertEquals(drawn.value, plain.value);
  assertEquals([drawn.raw!.length, drawn.raw![0]], [3, plain.value]);
  assertEquals(new Set(drawn.raw).size, 3);
  const held = (await values(frechet, { samples: 150, draws: 4 }, row("held-out")))[
    "FD-judge-heads-v1@150"
  ];
  assertEquals([held.raw, held.value !== null], [undefined, true]);
});

Deno.test("a split that is too small is named, with what to do", async () => {
  const config = frechet.config.parse({ samples: 401 });
  await assertRejects(
    () => Promise.resolve(frechet.compute(toyContext(dataset, model), config)),
    MetricUnavailable,
    "the test split of toy holds 400 images and the metric needs 401",
  );
});

Deno.test("throughput: by a clock of known speed, warm-up left out, all repeats kept", async () => {
  let now = 0;
  const log: string[] = [];
  const work = (part: string, batch: number) => {
    let calls = 0;
    return Promise.resolve(() => {
      // The first call is 100 times slower, as compilation is.
      now += (calls++ === 0 ? 100 : 1) * (part === "train" ? 2 : 1) * batch;
      log.push(`${part}${batch}`);
      return Promise.resolve();
    });
  };
  const options = throughput.config.parse({
    batches: [1, 8],
    repeats: 5,
    warmup: 2,
    seconds: 0.02,
  });
  const timed = {
    trainSteps: async (batch: number) => {
      const once = await work("train", batch);
      const twice = async () => {
        await once();
        await once();
      };
      return [{ share: 0.75, work: once }, { share: 0.25, work: twice }];
    },
    sampleBatch: (batch: number) => work("sample", batch),
    flops: (batch: number) => Promise.resolve({ train: 3e6 * batch, sample: 1e6 * batch }),
    peakBytes: () => 3 * 2 ** 20,
  };
  const found = [
    ...await measure(timed, options, { clock: () => now }),
    ...await count(timed, options),
  ];
  const by = Object.fromEntries(found.map((v) => [v.name, v]));
  // A quarter of the steps takes twice as long: 1/(¾/500 + ¼/250).
  assertEquals(by["train-speed-b8"].value, 400);
  assertEquals(by["sample-speed-b1"].value, 1000);
  assertEquals(by["sample-speed-b1"].raw, Array(5).fill(1000));
  assertEquals(by["first-sample-latency"].value, 1);
  assertEquals(by["first-sample-latency"].beside, { cold: 100 });
  assertEquals(by["peak-memory"].value, 3);
  assertEquals([by["train-FLOPs"].value, by["sample-FLOPs"].value], [3, 1]);
  assertEquals(by["train-FLOPs"].kind, "deterministic");
  assertEquals(
    found.map((v) => v.name),
    throughput.declares(options).map((d) => d.name),
  );
  assertEquals(
    throughput.counts!.declares(options).map((d) => d.name),
    ["train-FLOPs", "sample-FLOPs"],
  );
  // Trained on rays, a hundred to a view: rates and FLOPs are of views.
  const rays = { ...timed, trainShare: 0.01 };
  const again = [
    ...await measure(rays, options, { clock: () => now }),
    ...await count(rays, options),
  ].map(({ name, value }) => [name, value]);
  const ofRays = Object.fromEntries(again);
  assertEquals([ofRays["train-speed-b8"], ofRays["sample-speed-b1"]], [4, 1000]);
  assertEquals([ofRays["train-FLOPs"], ofRays["sample-FLOPs"]], [300, 1]);
});
