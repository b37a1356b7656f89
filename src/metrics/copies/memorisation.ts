/**
 * Memorisation: whether samples lie nearer to the training pictures than new pictures of the same
 * law do. A generator that does is good at the wrong thing, and no Fréchet distance tells.
 * @module
 */
import { type Features, nearest, squaredDistance } from "../../algebra/mod.ts";
import { hostFold, type HostKey, hostPermutation } from "../../random/host/mod.ts";

/** Two ratios of mean distances to nearest neighbours, each near 1 for new data of the same law. */
export interface Nearness {
  /** Samples to training pictures, over held-out pictures to training pictures. */
  readonly ratio: number;
  /** Its standard error, the training pictures given. */
  readonly standardError: number;
  /** Samples to training pictures, over the same samples to as many held-out pictures. */
  readonly toHeldOut: number;
  readonly toHeldOutError: number;
}

interface Spread {
  readonly mean: number;
  /** Standard error of the mean. */
  readonly error: number;
}

function spread(values: Float64Array): Spread {
  const mean = values.reduce((s, v) => s + v, 0) / values.length;
  const squares = values.reduce((s, v) => s + (v - mean) * (v - mean), 0);
  return { mean, error: Math.sqrt(squares / Math.max(1, values.length - 1) / values.length) };
}

/** Exchanges of pictures between the two pools, from which the error of `toHeldOut` is read. */
const exchanges = 30;

/**
 * Mean distance of samples to the nearest of `train` over that to the nearest of as many of `heldOut`,
 * and the spread of the same ratio about 1 when pictures change pools at random: what it could be for
 * a generator that knows neither pool in particular.
 * @returns null where a held-out picture is as near as can be to every sample
 */
function ratioOfPools(
  { samples, heldOut, train }: { samples: Features; heldOut: Features; train: Features },
  key: HostKey,
): { value: number; error: number } | null {
  const pool = Math.min(heldOut.count, train.count), both = 2 * pool;
  const sides = Array.from({ length: 1 + exchanges }, (_, r) => {
    if (r === 0) return Uint8Array.from({ length: both }, (_, j) => j < pool ? 0 : 1);
    return Uint8Array.from(hostPermutation(hostFold(key, r), both), (j) => j < pool ? 0 : 1);
  });
  const sums = sides.map(() => new Float64Array(2)), distances = new Float64Array(both);
  for (let i = 0; i < samples.count; i++) {
    for (let j = 0; j < pool; j++) {
      distances[j] = squaredDistance(samples, i, train, j);
      distances[pool + j] = squaredDistance(samples, i, heldOut, j);
    }
    sides.forEach((side, r) => {
      let near = Infinity, far = Infinity;
      for (let j = 0; j < both; j++) {
        if (side[j] === 0) near = Math.min(near, distances[j]);
        else far = Math.min(far, distances[j]);
      }
      sums[r][0] += Math.sqrt(near);
      sums[r][1] += Math.sqrt(far);
    });
  }
  if (sums.some(([, far]) => far === 0)) return null;
  const [value, ...others] = sums.map(([near, far]) => near / far);
  const squares = others.reduce((s, ratio) => s + (ratio - 1) * (ratio - 1), 0);
  return { value, error: Math.sqrt(squares / exchanges) };
}

/**
 * Compares distances of samples with those of held-out pictures (after Meehan et al. 2020,
 * arXiv:2004.05675). The first ratio alone would take samples that crowd where data is dense, as
 * blurred or few-moded ones may, for copies; the second, whose pools are exchangeable for any
 * generator that holds no training picture in particular, would not.
 * @returns null where held-out pictures are training pictures, so that there is nothing to divide by
 */
export function nearnessOf(
  sets: { samples: Features; heldOut: Features; train: Features },
  key: HostKey,
): Nearness | null {
  const distances = (from: Features) => spread(nearest(from, sets.train).map(Math.sqrt));
  const reference = distances(sets.heldOut);
  if (reference.mean === 0) return null;
  const own = distances(sets.samples);
  const pools = ratioOfPools(sets, key);
  if (pools === null) return null;
  const relative = ({ mean, error }: Spread) => mean === 0 ? 0 : error / mean;
  const ratio = own.mean / reference.mean;
  const error = Math.sqrt(relative(own) ** 2 + relative(reference) ** 2);
  return {
    ratio,
    standardError: ratio * error,
    toHeldOut: pools.value,
    toHeldOutError: pools.error,
  };
}

/** A ratio that close to 1 is no memory worth the word, however sure it is. */
const margin = 0.02;

/** Whether both ratios lie below 1 by more than twice their errors and by more than 2 %. */
export function isMemorised(
  { ratio, standardError, toHeldOut, toHeldOutError }: Nearness,
): boolean {
  const below = (value: number, error: number) => value < 1 - Math.max(margin, 2 * error);
  return below(ratio, standardError) && below(toHeldOut, toHeldOutError);
}

/** In words, wherever a row is marked. */
export const memorisedNote = "nearer to the training set than new data is: memorised";
