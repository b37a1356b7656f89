/**
 * Sampling from an autoencoder: a mixture of Gaussians is fitted to the codes of training pictures
 * after training, and its draws are decoded. See `../mixture.ts`.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Key } from "../../engine/engine.ts";
import { log } from "../../numeric/elementary.ts";
import { categorical, fold, normal } from "../../random/key.ts";
import type { HostContext, TensorRecord } from "../family.ts";
import { fitGaussianMixture, type GaussianMixture } from "../mixture.ts";

/** A mixture on the engine, K components in Z dimensions. */
export type MixtureState = {
  /** [K]: log weights; −∞ is never drawn. */
  readonly logits_K: tf.Tensor1D;
  readonly means_KZ: tf.Tensor2D;
  /** Lower Cholesky factors of the covariances. */
  readonly factors_KZZ: tf.Tensor3D;
};

/** Training pictures whose codes are fitted, at most: more change the fit little and cost time. */
const MOST_POINTS = 5_000;
const BATCH = 250;

/** Before the fit: standard normals, so that every program runs at any step. */
export function initMixture({ components, latent }: { components: number; latent: number }) {
  const eye_1ZZ = tf.expandDims(tf.eye(latent), 0);
  return {
    logits_K: tf.zeros([components]),
    means_KZ: tf.zeros([components, latent]),
    factors_KZZ: tf.tile(eye_1ZZ, [components, 1, 1]),
  } as MixtureState;
}

/** A fitted mixture as tensors of `components` rows; those that it lacks get no weight. */
export function mixtureTensors(mixture: GaussianMixture, components: number): MixtureState {
  const Z = mixture.dimension;
  const logits = new Float32Array(components).fill(-Infinity);
  const means = new Float32Array(components * Z);
  const factors = new Float32Array(components * Z * Z);
  for (let k = 0; k < mixture.components; k++) {
    if (mixture.weights[k] > 0) logits[k] = log(mixture.weights[k]);
  }
  means.set(mixture.means);
  factors.set(mixture.factors);
  return {
    logits_K: tf.tensor1d(logits),
    means_KZ: tf.tensor2d(means, [components, Z]),
    factors_KZZ: tf.tensor3d(factors, [components, Z, Z]),
  };
}

/** One code a row: component ~ weights, z = mean + L ε. Row i's depends on rows_B[i] alone. [B, Z] */
export function drawCodes(mixture: MixtureState, rows_B: tf.Tensor1D, key: Key): tf.Tensor2D {
  const [B] = rows_B.shape;
  const [K, Z] = mixture.means_KZ.shape;
  const logits_BK = tf.broadcastTo(tf.expandDims(mixture.logits_K, 0), [B, K]);
  const component_B = categorical(fold(key, "component"), logits_BK, { rows_B });
  const noise_BZ1 = tf.expandDims(normal(fold(key, "point"), [B, Z], { rows_B }), 2);
  const mean_BZ = tf.gather(mixture.means_KZ, component_B);
  const factor_BZZ = tf.gather(mixture.factors_KZZ, component_B);
  return tf.add(mean_BZ, tf.squeeze(tf.matMul(factor_BZZ, noise_BZ1), [2])) as tf.Tensor2D;
}

/** Encodes training pictures and replaces the state's mixture by one fitted to their codes. */
export async function fitMixture(
  state: TensorRecord,
  context: HostContext,
  { components, latent }: { components: number; latent: number },
): Promise<TensorRecord> {
  const count = Math.min(context.trainSize, MOST_POINTS);
  const data = new Float64Array(count * latent);
  const key = context.key("mixture");
  for (let from = 0; from < count; from += BATCH) {
    const indices = Array.from({ length: Math.min(BATCH, count - from) }, (_, i) => from + i);
    const x_BHWC = await context.trainImages(indices);
    const outputs = await context.run("encode", state, { x_BHWC }, key);
    const mean_BZ = outputs.mean_BZ as tf.Tensor;
    data.set(await context.engine.read(mean_BZ), from * latent);
    x_BHWC.dispose();
    mean_BZ.dispose();
  }
  const [high, low] = await context.engine.read(key);
  key.dispose();
  const { mixture } = fitGaussianMixture({ count, dimension: latent, data }, {
    components,
    key: [high >>> 0, low >>> 0],
  });
  return { ...state, mixture: mixtureTensors(mixture, components) };
}
