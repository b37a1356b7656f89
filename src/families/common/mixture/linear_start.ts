/**
 * A Gaussian with the data's mean and leading principal components, as a linear map from noise to
 * pictures: x = mean + z·factor, fitted before training by subspace iteration (Halko et al. 2011,
 * arXiv:0909.4061, algorithm 4.4) with the products on the engine.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Grid } from "../../../backbones/mod.ts";
import { disposeTree } from "../../../engine/mod.ts";
import { orthonormalise } from "../../../numeric/mod.ts";
import { hostNormal } from "../../../random/host/mod.ts";
import type { HostContext, TensorRecord } from "../../family.ts";
import { choleskyFactor } from "./gaussian_mixture.ts";

/** The map, P numbers a picture. */
export type LinearStart = {
  readonly mean_P: tf.Tensor1D;
  readonly factor_ZP: tf.Tensor2D;
};

/** Training pictures that are looked at, at most: more change the components little and cost time. */
const MOST_PICTURES = 5_000;
const BATCH = 250;
/** Rounds of the iteration: each makes the angle to the leading components smaller. */
const ROUNDS = 4;

/** Before the fit: nothing, so that every program runs at any step. */
export function initLinearStart(
  { latent, sample: { height, width, channels } }: { latent: number; sample: Grid },
): LinearStart {
  const size = height * width * channels;
  return { mean_P: tf.zeros([size]), factor_ZP: tf.zeros([latent, size]) };
}

/** mean + z·factor, [B, P]. */
export function linearPictures({ mean_P, factor_ZP }: LinearStart, z_BZ: tf.Tensor2D): tf.Tensor2D {
  return tf.add(tf.matMul(z_BZ, factor_ZP), mean_P) as tf.Tensor2D;
}

/** What a pass over the data computes of a batch: Σ x and basis·(x − mean)ᵀ(x − mean). */
export function sketch(
  x_BP: tf.Tensor2D,
  { mean_P, factor_ZP }: LinearStart,
): { sum_P: tf.Tensor1D; product_ZP: tf.Tensor2D } {
  const centred_BP = tf.sub(x_BP, mean_P) as tf.Tensor2D;
  const scores_BZ = tf.matMul(centred_BP, factor_ZP, false, true);
  return {
    sum_P: tf.sum(x_BP, 0) as tf.Tensor1D,
    product_ZP: tf.matMul(scores_BZ, centred_BP, true) as tf.Tensor2D,
  };
}

/**
 * The factor by which z·factor, z standard normal, has the data's covariance C within the span of an
 * orthonormal basis Q: with S = Q C Qᵀ = L Lᵀ it is Lᵀ Q, as (Lᵀ Q)ᵀ(Lᵀ Q) = Qᵀ S Q. `products` are
 * count·Q C. Row-major [rows, P].
 */
function factorOf(
  basis: Float64Array,
  { products, rows, count }: { products: Float64Array; rows: number; count: number },
): Float64Array {
  const P = basis.length / rows;
  const covariance = new Float64Array(rows * rows);
  let trace = 0;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < rows; j++) {
      let sum = 0;
      for (let p = 0; p < P; p++) sum += products[i * P + p] * basis[j * P + p];
      covariance[i * rows + j] = sum / count;
    }
    trace += covariance[i * rows + i];
  }
  // Rows of the basis that are zero have no variance: a pivot of their own keeps the factor defined.
  for (let i = 0; i < rows; i++) covariance[i * rows + i] += 1e-9 * trace + Number.MIN_VALUE;
  const lower = choleskyFactor(covariance, rows);
  const factor = new Float64Array(basis.length);
  for (let i = 0; i < rows; i++) {
    for (let j = i; j < rows; j++) {
      const l = lower[j * rows + i];
      for (let p = 0; p < P; p++) factor[i * P + p] += l * basis[j * P + p];
    }
  }
  return factor;
}

/**
 * Replaces the state's `linear` by one of its shape fitted to the training pictures as `program` sees
 * them: a program whose outputs are `sketch`'s under the `linear` of its inputs.
 */
export async function fitLinearStart<S extends TensorRecord & { readonly linear: LinearStart }>(
  state: S,
  context: HostContext,
  program: string,
): Promise<S> {
  const [latent, size] = state.linear.factor_ZP.shape;
  const { engine, trainSize } = context;
  const count = Math.min(trainSize, MOST_PICTURES);
  const key = context.key("linear start");
  const [high, low] = await engine.read(key);
  const mean = new Float64Array(size);
  let basis = Float64Array.from(hostNormal([high >>> 0, low >>> 0], latent * size));
  const tensors = (factor: Float64Array): LinearStart => ({
    mean_P: engine.tensor(Float32Array.from(mean), [size]) as tf.Tensor1D,
    factor_ZP: engine.tensor(Float32Array.from(factor), [latent, size]) as tf.Tensor2D,
  });
  const pass = async () => {
    const sum = new Float64Array(size);
    const products = new Float64Array(latent * size);
    const linear = tensors(basis);
    for (let from = 0; from < count; from += BATCH) {
      const indices = Array.from({ length: Math.min(BATCH, count - from) }, (_, i) => from + i);
      const samples = await context.trainSamples(indices);
      const outputs = await context.run(program, state, { ...samples, linear }, key);
      const sums = await engine.read(outputs.sum_P as tf.Tensor);
      const batch = await engine.read(outputs.product_ZP as tf.Tensor);
      for (let p = 0; p < size; p++) sum[p] += sums[p];
      for (let i = 0; i < products.length; i++) products[i] += batch[i];
      tf.dispose([samples as tf.TensorContainer, outputs as tf.TensorContainer]);
    }
    tf.dispose(linear);
    return { sum, products };
  };
  // The first pass finds the mean; what it makes of the basis is not centred yet, but near.
  for (let round = 0; round < ROUNDS; round++) {
    const { sum, products } = await pass();
    if (round === 0) sum.forEach((s, p) => mean[p] = s / count);
    basis = products;
    orthonormalise(basis, latent);
  }
  const { products } = await pass();
  key.dispose();
  disposeTree(state.linear);
  return { ...state, linear: tensors(factorOf(basis, { products, rows: latent, count })) };
}
