/**
 * Whether single code numbers stand for single factors: MIG and DCI.
 * @module
 */
import { z } from "zod";
import type { Factor } from "../../data/mod.ts";
import { log } from "../../numeric/mod.ts";
import { type Features, lassoImportance } from "../../algebra/mod.ts";
import type { KindName } from "../../kinds/mod.ts";
import { defineMetric, type Metric } from "../metric.ts";
import { MetricUnavailable } from "../../base/mod.ts";
import { requireCount } from "../comparison.ts";
import { factorRequired, rowsRequired } from "../requires.ts";

/** Bins of equal width from the smallest value to the largest. @returns [count], 0 … bins−1 */
export function histogram(values: ArrayLike<number>, bins: number): Int32Array {
  let low = Infinity, high = -Infinity;
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i]);
    high = Math.max(high, values[i]);
  }
  const width = high - low;
  return Int32Array.from(
    { length: values.length },
    (_, i) => width > 0 ? Math.min(bins - 1, Math.floor((values[i] - low) / width * bins)) : 0,
  );
}

/** Entropy of a discrete variable, nats, by its frequencies. */
export function entropy(x: Int32Array): number {
  const counts = new Map<number, number>();
  for (const v of x) counts.set(v, (counts.get(v) ?? 0) + 1);
  let h = 0;
  for (const n of counts.values()) h -= n / x.length * log(n / x.length);
  return h;
}

/** I(x; y) = H(x) + H(y) − H(x, y), nats. */
export function mutualInformation(x: Int32Array, y: Int32Array): number {
  return entropy(x) + entropy(y) - entropy(x.map((v, i) => v * 4096 + y[i]));
}

/** A factor's values, discrete for MIG and as they are for DCI. */
export interface Target {
  readonly name: string;
  /** Class indices, or bins of a number. */
  readonly discrete: Int32Array;
  /** [columns][count]: one column for a number, one 0/1 column a class. */
  readonly columns: readonly Float64Array[];
}

/**
 * Mutual information gap: mean over factors of (I(z₁; v) − I(z₂; v))/H(v), z₁ and z₂ the two code
 * numbers that know most of v. Chen et al. 2018, eq. 6; codes in 20 bins as in Locatello et al. 2019.
 * Factors without entropy are left out.
 */
export function mutualInformationGap(
  codes: Features,
  targets: readonly Target[],
  bins = 20,
): number {
  const { count, dimension: d, data } = codes;
  const binned = Array.from(
    { length: d },
    (_, j) => histogram(Float64Array.from({ length: count }, (_, i) => data[i * d + j]), bins),
  );
  let sum = 0, factors = 0;
  for (const { discrete } of targets) {
    const h = entropy(discrete);
    if (!(h > 0)) continue;
    const information = binned.map((z) => mutualInformation(z, discrete)).sort((a, b) => b - a);
    sum += (information[0] - (information[1] ?? 0)) / h;
    factors++;
  }
  return sum / factors;
}

/** Weighted mean over rows of 1 − H(row)/log(width), a row's weight its share of all importance. */
function concentration(rows: readonly (readonly number[])[]): number {
  const total = rows.flat().reduce((s, v) => s + v, 0);
  let mean = 0;
  for (const row of rows) {
    const sum = row.reduce((s, v) => s + v, 0);
    if (!(sum > 0)) continue;
    let h = 0;
    for (const v of row) if (v > 0) h -= v / sum * log(v / sum);
    mean += sum / total * (row.length > 1 ? 1 - h / log(row.length) : 1);
  }
  return mean;
}

/**
 * Disentanglement and completeness of an importance matrix [codes][factors]. Eastwood & Williams
 * 2018, §2: a row (a code number) is disentangled where one factor has all its importance, a column
 * (a factor) complete where one code number has. Both 0 where there is no importance at all.
 */
export function disentanglementOf(
  importance: readonly (readonly number[])[],
): { disentanglement: number; completeness: number } {
  if (!importance.flat().some((v) => v > 0)) return { disentanglement: 0, completeness: 0 };
  const columns = importance[0].map((_, f) => importance.map((row) => row[f]));
  return { disentanglement: concentration(importance), completeness: concentration(columns) };
}

const config = z.strictObject({
  samples: z.int().min(40).default(2000).describe("N: test pictures"),
  factors: z.array(z.string()).optional().describe("default: all factors of the dataset"),
  bins: z.int().min(2).max(256).default(20).describe(
    "bins of a code number, and of a numeric factor",
  ),
});
type Config = z.infer<typeof config>;

function target(factor: Factor, values: Float32Array, bins: number): Target {
  if (factor.kind === "number") {
    return {
      name: factor.name,
      discrete: histogram(values, bins),
      columns: [Float64Array.from(values)],
    };
  }
  const discrete = Int32Array.from(values);
  const classes = [...new Set(discrete)].filter((c) => c >= 0).sort((a, b) => a - b);
  return {
    name: factor.name,
    discrete,
    columns: classes.map((c) => Float64Array.from(discrete, (v) => v === c ? 1 : 0)),
  };
}

/**
 * `MIG@N`; `DCI-disentanglement@N`, `DCI-completeness@N` and `DCI-informativeness@N` from lasso
 * importances (Eastwood & Williams' linear variant: |weight| on standardised codes and targets, a
 * class factor being one target a class), informativeness the mean R² on the half not fitted.
 */
export const disentanglement: Metric<Config> = defineMetric<Config, KindName>({
  name: "disentanglement",
  version: 1,
  about: "mutual information gap, and disentanglement, completeness, informativeness by lasso",
  papers: ["arXiv:1802.04942", "Eastwood & Williams, ICLR 2018"],
  takes: "any",
  phase: "quality",
  config,
  declares: ({ samples }) =>
    ["MIG", "DCI-disentanglement", "DCI-completeness", "DCI-informativeness"].map((part) => ({
      name: `${part}@${samples}`,
      metric: "disentanglement",
      unit: "",
      direction: "higher" as const,
      kind: "quality" as const,
      samples,
    })),
  requires: (
    { samples, factors = [] },
  ) => [
    rowsRequired("test", samples),
    ...factors.map((name) => factorRequired(name, { key: "factors", of: "any" })),
  ],
  async compute(context, options) {
    const { subject, dataset } = context;
    if (subject.capabilities.latent !== "continuous" || !subject.encode) {
      throw new MetricUnavailable("not-defined", `${subject.label} has no continuous code`);
    }
    const asked = options.factors ?? dataset.factors.map((f) => f.name);
    const factors = asked.map((name) => {
      const factor = dataset.factors.find((f) => f.name === name);
      if (!factor) {
        throw new MetricUnavailable("not-defined", `${dataset.name} has no factor "${name}"`);
      }
      return factor;
    });
    if (factors.length === 0) {
      throw new MetricUnavailable("not-defined", `${dataset.name} has no labelled factors`);
    }
    requireCount(dataset, "test", options.samples);
    const { samples, labels } = await context.split("test", options.samples);
    const codes = await subject.encode(samples);
    const targets = factors.map((f) => target(f, labels[f.name], options.bins));
    const { importance, rSquared } = lassoImportance(codes, targets.map((t) => t.columns));
    const { disentanglement: d, completeness } = disentanglementOf(importance);
    const values = [
      mutualInformationGap(codes, targets, options.bins),
      d,
      completeness,
      rSquared.reduce((s, v) => s + v, 0) / rSquared.length,
    ];
    return disentanglement.declares(options).map((name, i) => ({ ...name, value: values[i] }));
  },
});
