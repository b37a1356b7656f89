/**
 * Control over a labelled factor through the latent code: can it be read, and can it be moved?
 * @module
 */
import { z } from "zod";
import type { Factor } from "../data/dataset.ts";
import type { HostKey } from "../random/host.ts";
import { intervene } from "./intervention.ts";
import { defineMetric, MetricUnavailable } from "./metric.ts";
import type { EvaluationContext, Features, Metric, MetricValue } from "./metric.ts";
import { requireCount } from "./names.ts";
import { readFactor } from "./reading.ts";

const config = z.strictObject({
  factor: z.string().default("expression").describe("class factor of the dataset"),
  by: z.array(z.enum(["reading", "intervention"])).min(1).default(["reading", "intervention"]),
  samples: z.int().min(20).default(2000).describe(
    "N: test pictures; a probe is fitted on one half and read on the other",
  ),
  moved: z.int().min(10).default(240).describe("M: pictures whose code is moved"),
  strength: z.number().gt(0).default(3).describe(
    "length of the move in standard deviations of the code along its direction",
  ),
  features: z.string().default("judge").describe("the classifier that judges moved pictures"),
});
type Config = z.infer<typeof config>;

/** Labelled codes in two halves of the test split: [fit, read]. */
export interface Halves {
  readonly classes: number;
  readonly fit: { codes: Features; pixels: Features; labels: Int32Array };
  readonly read: { codes: Features; pixels: Features; labels: Int32Array };
}

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

async function halves(context: EvaluationContext, options: Config): Promise<Halves> {
  const { subject } = context;
  if (subject.capabilities.latent === "none" || !subject.encode) {
    throw new MetricUnavailable("not-defined", `${subject.label} has no latent code`);
  }
  const { classes } = classFactor(context, options.factor);
  requireCount(context.dataset, "test", options.samples);
  const { images, labels } = await context.split("test", options.samples);
  const all = await subject.encode(images);
  const width = images.height * images.width * images.channels;
  const labelled = [...labels[options.factor].keys()].filter((i) => labels[options.factor][i] >= 0);
  const half = labelled.length >> 1;
  const part = (rows: number[]) => {
    const codes = new Float64Array(rows.length * all.dimension);
    const pixels = new Float64Array(rows.length * width);
    rows.forEach((row, r) => {
      codes.set(
        all.data.subarray(row * all.dimension, (row + 1) * all.dimension),
        r * all.dimension,
      );
      for (let j = 0; j < width; j++) pixels[r * width + j] = images.data[row * width + j] / 255;
    });
    return {
      codes: { count: rows.length, dimension: all.dimension, data: codes },
      pixels: { count: rows.length, dimension: width, data: pixels },
      labels: Int32Array.from(rows, (row) => labels[options.factor][row]),
    };
  };
  return {
    classes: classes.length,
    fit: part(labelled.slice(0, half)),
    read: part(labelled.slice(half)),
  };
}

/**
 * `read-<factor>@N`: balanced accuracy of a linear probe on codes (posterior means), beside the
 * same probe on shuffled labels, on raw pixels, on as many principal components of the pixels as
 * the code has numbers, and chance.
 *
 * `move-<factor>@M`: how often the judge sees the class that a code was moved to, balanced over
 * classes, beside unmoved codes and moves of the same length in random directions;
 * `move-<factor>-kept@M`: share of the judge's other answers that the move leaves alone;
 * `move-<factor>-cosine@M`: cosine of the judge's features before and after.
 */
export const control: Metric<Config> = defineMetric<Config>({
  name: "control",
  version: 1,
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
  async compute(context, options) {
    const sets = await halves(context, options);
    const key = (purpose: string): HostKey => context.key(`control ${purpose}`);
    context.progress?.(`probing ${options.factor}`);
    const { probe, value, beside } = readFactor(sets, key);
    const values: MetricValue[] = [];
    for (const way of options.by) {
      const declared = control.declares({ ...options, by: [way] });
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
