/** Metrics of fidelity, diversity, memory and transport from end to end, where answers are known. */
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { algebraFor, algebraLabel, exactAlgebraFor } from "../../src/algebra/algebra.ts";
import { hostAlgebra } from "../../src/algebra/host.ts";
import { authenticity } from "../../src/metrics/copies/authenticity.ts";
import { classScore } from "../../src/metrics/features/class_score.ts";
import { clipped } from "../../src/metrics/features/clipped.ts";
import { featureLikelihoodMetric } from "../../src/metrics/features/feature_likelihood.ts";
import { frechet } from "../../src/metrics/features/frechet.ts";
import { frechetInfinity } from "../../src/metrics/features/frechet_infinity.ts";
import { kernel } from "../../src/metrics/features/kernel.ts";
import type { Metric } from "../../src/metrics/metric.ts";
import { MetricUnavailable } from "../../src/base/errors.ts";
import type { Subject } from "../../src/subject/subject.ts";
import type { Extractor } from "../../src/extractors/extractor.ts";
import type { MetricValue } from "../../src/record/value.ts";
import { pathLength } from "../../src/metrics/latents/path_length.ts";
import { reconstruction } from "../../src/metrics/image/reconstruction.ts";
import { similarity } from "../../src/metrics/features/similarity.ts";
import { sliced } from "../../src/metrics/features/sliced.ts";
import { vendi } from "../../src/metrics/features/vendi.ts";
import { controls } from "../../src/protocols/control/controls.ts";
import { hostKey } from "../../src/random/host/host.ts";
import { fast, withoutOpenblas } from "../algebra/algebras.ts";
import { toyContext, toyDataset, toyJudge, toyModel } from "./toy.ts";

const dataset = toyDataset(400);
const model = toyModel(dataset);

async function values<C>(
  metric: Metric<C>,
  options: object,
  { subject = model, judge = toyJudge }: { subject?: Subject<"image">; judge?: Extractor } = {},
): Promise<MetricValue[]> {
  const config = metric.config.parse(options);
  const found = await metric.compute(toyContext(dataset, subject, { judge }), config);
  assertEquals(found.map((v) => v.name), metric.declares(config).map((d) => d.name));
  for (const value of found) assertEquals(value.metric, metric.name);
  return [...found];
}

function row(name: string): Subject<"image"> {
  return controls[name].open({
    dataset,
    engine: undefined as never,
    key: hostKey(1, name),
  }) as Subject<"image">;
}

const all: readonly Metric<never>[] = [
  frechetInfinity,
  sliced,
  clipped,
  featureLikelihoodMetric,
  vendi,
  similarity,
  classScore,
  pathLength,
  authenticity,
] as never;

Deno.test("each accepts {}, rejects unknown keys, and names extractor and N", () => {
  for (const metric of all) {
    assert(metric.config.safeParse({}).success, metric.name);
    assert(!metric.config.safeParse({ nosuch: 1 }).success, metric.name);
    for (const { name, samples } of metric.declares(metric.config.parse({}))) {
      assert(name.endsWith(`@${samples}`), name);
      assert(metric === similarity || name.includes("judge-heads-v1"), name);
    }
  }
  const named = <C>(metric: Metric<C>, options: object) =>
    metric.declares(metric.config.parse(options))[0].name;
  assertEquals(named(classScore, { features: "inception-fid" }), "IS@2000");
  assertEquals(named(classScore, { features: "inception-fid", splits: 10 }), "IS-x10@2000");
  assertEquals(named(frechet, { spatial: true }), "sFD-judge-heads-v1@2000");
  assertEquals(named(kernel, { block: 1000, subsets: 100 }), "KID-judge-heads-v1-100x1000@2000");
  assert(!kernel.config.safeParse({ subsets: 3 }).success);
});

Deno.test("distances and fidelity put held-out data nearest, noise farthest", async () => {
  const options = { samples: 200 };
  for (const metric of [frechetInfinity, sliced, featureLikelihoodMetric] as Metric<unknown>[]) {
    const near = (await values(metric, options, { subject: row("held-out") }))[0];
    const far = (await values(metric, options, { subject: row("noise") }))[0];
    assert(near.value! < 0.2 * far.value!, `${near.name}: ${near.value}, noise ${far.value}`);
  }
  const [density, coverage] = await values(clipped, options, { subject: row("held-out") });
  assert(density.value! > 0.8 && coverage.value! > 0.8, `${density.value} ${coverage.value}`);
  const noise = await values(clipped, options, { subject: row("noise") });
  assert(noise.every((v) => v.value! < 0.1), `${noise.map((v) => v.value)}`);
});

Deno.test("FD∞ says its interval and the distance at N", async () => {
  const [found] = await values(frechetInfinity, { samples: 200 }, { subject: row("noise") });
  assert(found.beside!.low < found.value! && found.value! < found.beside!.high);
  assert(Math.abs(found.beside!["at 200"] / found.value! - 1) < 0.1);
  await assertRejects(
    () => values(frechetInfinity, { samples: 20, halvings: 3 }),
    MetricUnavailable,
    "42 are needed",
  );
});

Deno.test("a training copy: nothing authentic, a gap far below 0; held-out data beside it", async () => {
  const subject = row("training-copy");
  const [copied] = await values(authenticity, { samples: 200 }, { subject });
  assertEquals(copied.value, 0);
  assert(copied.beside!.heldOut > 0.2 && copied.beside!.heldOut < 0.9);
  const [, gap] = await values(featureLikelihoodMetric, { samples: 200 }, { subject });
  assert(gap.value! < -100, `${gap.value}`);
  const [, fresh] = await values(featureLikelihoodMetric, { samples: 200 });
  assert(fresh.value! > -50, `${fresh.value}`);
});

Deno.test("a collapsed model: few different samples, all alike, sure of one class", async () => {
  const one = (await dataset.read("judge", [0])).samples;
  const collapsed: Subject<"image"> = {
    ...model,
    sample: (count) =>
      Promise.resolve({
        ...one,
        count,
        data: Uint8Array.from({ length: count * one.data.length }, (_, i) =>
          one.data[i % one.data.length]),
      }),
  };
  const [effective] = await values(vendi, { samples: 100 }, { subject: collapsed });
  assertAlmostEquals(effective.value!, 1, 1e-6);
  assert(effective.beside!.data > 1.2);
  const [alike] = await values(similarity, { samples: 50, pairs: 40 }, { subject: collapsed });
  assertAlmostEquals(alike.value!, 1, 1e-12);
  assert(alike.beside!.data < 0.9);
  const [score] = await values(classScore, { samples: 100 }, { subject: collapsed });
  assertAlmostEquals(score.value!, 1, 1e-9);
  // Three sure classes, nearly even.
  assertAlmostEquals(score.beside!.data, 3, 0.1);
});

Deno.test("a straight code has the shortest ways", async () => {
  const [found] = await values(pathLength, { samples: 200, steps: 4 });
  // Ends are rounded to whole grey levels: about 0.02 of 0.3 in each of two features.
  assertAlmostEquals(found.value! / found.beside!.straight, 1, 0.1);
  await assertRejects(
    () => values(pathLength, {}, { subject: row("noise") }),
    MetricUnavailable,
    "no latent code",
  );
});

Deno.test("spatial features are the extractor's own; without them the reason is said", async () => {
  const judge: Extractor = {
    ...toyJudge,
    spatial: async (images) => {
      const features = await toyJudge.extract(images);
      return { ...features, data: features.data.map((v) => v + 3) };
    },
  };
  const options = { samples: 100, spatial: true };
  const [where] = await values(frechet, options, { judge });
  const [pooled] = await values(frechet, { samples: 100 }, { judge });
  assertAlmostEquals(where.value!, pooled.value!, 1e-9); // both sides are moved
  await assertRejects(() => values(frechet, options), MetricUnavailable, "no spatial features");
});

Deno.test("subsets of the kernel distance are seeded, with their deviation beside", async () => {
  const options = { samples: 100, block: 40, subsets: 5 };
  const [first] = await values(kernel, options), [again] = await values(kernel, options);
  assertEquals(first.value, again.value);
  assert(first.beside!.deviation > 0);
});

Deno.test("MS-SSIM of reconstructions where it is asked for and pictures are large enough", async () => {
  const found = await values(reconstruction, { samples: 20, scales: 2 });
  assertEquals(found.map((v) => v.name), ["PSNR@20", "SSIM@20", "MS-SSIM-s2@20"]);
  assert(found[2].value! > 0.3 && found[2].value! < 1);
  const large = await values(reconstruction, { samples: 20, scales: 3 });
  assertEquals(large[2].value, null);
  assert(large[2].reason!.includes("too small for 3 scales"));
});

Deno.test("classes that the classifier doesn't have are named with those it has", async () => {
  const options = { samples: 50, factor: "shade" };
  await assertRejects(() => values(classScore, options), MetricUnavailable, "expression, gender");
  const { classify: _none, ...blind } = toyJudge;
  await assertRejects(
    () => values(classScore, { samples: 50 }, { judge: blind }),
    MetricUnavailable,
    "names no classes",
  );
});

Deno.test("narrow features are computed with every machine's bits; OpenBLAS is labelled", () => {
  assertEquals(algebraFor(64), hostAlgebra);
  assertEquals(algebraFor(4096, { asked: "host" }), hostAlgebra);
  assertEquals(algebraFor(4096, { anyMachine: true }), hostAlgebra);
  assertEquals(exactAlgebraFor(64), null);
  assertEquals(algebraLabel(hostAlgebra), {});
  assertEquals(algebraLabel({ ...hostAlgebra, name: "OpenBLAS 1" }), { label: "OpenBLAS 1" });
});

Deno.test("OpenBLAS asked for by name and missing is said, never computed by another", async () => {
  const found = await withoutOpenblas("tests/algebra/asked_for.ts") as Record<
    string,
    string
  >;
  assertEquals([found.error, found.wide], ["MetricUnavailable", hostAlgebra.name]);
  assertStringIncludes(found.message, "OpenBLAS was asked for and is not installed");
});

fast.test("OpenBLAS asked for by name computes, and wide features take it unasked", () => {
  assertEquals(algebraFor(4, { asked: "openblas" }), fast.algebra);
  assertEquals(algebraFor(4096), fast.algebra);
});
