/**
 * Control over a labelled factor through the latent code: can it be read, and can it be moved?
 * @module
 */
import type { ProbeSets } from "./probe_sets.ts";
import { z } from "zod";
import type { Factor } from "../../data/mod.ts";
import type { HostKey } from "../../random/host/mod.ts";
import { intervene } from "./intervention.ts";
import { defineMetric, type EvaluationContext, type Metric } from "../metric.ts";
import { MetricUnavailable } from "../../base/mod.ts";
import type { MetricValue } from "../../record/mod.ts";
import { requireCount } from "../comparison.ts";
import { extractorRequired, factorRequired, rowsRequired } from "../requires.ts";
import { readFactor } from "./reading.ts";

const config = z.strictObject({
  factor: z.string().default("expression").describe("class factor of the dataset"),
  by: z.array(z.enum(["reading", "intervention"])).min(1).default(["reading", "intervention"]),
  samples: z.int().min(20).default(2000).describe(
    "N: test pictures; a probe is fitted on one half and read on the other, unless `fit` is given",
  ),
  fit: z.int().min(10).optional().describe(
    "training pictures to fit the probe on, which is then read on all N test pictures",
  ),
  moved: z.int().min(10).default(240).describe("M: pictures whose code is moved"),
  strength: z.number().gt(0).default(3).describe(
    "length of the move in standard deviations of the code along its direction",
  ),
  features: z.string().default("judge").describe("the classifier that judges moved pictures"),
});
type Config = z.infer<typeof config>;

/** The class factor of this name. @throws MetricUnavailable where the data has none */
export function classFactor(context: EvaluationContext, name: string): Factor & { kind: "class" } {
  const factor = context.dataset.factors.find((f) => f.name === name);
  if (!factor || factor.kind !== "class") {
    const classes = context.dataset.factors.filter((f) => f.kind === "class").map((f) => f.name);
    throw new MetricUnavailable(
      "not-defined",
      `${context.dataset.name} has no class factor "${name}"` +
        (classes.length ? `; it has ${classes.join(", ")}` : ""),
    );
  }
  return factor;
}

/** The first `count` labelled pictures of a split as the probe takes them. */
async function labelledCodes(
  context: EvaluationContext<"image">,
  { split, count, factor }: { split: "train" | "test"; count: number; factor: string },
) {
  requireCount(context.dataset, split, count);
  const { samples: images, labels } = await context.split(split, count);
  const all = await context.subject.encode!(images);
  const width = images.height * images.width * images.channels;
  const labelled = [...labels[factor].keys()].filter((i) => labels[factor][i] >= 0);
  const rows = (from: number, to = labelled.length): ProbeSets["fit"] => {
    const taken = labelled.slice(from, to);
    const codes = new Float64Array(taken.length * all.dimension);
    const pixels = new Float64Array(taken.length * width);
    taken.forEach((row, r) => {
      codes.set(
        all.data.subarray(row * all.dimension, (row + 1) * all.dimension),
        r * all.dimension,
      );
      for (let j = 0; j < width; j++) pixels[r * width + j] = images.data[row * width + j] / 255;
    });
    return {
      codes: { count: taken.length, dimension: all.dimension, data: codes },
      pixels: { count: taken.length, dimension: width, data: pixels },
      labels: Int32Array.from(taken, (row) => labels[factor][row]),
    };
  };
  return { count: labelled.length, rows };
}

async function probeSets(context: EvaluationContext<"image">, options: Config): Promise<ProbeSets> {
  const { subject } = context;
  if (subject.capabilities.latent === "none" || !subject.encode) {
    throw new MetricUnavailable("not-defined", `${subject.label} has no latent code`);
  }
  const { factor, samples, fit } = options;
  const { classes } = classFactor(context, factor);
  const test = await labelledCodes(context, { split: "test", count: samples, factor });
  if (fit !== undefined) {
    const train = await labelledCodes(context, { split: "train", count: fit, factor });
    return { classes: classes.length, fit: train.rows(0), read: test.rows(0) };
  }
  const half = test.count >> 1;
  return { classes: classes.length, fit: test.rows(0, half), read: test.rows(half) };
}

/**
 * `read-<factor>@N`: balanced accuracy of a linear probe on codes (posterior means), fitted on half of
 * N test pictures and read on the other, or fitted on training pictures and read on N; beside the
 * same probe on shuffled labels, on raw pixels, on as many principal components of the pixels as the
 * code has numbers (where those are fewer than the pixels), and chance.
 *
 * `move-<factor>@M`: how often the judge sees the class that a code was moved to, balanced over
 * classes, beside unmoved codes and moves of the same length in random directions;
 * `move-<factor>-kept@M`: share of the judge's other answers that the move leaves alone;
 * `move-<factor>-cosine@M`: cosine of the judge's features before and after.
 */
export const factorControl: Metric<Config> = defineMetric<Config>({
  name: "control",
  version: 2,
  about: "a factor read from the code by a linear probe, and changed by moving the code",
  papers: ["arXiv:1610.01644", "doi:10.1016/j.neuroimage.2013.10.067"],
  phase: "quality",
  config,
  declares({ factor, by, samples, moved }) {
    const common = { metric: "control", direction: "higher", kind: "quality" } as const;
    const reading = [{
      ...common,
      name: `read-${factor}@${samples}`,
      unit: "balanced accuracy",
      samples,
    }];
    const intervention = [
      { ...common, name: `move-${factor}@${moved}`, unit: "balanced rate", samples: moved },
      { ...common, name: `move-${factor}-kept@${moved}`, unit: "share", samples: moved },
      { ...common, name: `move-${factor}-cosine@${moved}`, unit: "", samples: moved },
    ];
    return by.flatMap((way) => way === "reading" ? reading : intervention);
  },
  requires: ({ factor, by, samples, fit, features, moved }) => [
    factorRequired(factor),
    rowsRequired("test", samples),
    ...(fit === undefined ? [] : [rowsRequired("train", fit, "fit")]),
    ...(by.includes("intervention")
      ? [extractorRequired(features, { gives: "classes" }), {
        kind: "most" as const,
        key: "moved",
        count: moved,
        most: fit === undefined ? samples - (samples >> 1) : samples,
        why: fit === undefined ? "the half that the probe doesn't see holds" : "N is",
      }]
      : []),
  ],
  async compute(context, options) {
    const sets = await probeSets(context, options);
    const key = (purpose: string): HostKey => context.key(`control ${purpose}`);
    context.progress?.(`probing ${options.factor}`);
    const { probe, value, beside } = await readFactor(sets, {
      key,
      sameForAll: (name, make) =>
        context.remembered([
          ...[name, "control", factorControl.version, options.factor],
          ...[sets.fit.labels.length, sets.read.labels.length, options.fit ? "train" : "half"],
        ], make),
    });
    const values: MetricValue[] = [];
    for (const way of options.by) {
      const declared = factorControl.declares({ ...options, by: [way] });
      if (way === "reading") {
        values.push({ ...declared[0], value, beside });
        continue;
      }
      try {
        const judge = await context.extractor(options.features);
        const found = await intervene(
          { subject: context.subject, judge, sets, probe, key },
          options,
        );
        declared.forEach((name, i) => values.push({ ...name, ...found[i] }));
      } catch (error) {
        if (!(error instanceof MetricUnavailable)) throw error;
        const { status, message: reason } = error;
        for (const name of declared) values.push({ ...name, value: null, status, reason });
      }
    }
    return values;
  },
});
