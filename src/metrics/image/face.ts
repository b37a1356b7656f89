/**
 * What an independent face network makes of samples: does it find faces, whose, with which expression
 * and gender? It was trained on photographs, so each number stands beside the same on true data.
 * @module
 */
import { z } from "zod";
import type { Batch } from "../../kinds/batch/mod.ts";
import type { ImageSet } from "../../kinds/image/mod.ts";
import { balancedLabels } from "../labels/conditional.ts";
import { classFactor } from "../latents/factor_control.ts";
import { likeliest } from "../labels/judging.ts";
import { defineMetric, type EvaluationContext, type Metric } from "../metric.ts";
import { MetricUnavailable } from "../../base/mod.ts";
import { type Extractor, extractorName } from "../../extractors/mod.ts";
import type { MetricValue } from "../../record/mod.ts";
import { requireCount } from "../comparison.ts";
import { extractorRequired, factorRequired, rowsRequired, samplesRequired } from "../requires.ts";
import { balancedAccuracy, nearest } from "../../algebra/mod.ts";

const config = z.strictObject({
  samples: z.int().min(10).default(200).describe("N: samples, and as many test pictures"),
  train: z.int().min(10).default(1000).describe(
    "training pictures searched for the nearest person",
  ),
  confidence: z.number().min(0).max(1).default(0.5).describe("how sure the detector must be"),
  factors: z.array(z.string()).default(["expression", "gender"]).describe(
    "class factors of the data that the network knows too",
  ),
  features: z.string().default("face").describe("the face network"),
});
type Config = z.infer<typeof config>;

/** A value without its number. */
type Declared = Omit<MetricValue, "value">;

function declared({ samples, factors, features }: Config): Record<string, Declared> {
  const by = extractorName(features);
  const value = (part: string, unit: string, direction: MetricValue["direction"]): Declared => ({
    name: `${by}-${part}@${samples}`,
    metric: "face",
    unit,
    direction,
    kind: "quality",
    samples,
  });
  return {
    detected: value("detected", "share", "higher"),
    identity: value("identity", "distance to nearest training face", "none"),
    kept: value("identity-kept", "distance to original", "lower"),
    ...Object.fromEntries(factors.flatMap((factor) => [
      [`asked ${factor}`, value(`${factor}-asked`, "balanced accuracy", "higher")],
      [`kept ${factor}`, value(`${factor}-kept`, "agreement", "higher")],
    ])),
  };
}

const mean = (values: ArrayLike<number>) =>
  Array.from(values).reduce((sum, v) => sum + v, 0) / values.length;

/** Euclidean distances to the nearest of `pool`, their mean. */
async function identityDistance(
  face: Extractor,
  { of, pool }: { of: ImageSet; pool: ImageSet },
): Promise<number> {
  const squares = nearest(await face.extract(of), await face.extract(pool));
  return mean(squares.map(Math.sqrt));
}

/** Mean distance between the features of picture i here and picture i there. */
async function pairDistance(face: Extractor, a: ImageSet, b: ImageSet): Promise<number> {
  const [x, y] = [await face.extract(a), await face.extract(b)];
  const squares = Float64Array.from({ length: x.count }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < x.dimension; j++) {
      sum += (x.data[i * x.dimension + j] - y.data[i * x.dimension + j]) ** 2;
    }
    return sum;
  });
  return mean(squares.map(Math.sqrt));
}

/**
 * Class indices of the data's factor as the network sees them, among the classes that both know:
 * the network's others (fear) can't win.
 * @throws MetricUnavailable where fewer than two classes are shared
 */
async function seen(
  face: Extractor,
  images: ImageSet,
  { factor, classes }: { factor: string; classes: readonly string[] },
): Promise<Int32Array> {
  const own = face.factors?.[factor] ?? [];
  const shared = classes.filter((name) => own.includes(name));
  if (face.classify === undefined || shared.length < 2) {
    throw new MetricUnavailable(
      "not-defined",
      `${face.name} knows ${own.join(", ") || "no classes"} of ${factor}; the data has ` +
        classes.join(", "),
    );
  }
  const all = (await face.classify(images))[factor], k = own.length;
  const p = Float32Array.from(
    { length: images.count * shared.length },
    (_, i) => all[Math.floor(i / shared.length) * k + own.indexOf(shared[i % shared.length])],
  );
  return likeliest(p, images.count).map((c) => classes.indexOf(shared[c]));
}

/** Balanced accuracy over the pictures whose label is among the classes that were named at all. */
function accuracy(named: Int32Array, labels: ArrayLike<number>, classes: number): number {
  const rows = [...named.keys()].filter((i) => labels[i] >= 0);
  return balancedAccuracy(rows.map((i) => named[i]), rows.map((i) => labels[i]), classes);
}

/** The value, or null with the reason where it can't be had. */
async function attempt(
  value: Declared,
  compute: () => Promise<Pick<MetricValue, "value" | "beside">>,
): Promise<MetricValue> {
  try {
    return { ...value, ...await compute() };
  } catch (error) {
    if (!(error instanceof MetricUnavailable)) throw error;
    return { ...value, value: null, status: error.status, reason: error.message };
  }
}

/** What all parts share. */
interface Parts {
  readonly context: EvaluationContext<"image">;
  readonly face: Extractor;
  readonly options: Config;
  readonly test: Batch<"image">;
}

function refuse({ context }: Parts, what: string): never {
  throw new MetricUnavailable("not-defined", `${context.subject.label} ${what}`);
}

async function askedFactor(parts: Parts, factor: string) {
  const { context, face, options, test } = parts, { subject } = context;
  const { classes } = classFactor(context, factor);
  if (!subject.capabilities.conditions?.includes(factor)) {
    refuse(parts, `can't be asked for ${factor}`);
  }
  const labels = await balancedLabels(context, { factor, samples: options.samples });
  const images = await subject.sample(options.samples, { labels });
  const named = await seen(face, images, { factor, classes });
  const real = await seen(face, test.samples, { factor, classes });
  return {
    value: accuracy(named, labels[factor], classes.length),
    beside: {
      real: accuracy(real, test.labels[factor], classes.length),
      chance: 1 / classes.length,
    },
  };
}

async function keptFactor(parts: Parts, again: () => Promise<ImageSet>, factor: string) {
  const { context, face, test } = parts;
  const { classes } = classFactor(context, factor);
  const before = await seen(face, test.samples, { factor, classes });
  const after = await seen(face, await again(), { factor, classes });
  return {
    value: mean(before.map((c, i) => c === after[i] ? 1 : 0)),
    beside: { accuracyOnReal: accuracy(before, test.labels[factor], classes.length) },
  };
}

/**
 * `face-detected@N`: share of samples in which the detector finds a face; `face-identity@N`: mean
 * distance of a sample to the nearest training picture, between persons as the network tells them;
 * `face-identity-kept@N`: mean distance between a test picture and its reconstruction;
 * `face-<factor>-asked@N`: how often the network sees the class that was asked for, all classes
 * alike; `face-<factor>-kept@N`: share of reconstructions of which it says what it says of the
 * original. Each beside the same on test pictures, or its accuracy on them.
 */
export const face: Metric<Config> = defineMetric<Config>({
  name: "face",
  version: 1,
  about: "what an independent face network finds: faces, persons, expressions, genders, and the " +
    "same on true data",
  papers: ["arXiv:1512.02325", "arXiv:1801.04381"],
  phase: "quality",
  config,
  declares: (options) => Object.values(declared(options)),
  requires: ({ samples, train, factors, features }) => [
    rowsRequired("test", samples),
    samplesRequired(samples),
    rowsRequired("train", train, "train"),
    extractorRequired(features, { gives: "persons" }),
    ...factors.map((name) => factorRequired(name, { key: "factors", whenGiven: true })),
  ],
  async compute(context, options) {
    const { subject, dataset } = context, { samples, train, confidence } = options;
    requireCount(dataset, "test", samples);
    requireCount(dataset, "train", train);
    const network = await context.extractor(options.features);
    const parts: Parts = {
      context,
      face: network,
      options,
      test: await context.split("test", samples),
    };
    const { samples: test } = parts.test;
    const pool = (await context.split("train", train)).samples;
    const values = declared(options);
    const found = async (images: ImageSet) => {
      if (network.detect === undefined) {
        throw new MetricUnavailable("not-defined", `${network.name} detects nothing`);
      }
      return mean((await network.detect(images)).map((p) => p >= confidence ? 1 : 0));
    };
    let reconstructed: Promise<ImageSet> | undefined;
    const again = () =>
      reconstructed ??= subject.reconstruct?.(test) ?? refuse(parts, "does not reconstruct");
    const out = [
      await attempt(values.detected, async () => ({
        value: await found(await subject.sample(samples)),
        beside: { real: await found(test) },
      })),
      await attempt(values.identity, async () => ({
        value: await identityDistance(network, { of: await subject.sample(samples), pool }),
        beside: { real: await identityDistance(network, { of: test, pool }) },
      })),
      await attempt(values.kept, async () => ({
        value: await pairDistance(network, test, await again()),
        beside: { toNearestTraining: await identityDistance(network, { of: test, pool }) },
      })),
    ];
    for (const factor of options.factors) {
      out.push(
        await attempt(values[`asked ${factor}`], () => askedFactor(parts, factor)),
        await attempt(values[`kept ${factor}`], () => keptFactor(parts, again, factor)),
      );
    }
    return out;
  },
});
