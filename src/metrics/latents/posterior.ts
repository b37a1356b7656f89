/**
 * How much codes say: the KL of q(z|x) to a standard normal, in closed form and by drawing from q.
 * @module
 */
import { z } from "zod";
import { exp, expm1 } from "../../numeric/mod.ts";
import { hostFold, type HostKey, hostNormal } from "../../random/host/mod.ts";
import { activities } from "../../families/common/latents/mod.ts";
import { imageKind } from "../../kinds/image/mod.ts";
import { type KindName, kindOf } from "../../kinds/mod.ts";
import { defineMetric, type Metric } from "../metric.ts";
import { MetricUnavailable } from "../../base/mod.ts";
import type { Features } from "../../algebra/mod.ts";
import type { MetricValue } from "../../record/mod.ts";
import { requireCount } from "../comparison.ts";
import { rowsRequired } from "../requires.ts";

/** q(z|x) of each picture: means and ln of variances, [count, Z]. */
export interface Posteriors {
  readonly means: Features;
  readonly logVariances: Features;
}

/** ½ Σ(μ² + σ² − 1 − ln σ²) of each picture, nats. Kingma & Welling 2014, appendix B. */
export function analyticKl({ means, logVariances }: Posteriors): Float64Array {
  const { count, dimension: Z } = means;
  const kl = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    for (let d = i * Z; d < (i + 1) * Z; d++) {
      const [m, l] = [means.data[d], logVariances.data[d]];
      kl[i] += 0.5 * (m * m + expm1(l) - l);
    }
  }
  return kl;
}

/** Mean over draws of ln q(z|x) − ln N(z; 0, I) of each picture, nats. */
export function drawnKl(
  { means, logVariances }: Posteriors,
  { draws, key }: { draws: number; key: HostKey },
): Float64Array {
  const { count, dimension: Z } = means;
  return Float64Array.from({ length: count }, (_, i) => {
    const noise = hostNormal(hostFold(key, i), draws * Z);
    let sum = 0;
    for (let k = 0; k < draws; k++) {
      for (let d = 0; d < Z; d++) {
        const [m, l] = [means.data[i * Z + d], logVariances.data[i * Z + d]];
        const e = noise[k * Z + d];
        const z = m + exp(l / 2) * e;
        // ln q − ln p = ½(z² − ε² − ln σ²); the constants are gone.
        sum += 0.5 * (z * z - e * e - l);
      }
    }
    return sum / draws;
  });
}

/** From this variance of its means over pictures on a dimension counts as used. Burda et al. 2016, 4.1.2. */
const USED = 0.01;

const config = z.strictObject({
  samples: z.int().min(2).default(500).describe("N: test pictures"),
  draws: z.int().min(2).default(64).describe(
    "draws of z for each picture, for the second estimate",
  ),
});
type Config = z.infer<typeof config>;

/**
 * `KL-prior@N`: mean KL(q(z|x) ‖ N(0, I)) in closed form, beside the mean over draws and the standard
 * error of their difference; `active-units@N`: dimensions in use.
 */
export const posterior: Metric<Config> = defineMetric<Config, KindName>({
  name: "posterior",
  version: 1,
  about:
    "KL of q(z|x) to a standard normal, in closed form and by Monte Carlo; latent units in use",
  papers: ["arXiv:1312.6114", "arXiv:1509.00519"],
  takes: "any",
  phase: "quality",
  config,
  declares: ({ samples }, { one } = imageKind.unit) => [
    {
      name: `KL-prior@${samples}`,
      metric: "posterior",
      unit: `nats/${one}`,
      direction: "none",
      kind: "quality",
      samples,
    },
    {
      name: `active-units@${samples}`,
      metric: "posterior",
      unit: "",
      direction: "none",
      kind: "quality",
      samples,
    },
  ],
  requires: ({ samples }) => [rowsRequired("test", samples)],
  async compute({ subject, dataset, split, key }, options) {
    if (!subject.encode || !subject.logVariances) {
      throw new MetricUnavailable("not-defined", `${subject.label} has no normal q(z|x)`);
    }
    requireCount(dataset, "test", options.samples);
    const { samples } = await split("test", options.samples);
    const q = {
      means: await subject.encode(samples),
      logVariances: await subject.logVariances(samples),
    };
    const analytic = analyticKl(q);
    const drawn = drawnKl(q, { draws: options.draws, key: key("posterior") });
    const n = analytic.length;
    const mean = (values: Float64Array) => values.reduce((a, b) => a + b, 0) / n;
    const gap = analytic.map((value, i) => drawn[i] - value);
    const centre = mean(gap);
    const error = Math.sqrt(mean(gap.map((g) => (g - centre) ** 2)) / (n - 1));
    const [kl, active] = posterior.declares(options, kindOf(dataset.sample).unit);
    const used = activities(q.means).filter(({ variance }) => variance > USED).length;
    const values: MetricValue[] = [
      { ...kl, value: mean(analytic), beside: { monteCarlo: mean(drawn), error } },
      { ...active, value: used, beside: { of: q.means.dimension } },
    ];
    return values;
  },
});
