/**
 * The kernel distance (KID): unbiased squared maximum mean discrepancy under a cubic kernel.
 * @module
 */
import { z } from "zod";
import { hostPermutation } from "../random/host.ts";
import type { HostKey } from "../random/host.ts";
import { dot, requireFinite } from "./linear.ts";
import { defineMetric } from "./metric.ts";
import type { Features, Metric } from "./metric.ts";
import { comparedFeatures, extractorName } from "./names.ts";

/** (x·y/d + 1)³ of row i of `a` and row j of `b`. Bińkowski et al. 2018, eq. 4. */
function kernelOf(a: Features, i: number, b: Features, j: number): number {
  const d = a.dimension;
  const t = dot(a.data, b.data, i * d, j * d, d) / d + 1;
  return t * t * t;
}

/** Mean of the kernel over pairs of different rows. */
function within(a: Features): number {
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
export function kernelDistance(a: Features, b: Features): number {
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
  let cross = 0;
  for (let i = 0; i < a.count; i++) for (let j = 0; j < b.count; j++) cross += kernelOf(a, i, b, j);
  return within(a) + within(b) - 2 * cross / (a.count * b.count);
}

/** The rows at `indices`, in that order. */
export function takeRows(features: Features, indices: ArrayLike<number>): Features {
  const { dimension, data } = features;
  const out = new Float64Array(indices.length * dimension);
  for (let r = 0; r < indices.length; r++) {
    out.set(data.subarray(indices[r] * dimension, (indices[r] + 1) * dimension), r * dimension);
  }
  return { count: indices.length, dimension, data: out };
}

/** The mean of unbiased distances over disjoint seeded blocks: cheaper, and noisier, than all pairs. */
export function blockedKernelDistance(
  a: Features,
  b: Features,
  options: { block: number; key: HostKey },
): number {
  const blocks = Math.floor(Math.min(a.count, b.count) / options.block);
  if (blocks < 1) {
    throw new RangeError(
      `blocks of ${options.block} don't fit into ${a.count} and ${b.count} rows`,
    );
  }
  const order = hostPermutation(options.key, Math.min(a.count, b.count));
  let sum = 0;
  for (let k = 0; k < blocks; k++) {
    const rows = order.slice(k * options.block, (k + 1) * options.block);
    sum += kernelDistance(takeRows(a, rows), takeRows(b, rows));
  }
  return sum / blocks;
}

const config = z.strictObject({
  features: z.string().default("judge").describe("extractor: judge or lite0"),
  samples: z.int().min(2).default(2000).describe("N: pictures on each side"),
  block: z.int().min(2).optional().describe("rows of a block; left out: all pairs at once"),
});
type Config = z.infer<typeof config>;

/** `KID-<extractor>@N`, or `KID-<extractor>-block100@N` over seeded blocks, against the test split. */
export const kernel: Metric<Config> = defineMetric<Config>({
  name: "kernel",
  version: 1,
  about: "kernel distance (KID): unbiased MMD² with the cubic kernel",
  papers: ["arXiv:1801.01401", "Gretton et al., JMLR 13 (2012)"],
  phase: "quality",
  config,
  declares: ({ features, samples, block }) => [{
    name: `KID-${extractorName(features)}${block ? `-block${block}` : ""}@${samples}`,
    metric: "kernel",
    unit: "",
    direction: "lower",
    kind: "quality",
    samples,
  }],
  async compute(context, options) {
    const { block } = options;
    const { real, generated } = await comparedFeatures(context, options);
    const value = block
      ? blockedKernelDistance(real, generated, { block, key: context.key("kernel blocks") })
      : kernelDistance(real, generated);
    return [{ ...kernel.declares(options)[0], value }];
  },
});
