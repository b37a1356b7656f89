/**
 * Control by intervention: move the code towards a class, decode, and ask the judge what changed.
 * @module
 */
import { hostFold, type HostKey, hostNormal } from "../../random/host/mod.ts";
import type { ImageSet } from "../../kinds/image/mod.ts";
import type { ProbeSets } from "./probe_sets.ts";
import { likeliest } from "../labels/judging.ts";
import {
  covariance,
  type Dense,
  type Features,
  type Probe,
  symmetricEigen,
} from "../../algebra/mod.ts";
import { MetricUnavailable } from "../../base/mod.ts";
import type { Subject } from "../../subject/mod.ts";
import type { Extractor } from "../../extractors/mod.ts";

/**
 * From class `from` to class `to`: Σ a/√(aᵀΣa), a being the probe's weights for `to` minus those for
 * `from`. Of all moves that raise the probe's log-odds by as much it is the likeliest under N(0, Σ),
 * and points along the difference of the class means where both classes share a covariance. Haufe et
 * al. 2014, eq. 6. Its Mahalanobis length is 1.
 * @param sigma covariance of the codes
 * @returns [dimension]; zero where the probe does not tell the classes apart
 */
export function classDirection(
  probe: Probe,
  sigma: Dense,
  { from, to }: { from: number; to: number },
): Float64Array {
  const d = sigma.rows, out = new Float64Array(d);
  const a = Float64Array.from(
    { length: d },
    (_, j) => (probe.weight[to * d + j] - probe.weight[from * d + j]) / probe.scale[j],
  );
  let square = 0;
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) out[i] += sigma.data[i * d + j] * a[j];
    square += a[i] * out[i];
  }
  const length = Math.sqrt(square);
  for (let i = 0; i < d; i++) out[i] = length > 0 ? out[i] / length : 0;
  return out;
}

/** Directions of Mahalanobis length 1 with no preference: Σ_j √λ_j e_j u_j, u uniform on the sphere. */
function randomDirections(count: number, sigma: Dense, key: HostKey): Float64Array {
  const d = sigma.rows, { values, vectors } = symmetricEigen(sigma);
  const out = new Float64Array(count * d);
  for (let n = 0; n < count; n++) {
    const u = hostNormal(hostFold(key, n), d);
    const norm = Math.sqrt(u.reduce((s, v) => s + v * v, 0));
    for (let r = 0; r < d; r++) {
      const scale = Math.sqrt(Math.max(0, values[r])) * u[r] / norm;
      for (let j = 0; j < d; j++) out[n * d + j] += scale * vectors.data[r * d + j];
    }
  }
  return out;
}

/** What a judge says of pictures: the class of every factor, and features. */
async function judged(judge: Extractor, images: ImageSet) {
  const probabilities = await judge.classify!(images);
  const answers: Record<string, Int32Array> = {};
  for (const [factor, p] of Object.entries(probabilities)) {
    answers[factor] = likeliest(p, images.count);
  }
  return { answers, features: await judge.extract(images) };
}

type Judged = Awaited<ReturnType<typeof judged>>;

/** Share of answers on factors other than `factor` that are the same before and after. */
function kept(before: Judged, after: Judged, factor: string): number {
  let same = 0, all = 0;
  for (const name of Object.keys(before.answers)) {
    if (name === factor) continue;
    before.answers[name].forEach((answer, i) => {
      same += answer === after.answers[name][i] ? 1 : 0;
      all++;
    });
  }
  return same / all;
}

function meanCosine(a: Features, b: Features): number {
  let total = 0;
  for (let i = 0; i < a.count; i++) {
    let xy = 0, xx = 0, yy = 0;
    for (let j = i * a.dimension; j < (i + 1) * a.dimension; j++) {
      xy += a.data[j] * b.data[j];
      xx += a.data[j] * a.data[j];
      yy += b.data[j] * b.data[j];
    }
    total += xy / (Math.sqrt(xx * yy) || 1);
  }
  return total / a.count;
}

/** Mean over target classes of the share of pictures in which the judge sees the target. */
function balancedRate(answers: Int32Array, targets: Int32Array, classes: number): number {
  const hits = new Float64Array(classes), all = new Float64Array(classes);
  targets.forEach((target, i) => {
    all[target]++;
    hits[target] += answers[i] === target ? 1 : 0;
  });
  const present = [...all.keys()].filter((c) => all[c] > 0);
  return present.reduce((s, c) => s + hits[c] / all[c], 0) / present.length;
}

/**
 * Moves the codes of M pictures of the half that the probe was not fitted on, each towards a class
 * that is not its own, and the same codes in random directions as far.
 * @returns the values of `move-…`, `…-kept` and `…-cosine`, in this order
 */
export async function intervene(
  given: {
    subject: Subject<"image">;
    judge: Extractor;
    sets: ProbeSets;
    probe: Probe;
    key: (purpose: string) => HostKey;
  },
  options: { factor: string; moved: number; strength: number },
): Promise<{ value: number; beside: Record<string, number> }[]> {
  const { subject, judge, sets, probe, key } = given;
  if (subject.capabilities.latent !== "continuous" || !subject.decode) {
    throw new MetricUnavailable(
      "not-defined",
      `codes of ${subject.label} can't be moved and decoded`,
    );
  }
  if (!judge.classify) {
    throw new MetricUnavailable(
      "not-measured",
      `${judge.name} names no classes, so it can't judge`,
    );
  }
  const count = Math.min(options.moved, sets.read.codes.count);
  if (count < options.moved) {
    throw new MetricUnavailable(
      "not-measured",
      `${options.moved} pictures to move, ${count} in the half that the probe did not see`,
    );
  }
  const { codes, labels } = sets.read, { classes } = sets, d = codes.dimension;
  const targets = Int32Array.from(
    { length: count },
    (_, i) => (labels[i] + 1 + i % (classes - 1)) % classes,
  );
  const sigma = covariance(sets.fit.codes);
  const towards = Array.from(
    targets,
    (to, i) => classDirection(probe, sigma, { from: labels[i], to }),
  );
  const anywhere = randomDirections(count, sigma, key("random directions"));
  const decoded = async (offset: (i: number, j: number) => number) => {
    const data = new Float64Array(count * d);
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < d; j++) {
        data[i * d + j] = codes.data[i * d + j] + options.strength * offset(i, j);
      }
    }
    return await judged(judge, await subject.decode!({ count, dimension: d, data }));
  };
  const still = await decoded(() => 0);
  if (!still.answers[options.factor]) {
    throw new MetricUnavailable("not-measured", `${judge.name} does not judge ${options.factor}`);
  }
  const moved = await decoded((i, j) => towards[i][j]);
  const random = await decoded((i, j) => anywhere[i * d + j]);
  const rate = (of: Judged) => balancedRate(of.answers[options.factor], targets, classes);
  const { strength } = options;
  return [
    {
      value: rate(moved),
      beside: { unmoved: rate(still), randomDirection: rate(random), strength },
    },
    {
      value: kept(still, moved, options.factor),
      beside: { randomDirection: kept(still, random, options.factor) },
    },
    {
      value: meanCosine(still.features, moved.features),
      beside: {
        randomDirection: meanCosine(still.features, random.features),
        otherPictures: meanCosine(still.features, rotated(still.features)),
      },
    },
  ];
}

/** Rows moved up by one: pairs every picture with another's. */
function rotated(features: Features): Features {
  const { dimension, data } = features, out = new Float64Array(data.length);
  out.set(data.subarray(dimension));
  out.set(data.subarray(0, dimension), data.length - dimension);
  return { ...features, data: out };
}
