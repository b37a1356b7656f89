/**
 * Density and colour from a hash grid of features: Müller et al. 2022 (arXiv:2201.05989), section 5.4.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import {
  hashFeatures,
  type HashGrid,
  hashRows,
  initLinear,
  type Linear,
  linear,
  relu,
} from "../../../nn/mod.ts";
import { fold, type Key, uniform } from "../../../random/mod.ts";
import { type Field, linearOfTwo } from "./field.ts";
import { HARMONICS } from "./harmonics.ts";

/** Parameters. */
export type HashField = {
  readonly table_RF: tf.Tensor2D;
  readonly hidden: Linear;
  /** To ln σ and the rest of what colour is told. */
  readonly features: Linear;
  readonly first: Linear;
  readonly second: Linear;
  readonly colour: Linear;
};

/** Numbers that the density network gives; the first is ln σ. */
const FEATURES = 16;
/** Entries of a fresh table lie within ± this. */
const TABLE = 1e-4;
/** ln σ is held below this: what is 1/1000 of a half side thick is nearly opaque. */
const DENSEST = 8;

/** Fresh parameters. */
export function initHashField(
  key: Key,
  { grid, width }: { readonly grid: HashGrid; readonly width: number },
): HashField {
  const table = uniform(fold(key, "table"), [hashRows(grid), grid.features]);
  const layer = (name: string, size: { in: number; out: number; scale?: number }) =>
    initLinear(fold(key, name), size);
  return {
    table_RF: tf.mul(tf.sub(table, 0.5), 2 * TABLE) as tf.Tensor2D,
    hidden: layer("hidden", { in: grid.levels * grid.features, out: width }),
    features: layer("features", { in: width, out: FEATURES }),
    first: layer("first", { in: FEATURES + HARMONICS, out: width }),
    second: layer("second", { in: width, out: width }),
    colour: layer("colour", { in: width, out: 3, scale: 0.5 }),
  };
}

function featuresAt(p: HashField, place_N3: tf.Tensor2D, grid: HashGrid): tf.Tensor2D {
  const inside_N3 = tf.mul(tf.add(place_N3, 1), 0.5) as tf.Tensor2D;
  return linear(p.features, relu(linear(p.hidden, hashFeatures(p.table_RF, inside_N3, grid))));
}

/** exp of the first feature; a fresh field is a thin fog. */
function densityOf(features_N: tf.Tensor2D): tf.Tensor1D {
  const log_N1 = tf.sub(tf.slice(features_N, [0, 0], [features_N.shape[0], 1]), 1);
  return tf.reshape(tf.exp(tf.minimum(log_N1, DENSEST)), [-1]);
}

/** Density at places in [−1, 1]³. [N] */
export function hashDensity(p: HashField, place_N3: tf.Tensor2D, grid: HashGrid): tf.Tensor1D {
  return densityOf(featuresAt(p, place_N3, grid));
}

/** Density and colour at places in [−1, 1]³, seen along directions given by their harmonics. */
export function hashField(
  p: HashField,
  { place_N3, harmonics_NH }: {
    readonly place_N3: tf.Tensor2D;
    readonly harmonics_NH: tf.Tensor2D;
  },
  grid: HashGrid,
): Field {
  const features = featuresAt(p, place_N3, grid);
  const first = relu(linearOfTwo(p.first, { first: features, second: harmonics_NH }));
  const second = relu(linear(p.second, first));
  return { density_N: densityOf(features), colour_N3: tf.sigmoid(linear(p.colour, second)) };
}
