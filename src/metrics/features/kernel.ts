/**
 * The kernel distance (KID): unbiased squared maximum mean discrepancy under a cubic kernel.
 * @module
 */
import {
  algebraFor,
  algebraLabel,
  dot,
  type Features,
  hostAlgebra,
  type LinearAlgebra,
  requireFinite,
  takeRows,
} from "../../algebra/mod.ts";
import { z } from "zod";
import { hostFold, type HostKey, hostPermutation } from "../../random/host/mod.ts";
import { defineMetric, type Metric } from "../metric.ts";
import { comparedFeatures } from "../comparison.ts";
import { extractorName } from "../../extractors/mod.ts";
import { comparisonRequired } from "../requires.ts";

/** (t + 1)³ of t = x·y/d. Bińkowski et al. 2018, eq. 4. */
function cubed(t: number): number {
  return (t + 1) * (t + 1) * (t + 1);
}

/** The kernel of row i of `a` and row j of `b`. */
function kernelOf(a: Features, i: number, b: Features, j: number): number {
  const d = a.dimension;
  return cubed(dot(a.data, b.data, i * d, j * d, d) / d);
}

/** Rows of a block of products. */
const blockRows = 512;

/** The kernel summed over all rows of `a` and `b`; of one set, over pairs of different rows. */
function kernelSum(a: Features, b: Features, algebra: LinearAlgebra): number {
  const d = a.dimension, right = { rows: b.count, columns: d, data: b.data };
  let sum = 0;
  for (let from = 0; from < a.count; from += blockRows) {
    const to = Math.min(a.count, from + blockRows);
    const left = { rows: to - from, columns: d, data: a.data.subarray(from * d, to * d) };
    const products = algebra.timesTransposed(left, right).data;
    for (let i = from, at = 0; i < to; i++) {
      let row = 0;
      for (let j = 0; j < b.count; j++, at++) {
        if (a !== b || i !== j) row += cubed(products[at] / d);
      }
      sum += row;
    }
  }
  return sum;
}

/** Mean of the kernel over pairs of different rows. */
function within(a: Features, algebra: LinearAlgebra): number {
  if (algebra !== hostAlgebra) return kernelSum(a, a, algebra) / (a.count * (a.count - 1));
  let sum = 0;
  for (let i = 0; i < a.count; i++) {
    for (let j = i + 1; j < a.count; j++) sum += kernelOf(a, i, a, j);
  }
  return 2 * sum / (a.count * (a.count - 1));
}

/**
 * Unbiased MMD² over all pairs: mean 0 where both sets come from one law, so it may be negative.
 * Gretton et al. 2012, lemma 6.
 * @throws RangeError on fewer than 2 rows or different dimensions.
 */
export function kernelDistance(
  a: Features,
  b: Features,
  algebra: LinearAlgebra = hostAlgebra,
): number {
  if (a.dimension !== b.dimension) {
    throw new RangeError(
      `features of ${a.dimension} and ${b.dimension} dimensions can't be compared`,
    );
  }
  if (a.count < 2 || b.count < 2) {
    throw new RangeError(`the kernel distance needs 2 rows a side, got ${a.count} and ${b.count}`);
  }
  requireFinite(a, "kernel distance, first set");
  requireFinite(b, "kernel distance, second set");
  const cross = algebra === hostAlgebra ? crossSum(a, b) : kernelSum(a, b, algebra);
  return within(a, algebra) + within(b, algebra) - 2 * cross / (a.count * b.count);
}

function crossSum(a: Features, b: Features): number {
  let cross = 0;
  for (let i = 0; i < a.count; i++) for (let j = 0; j < b.count; j++) cross += kernelOf(a, i, b, j);
  return cross;
}

/** Which rows of both sets a distance is taken between. */
export interface Subset {
  readonly a: ArrayLike<number>;
  readonly b: ArrayLike<number>;
}

/**
 * Mean and standard deviation (divisor: their number) of the unbiased distances between subsets, as
 * torch-fidelity reports them for its own draws.
 */
export function subsetKernelDistance(
  { a, b, subsets }: { a: Features; b: Features; subsets: readonly Subset[] },
  algebra: LinearAlgebra = hostAlgebra,
): { mean: number; deviation: number } {
  const values = subsets.map((rows) =>
    kernelDistance(takeRows(a, rows.a), takeRows(b, rows.b), algebra)
  );
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const squares = values.reduce((sum, v) => sum + (v - mean) * (v - mean), 0);
  return { mean, deviation: Math.sqrt(squares / values.length) };
}

/** Seeded subsets of `size` rows of each set, without repeats within one. */
export function drawSubsets(
  { a, b }: { a: Features; b: Features },
  { subsets, size, key }: { subsets: number; size: number; key: HostKey },
): Subset[] {
  if (size > Math.min(a.count, b.count)) {
    throw new RangeError(`subsets of ${size} rows don't fit into ${a.count} and ${b.count}`);
  }
  const draw = (side: string, set: Features, s: number) =>
    hostPermutation(hostFold(hostFold(key, side), s), set.count).slice(0, size);
  return Array.from({ length: subsets }, (_, s) => ({ a: draw("a", a, s), b: draw("b", b, s) }));
}

/**
 * The mean of unbiased distances over disjoint seeded blocks: cheaper, and noisier, than all pairs. As
 * many blocks as the smaller set fills are drawn from each; rows that are left over count for nothing.
 */
export function blockedKernelDistance(
  a: Features,
  b: Features,
  options: { block: number; key: HostKey; algebra?: LinearAlgebra },
): number {
  const blocks = Math.floor(Math.min(a.count, b.count) / options.block);
  if (blocks < 1) {
    throw new RangeError(
      `blocks of ${options.block} don't fit into ${a.count} and ${b.count} rows`,
    );
  }
  const orders = [a, b].map(({ count }) => hostPermutation(options.key, count));
  let sum = 0;
  for (let k = 0; k < blocks; k++) {
    const [left, right] = [a, b].map((set, side) =>
      takeRows(set, orders[side].slice(k * options.block, (k + 1) * options.block))
    );
    sum += kernelDistance(left, right, options.algebra);
  }
  return sum / blocks;
}

const config = z.strictObject({
  features: z.string().default("judge").describe("extractor: judge or lite0"),
  samples: z.int().min(2).default(2000).describe("N: pictures on each side"),
  block: z.int().min(2).optional().describe("rows of a block; default: all pairs at once"),
  subsets: z.int().min(1).optional().describe(
    "use this many random subsets of `block` rows instead of disjoint blocks, as torch-fidelity does",
  ),
  algebra: z.enum(["host", "openblas"]).optional().describe(
    "host, or openblas; default: openblas for wide features if it is installed",
  ),
}).refine(({ block, subsets }) => subsets === undefined || block !== undefined, {
  message: "`subsets` needs `block`, the rows of one",
  path: ["subsets"],
});
type Config = z.infer<typeof config>;

/**
 * `KID-<extractor>@N`, or `KID-<extractor>-block100@N` over seeded disjoint blocks, or
 * `KID-<extractor>-100x1000@N` over 100 seeded subsets of 1000, against the test split.
 */
export const kernel: Metric<Config> = defineMetric<Config>({
  name: "kernel",
  version: 1,
  about: "kernel distance (KID): unbiased MMD² with the cubic kernel",
  papers: ["arXiv:1801.01401", "Gretton et al., JMLR 13 (2012)"],
  phase: "quality",
  config,
  declares: ({ features, samples, block, subsets }) => {
    const way = subsets ? `-${subsets}x${block}` : block ? `-block${block}` : "";
    return [{
      name: `KID-${extractorName(features)}${way}@${samples}`,
      metric: "kernel",
      unit: "",
      direction: "lower",
      kind: "quality",
      samples,
    }];
  },
  requires: comparisonRequired,
  async compute(context, options) {
    const { block, subsets } = options;
    const { real: a, generated: b } = await comparedFeatures(context, options);
    const algebra = algebraFor(a.dimension, {
      asked: options.algebra,
      anyMachine: context.anyMachine,
    });
    const key = context.key("kernel blocks");
    const declared = { ...kernel.declares(options)[0], ...algebraLabel(algebra) };
    if (block && subsets) {
      const drawn = drawSubsets({ a, b }, { subsets, size: block, key });
      const { mean, deviation } = subsetKernelDistance({ a, b, subsets: drawn }, algebra);
      return [{ ...declared, value: mean, beside: { deviation } }];
    }
    const value = block
      ? blockedKernelDistance(a, b, { block, key, algebra })
      : kernelDistance(a, b, algebra);
    if (block === undefined || a.count === b.count) return [{ ...declared, value }];
    const used = block * Math.floor(Math.min(a.count, b.count) / block);
    return [{
      ...declared,
      value,
      beside: { droppedData: a.count - used, droppedSamples: b.count - used },
    }];
  },
});
