/**
 * Discrete latents: how many of their codes are used, and what they say of a labelled factor.
 * @module
 */
import { z } from "zod";
import type { ImageSet } from "../../kinds/image/mod.ts";
import { exp, log } from "../../numeric/mod.ts";
import { type HostKey, hostPermutation } from "../../random/host/mod.ts";
import { classFactor } from "./factor_control.ts";
import { entropy, mutualInformation } from "./disentanglement.ts";
import { defineMetric, type EvaluationContext, type Metric } from "../metric.ts";
import { MetricUnavailable } from "../../base/mod.ts";
import type { Codes } from "../../subject/mod.ts";
import type { MetricValue } from "../../record/mod.ts";
import { requireCount } from "../comparison.ts";
import { factorRequired, rowsRequired } from "../requires.ts";
import { balancedAccuracy } from "../../algebra/mod.ts";

/** How the codes of some pictures are spread over all that there are. */
export interface CodeUsage {
  /** exp of the entropy of their frequencies, over pictures and positions: 1 … min(K, codes). */
  readonly perplexity: number;
  /** Share of the K codes that occur. */
  readonly used: number;
}

/** See `CodeUsage`. Van den Oord et al. 2017 report the perplexity. */
export function codeUsage({ size, data }: Codes): CodeUsage {
  return { perplexity: exp(entropy(data)), used: new Set(data).size / size };
}

/** Pictures in rows with the classes of a factor. */
export interface Labelled {
  readonly codes: Codes;
  readonly labels: Int32Array;
}

/** Log probabilities of each code at each position given the class: [class][position·K + code]. */
export interface CodeReader {
  readonly size: number;
  readonly perPicture: number;
  readonly logs: readonly Float64Array[];
}

/**
 * Categorical naive Bayes: p(code k at position t | class c) = (n + 1)/(N_c + K), Laplace's rule of
 * succession. Classes that don't occur are never named.
 */
export function fitCodeReader({ codes, labels }: Labelled, classes: number): CodeReader {
  const { size, perPicture, count, data } = codes;
  const counts = Array.from({ length: classes }, () => new Float64Array(perPicture * size));
  const rows = new Float64Array(classes);
  for (let i = 0; i < count; i++) {
    rows[labels[i]]++;
    for (let t = 0; t < perPicture; t++) {
      counts[labels[i]][t * size + data[i * perPicture + t]]++;
    }
  }
  const logs = counts.map((own, c) =>
    rows[c] === 0 ? own.fill(-Infinity) : own.map((n) => log((n + 1) / (rows[c] + size)))
  );
  return { size, perPicture, logs };
}

/**
 * The class under which a picture's codes are most probable, all classes alike beforehand as balanced
 * accuracy counts them; the first on a tie. @returns [count]
 */
export function readCodes({ size, perPicture, logs }: CodeReader, codes: Codes): Int32Array {
  return Int32Array.from({ length: codes.count }, (_, i) => {
    let best = -Infinity;
    let named = 0;
    logs.forEach((own, c) => {
      let sum = 0;
      for (let t = 0; t < perPicture; t++) sum += own[t * size + codes.data[i * perPicture + t]];
      if (sum > best) {
        best = sum;
        named = c;
      }
    });
    return named;
  });
}

/** 2 I(x; y)/(H(x) + H(y)): 0 for independent variables, 1 where each tells the other; 0 without any entropy. */
export function normalisedInformation(x: Int32Array, y: Int32Array): number {
  const sum = entropy(x) + entropy(y);
  return sum > 0 ? Math.max(0, 2 * mutualInformation(x, y) / sum) : 0;
}

/** The codes of all pictures at one position. */
function at({ count, perPicture, data }: Codes, position: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => data[i * perPicture + position]);
}

/** The position that knows most of the labels on one half, and what it knows on the other. */
export function mostInformative(
  { fit, read }: { fit: Labelled; read: Labelled },
): { position: number; value: number } {
  let position = 0;
  let most = -Infinity;
  for (let t = 0; t < fit.codes.perPicture; t++) {
    const value = normalisedInformation(at(fit.codes, t), fit.labels);
    if (value > most) {
      most = value;
      position = t;
    }
  }
  return { position, value: normalisedInformation(at(read.codes, position), read.labels) };
}

/** Pixel values as symbols: ⌊v·L/256⌋ with L the codes' number, at most 256. */
export function pixelCodes(images: ImageSet, size: number): Codes {
  const levels = Math.min(256, size);
  const { count, data } = images;
  return {
    count,
    perPicture: images.height * images.width * images.channels,
    size: levels,
    data: Int32Array.from(data, (v) => Math.floor(v * levels / 256)),
  };
}

function rowsOf({ perPicture, size, data }: Codes, rows: readonly number[]): Codes {
  const out = new Int32Array(rows.length * perPicture);
  rows.forEach((row, r) => {
    out.set(data.subarray(row * perPicture, (row + 1) * perPicture), r * perPicture);
  });
  return { count: rows.length, perPicture, size, data: out };
}

const config = z.strictObject({
  samples: z.int().min(20).default(2000).describe(
    "N: test pictures; a factor is learnt on one half and read on the other",
  ),
  factor: z.string().default("gender").describe("class factor of the dataset"),
});
type Config = z.infer<typeof config>;

function readFactor(
  context: EvaluationContext,
  all: { codes: Codes; images: ImageSet; labels: ArrayLike<number> },
  options: Config,
): Pick<MetricValue, "value" | "beside">[] {
  const classes = classFactor(context, options.factor).classes.length;
  const rows = Array.from(all.labels).flatMap((label, i) => label >= 0 ? [i] : []);
  const half = rows.length >> 1;
  const halves = (codes: Codes, labels: (row: number) => number) => {
    const part = (of: number[]): Labelled => ({
      codes: rowsOf(codes, of),
      labels: Int32Array.from(of, labels),
    });
    return { fit: part(rows.slice(0, half)), read: part(rows.slice(half)) };
  };
  const key: HostKey = context.key("codes shuffled labels");
  const order = hostPermutation(key, rows.length);
  const shuffledOf = new Map(rows.map((row, i) => [row, all.labels[rows[order[i]]]]));
  const told = halves(all.codes, (row) => all.labels[row]);
  const shuffled = halves(all.codes, (row) => shuffledOf.get(row)!);
  const pixels = halves(pixelCodes(all.images, all.codes.size), (row) => all.labels[row]);
  const score = (fit: Labelled, read: Labelled) =>
    balancedAccuracy(readCodes(fitCodeReader(fit, classes), read.codes), read.labels, classes);
  const best = mostInformative(told);
  return [
    {
      value: score(told.fit, told.read),
      beside: {
        chance: 1 / new Set(told.read.labels).size,
        shuffled: score(shuffled.fit, told.read),
        pixels: score(pixels.fit, pixels.read),
      },
    },
    {
      value: best.value,
      beside: { shuffled: mostInformative(shuffled).value, position: best.position },
    },
  ];
}

/**
 * `code-perplexity@N` and `code-use@N`: exp of the entropy of the codes of N test pictures, and the
 * share of codes that occur, beside K.
 *
 * `codes-read-<factor>@N`: balanced accuracy of a categorical naive Bayes reader of the codes, beside
 * chance, the reader of shuffled labels, and the same reader of the pictures' pixel values quantised
 * to as many symbols. `codes-NMI-<factor>@N`: normalised mutual information of the factor and the one
 * position that knows most of it, chosen on the half that is not measured, beside the same for
 * shuffled labels: what is found where there is nothing to find.
 */
export const codes: Metric<Config> = defineMetric<Config>({
  name: "codes",
  version: 1,
  about: "discrete latents: how many codes are used, their perplexity, and a factor read from them",
  papers: ["arXiv:1711.00937", "doi:10.1162/153244303321897735"],
  phase: "quality",
  config,
  declares({ samples, factor }) {
    const common = { metric: "codes", direction: "higher", kind: "quality", samples } as const;
    return [
      { ...common, name: `code-perplexity@${samples}`, unit: "codes" },
      { ...common, name: `code-use@${samples}`, unit: "share" },
      { ...common, name: `codes-read-${factor}@${samples}`, unit: "balanced accuracy" },
      { ...common, name: `codes-NMI-${factor}@${samples}`, unit: "" },
    ];
  },
  requires: ({ samples, factor }) => [rowsRequired("test", samples), factorRequired(factor)],
  async compute(context, options) {
    const { subject, dataset } = context;
    if (!subject.codes) {
      throw new MetricUnavailable("not-defined", `${subject.label} has no discrete latents`);
    }
    requireCount(dataset, "test", options.samples);
    const { samples: images, labels } = await context.split("test", options.samples);
    const found = await subject.codes(images);
    const usage = codeUsage(found);
    const beside = { codes: found.size, positions: found.perPicture };
    const [perplexity, used, ...rest] = codes.declares(options);
    const values: MetricValue[] = [
      { ...perplexity, value: usage.perplexity, beside },
      { ...used, value: usage.used, beside },
    ];
    try {
      const read = readFactor(
        context,
        { codes: found, images, labels: labels[options.factor] ?? [] },
        options,
      );
      rest.forEach((name, i) => values.push({ ...name, ...read[i] }));
    } catch (error) {
      if (!(error instanceof MetricUnavailable)) throw error;
      const { status, message: reason } = error;
      for (const name of rest) values.push({ ...name, value: null, status, reason });
    }
    return values;
  },
});
