/**
 * Stored statistics: `.npz` files with `mu` and `sigma`, as pytorch-fid (`--save-stats`) and
 * clean-fid (`make_custom_stats`) write and read them. Ours also have an array `likeness`, a text
 * that says which network made them and how pictures were read; those tools ignore it.
 * @module
 */
import { z } from "zod";
import { DataError } from "../../base/mod.ts";
import { type NpyArray, readNpz, writeNpz } from "../../data/numpy/mod.ts";
import { COVARIANCE_ROUNDING, negativeVariance } from "../../metrics/mod.ts";
import { type FeatureRows, rowsInMemory } from "./rows.ts";
import type { Moments } from "./moments.ts";

const originSchema = z.object({
  format: z.literal(1),
  /** Versioned name of the extractor. */
  extractor: z.string(),
  extractorDigest: z.string().nullable(),
  /** How pictures were decoded, cropped and resized. */
  preparation: z.string(),
  count: z.int().nullable(),
  /** The folder or dataset. */
  of: z.string(),
});

/** Where statistics come from. */
export type Origin = z.infer<typeof originSchema>;

/** A file of statistics. */
export interface Statistics {
  readonly moments: Moments;
  /** null: another tool's file, which says nothing of it. */
  readonly origin: Origin | null;
}

/** Writes statistics, whole or not at all, bit for bit. */
export async function saveStatistics(
  path: string,
  { moments, origin }: Statistics,
): Promise<void> {
  const { dimension, mean, covariance } = moments;
  await writeNpz(path, {
    mu: { shape: [dimension], data: mean },
    sigma: { shape: [dimension, dimension], data: covariance },
    ...(origin && { likeness: { text: JSON.stringify(origin) } }),
  });
}

/**
 * Reads statistics, or the features that clean-fid keeps for KID (`feats`).
 * @throws DataError on what is neither, with what the file holds
 */
export async function readStatistics(
  path: string,
): Promise<Statistics | { readonly features: FeatureRows }> {
  const { arrays, entries } = await readNpz(path, { names: ["mu", "sigma", "likeness", "feats"] });
  const { mu, sigma, feats, likeness } = arrays;
  if (mu === undefined && sigma === undefined && feats !== undefined) {
    const { shape, data } = numbers(feats, `${path}: feats`);
    if (shape.length !== 2) throw new DataError(`${path}: feats has shape (${shape}), not 2 sides`);
    return { features: rowsInMemory({ count: shape[0], dimension: shape[1], data }) };
  }
  if (mu === undefined || sigma === undefined) {
    throw new DataError(
      `${path} holds ${entries.join(", ") || "nothing"}; statistics are mu and sigma ` +
        `(pytorch-fid --save-stats, clean-fid make_custom_stats, or --save-stats here)`,
    );
  }
  const mean = floats(mu, `${path}: mu`), covariance = floats(sigma, `${path}: sigma`);
  const dimension = mean.data.length;
  const square = covariance.shape.length === 2 && covariance.shape[0] === covariance.shape[1];
  if (dimension < 1 || !square || covariance.shape[0] !== dimension) {
    throw new DataError(
      `${path}: mu has shape (${mean.shape}) and sigma (${covariance.shape}), which don't fit`,
    );
  }
  const origin = originIn(likeness);
  return {
    moments: {
      count: origin?.count ?? null,
      dimension,
      mean: mean.data,
      covariance: soundCovariance(covariance.data, { dimension, where: `${path}: sigma` }),
    },
    origin,
  };
}

interface Numbers {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

function numbers(array: NpyArray, where: string): Numbers {
  if ("text" in array || array.data instanceof BigInt64Array) {
    throw new DataError(`${where} holds no floating-point numbers`);
  }
  const { shape, data } = array;
  return { shape, data: data instanceof Float64Array ? data : Float64Array.from(data) };
}

function floats(array: NpyArray, where: string): Numbers {
  const { shape, data } = numbers(array, where);
  const odd = data.findIndex((v) => !Number.isFinite(v));
  if (odd >= 0) throw new DataError(`${where}: number ${odd} is ${data[odd]}; all must be finite`);
  return { shape, data };
}

const remedy = "it is not a covariance: make the statistics again";

/**
 * A covariance, exactly symmetric.
 * @throws DataError where it isn't symmetric, or has a direction with a variance below zero, by more
 * than rounding
 */
function soundCovariance(
  sigma: Float64Array,
  { dimension: d, where }: { dimension: number; where: string },
): Float64Array {
  let trace = 0, largest = 0;
  for (let i = 0; i < d; i++) {
    const variance = sigma[i * (d + 1)];
    if (variance < 0) throw new DataError(`${where} has a variance of ${variance}: ${remedy}`);
    trace += variance;
    largest = Math.max(largest, variance);
  }
  const data = sigma.slice();
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < i; j++) {
      const lower = sigma[i * d + j], upper = sigma[j * d + i];
      if (Math.abs(lower - upper) > 1e-5 * largest) {
        throw new DataError(`${where} isn't symmetric at (${i}, ${j}): ${remedy}`);
      }
      data[i * d + j] = data[j * d + i] = lower / 2 + upper / 2;
    }
  }
  const negative = negativeVariance({ rows: d, columns: d, data });
  if (negative === null) return data;
  throw new DataError(
    `${where} has a direction with a variance of ${negative.variance.toPrecision(3)}, below zero ` +
      `by more than rounding (${(COVARIANCE_ROUNDING * trace).toPrecision(3)}): ${remedy}`,
  );
}

function originIn(array: NpyArray | undefined): Origin | null {
  if (array === undefined || !("text" in array)) return null;
  try {
    return originSchema.parse(JSON.parse(array.text));
  } catch {
    return null;
  }
}
