/**
 * The Vendi score: how many different samples there are, in effect.
 * @module
 */
import { z } from "zod";
import { exp, log } from "../../numeric/mod.ts";
import {
  algebraFor,
  algebraLabel,
  type Dense,
  dot,
  type Features,
  hostAlgebra,
  type LinearAlgebra,
  requireFinite,
} from "../../algebra/mod.ts";
import { defineMetric, type Metric } from "../metric.ts";
import { comparedFeatures, equalCount } from "../comparison.ts";
import { extractorName } from "../../extractors/mod.ts";
import { comparisonRequired } from "../requires.ts";

/** Rows of length 1. @throws RangeError on a row of length 0, which has no direction */
function unitRows({ count, dimension: d, data }: Features): Dense {
  const out = data.slice();
  for (let i = 0; i < count; i++) {
    const norm = Math.sqrt(dot(data, data, i * d, i * d, d));
    if (norm === 0) throw new RangeError(`row ${i} is 0 and has no direction`);
    for (let j = i * d; j < (i + 1) * d; j++) out[j] /= norm;
  }
  return { rows: count, columns: d, data: out };
}

function transposed({ rows, columns, data }: Dense): Dense {
  const out = new Float64Array(data.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) out[j * rows + i] = data[i * columns + j];
  }
  return { rows: columns, columns: rows, data: out };
}

/**
 * exp of the entropy of the eigenvalues of K/n, K the cosine similarities of all pairs (Friedman &
 * Dieng 2022, eq. 2): n where all rows are orthogonal, 1 where all point one way. The eigenvalues are
 * those of XᵀX/n too, whichever is smaller.
 * @throws RangeError on features that are not finite, or a row of zeros
 */
export function vendiScore(features: Features, algebra: LinearAlgebra = hostAlgebra): number {
  requireFinite(features, "Vendi score");
  const rows = unitRows(features), n = features.count;
  const sides = features.dimension < n ? transposed(rows) : rows;
  const gram = algebra.timesTransposed(sides, sides);
  const values = algebra.symmetricEigenvalues({ ...gram, data: gram.data.map((v) => v / n) });
  let entropy = 0;
  for (const p of values) if (p > 0) entropy -= p * log(p);
  return exp(entropy);
}

const config = z.strictObject({
  features: z.string().default("judge").describe("extractor: judge or lite0"),
  samples: z.int().min(2).default(2000).describe("N: samples, and as many test pictures"),
  algebra: z.enum(["host", "openblas"]).optional().describe(
    "host, or openblas; default: openblas for wide features if it is installed",
  ),
});
type Config = z.infer<typeof config>;

/** `Vendi-<extractor>@N` of the samples, beside it the test split's: diversity alone, not quality. */
export const vendi: Metric<Config> = defineMetric<Config>({
  name: "vendi",
  version: 1,
  about: "Vendi score: the effective number of different samples, by cosine similarity",
  papers: ["arXiv:2210.02410"],
  phase: "quality",
  config,
  declares: ({ features, samples }) => [{
    name: `Vendi-${extractorName(features)}@${samples}`,
    metric: "vendi",
    unit: "",
    direction: "higher",
    kind: "quality",
    samples,
  }],
  requires: comparisonRequired,
  async compute(context, options) {
    // The score grows with N: of the data there may be fewer, and are no more.
    const data = equalCount(context, options.samples);
    const { real, generated } = await comparedFeatures(context, { ...options, data });
    const algebra = algebraFor(real.dimension, {
      asked: options.algebra,
      anyMachine: context.anyMachine,
    });
    return [{
      ...vendi.declares(options)[0],
      value: vendiScore(generated, algebra),
      ...algebraLabel(algebra),
      beside: {
        data: vendiScore(real, algebra),
        ...(data < options.samples && { dataPictures: data }),
      },
    }];
  },
});
