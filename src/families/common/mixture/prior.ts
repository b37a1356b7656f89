/**
 * A mixture of Gaussians as the law of codes: fitted to the codes of training pictures after
 * training, drawn from and evaluated on the engine. Ghosh et al. 2020 (arXiv:1903.12436) call it
 * ex-post density estimation. See `gaussian_mixture.ts` for the fit.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { HALF_LOG_TWO_PI, log } from "../../../numeric/mod.ts";
import { categorical, fold, type Key, normal } from "../../../random/mod.ts";
import type { HostContext, TensorRecord } from "../../family.ts";
import { fitGaussianMixture, type GaussianMixture, invertLower } from "./gaussian_mixture.ts";

/** A mixture on the engine, K components in Z dimensions. */
export type MixtureState = {
  /** [K]: log weights; −∞ is never drawn. */
  readonly logits_K: tf.Tensor1D;
  readonly means_KZ: tf.Tensor2D;
  /** Lower Cholesky factors L of the covariances. */
  readonly factors_KZZ: tf.Tensor3D;
  /** L⁻¹. */
  readonly inverses_KZZ: tf.Tensor3D;
  /** [K]: −ln det L − Z/2 ln 2π, each component's log density at its mean. */
  readonly peaks_K: tf.Tensor1D;
};

/** Training pictures whose codes are fitted, at most: more change the fit little and cost time. */
const MOST_POINTS = 5_000;
const BATCH = 250;

/** Before the fit: standard normals, so that every program runs at any step. */
export function initMixture({ components, latent }: { components: number; latent: number }) {
  const eyes = () => tf.tile(tf.expandDims(tf.eye(latent), 0), [components, 1, 1]);
  return {
    logits_K: tf.zeros([components]),
    means_KZ: tf.zeros([components, latent]),
    factors_KZZ: eyes(),
    inverses_KZZ: eyes(),
    peaks_K: tf.fill([components], -latent * HALF_LOG_TWO_PI),
  } as MixtureState;
}

/** A fitted mixture as tensors of `components` rows; those that it lacks get no weight. */
export function mixtureTensors(mixture: GaussianMixture, components: number): MixtureState {
  const Z = mixture.dimension;
  const logits = new Float32Array(components).fill(-Infinity);
  const means = new Float32Array(components * Z);
  const factors = new Float32Array(components * Z * Z);
  const inverses = new Float32Array(components * Z * Z);
  const peaks = new Float32Array(components);
  for (let k = 0; k < mixture.components; k++) {
    if (mixture.weights[k] > 0) logits[k] = log(mixture.weights[k]);
    const factor = mixture.factors.subarray(k * Z * Z, (k + 1) * Z * Z);
    inverses.set(invertLower(factor, Z), k * Z * Z);
    peaks[k] = -Z * HALF_LOG_TWO_PI;
    for (let d = 0; d < Z; d++) peaks[k] -= log(factor[d * Z + d]);
  }
  means.set(mixture.means);
  factors.set(mixture.factors);
  return {
    logits_K: tf.tensor1d(logits),
    means_KZ: tf.tensor2d(means, [components, Z]),
    factors_KZZ: tf.tensor3d(factors, [components, Z, Z]),
    inverses_KZZ: tf.tensor3d(inverses, [components, Z, Z]),
    peaks_K: tf.tensor1d(peaks),
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

/**
 * ln Σ_k w_k N(z; μ_k, L_k L_kᵀ) of each code, nats: [B]. With r = L⁻¹(z − μ) a component's log density
 * is its peak less ½‖r‖².
 */
export function logDensity(mixture: MixtureState, z_BZ: tf.Tensor2D): tf.Tensor1D {
  const logWeights_K = tf.sub(mixture.logits_K, tf.logSumExp(mixture.logits_K));
  const away_KBZ = tf.sub(tf.expandDims(z_BZ, 0), tf.expandDims(mixture.means_KZ, 1));
  const residual_KBZ = tf.matMul(away_KBZ, mixture.inverses_KZZ, false, true);
  const square_KB = tf.sum(tf.square(residual_KBZ), 2);
  const peak_K1 = tf.expandDims(tf.add(mixture.peaks_K, logWeights_K), 1);
  return tf.logSumExp(tf.sub(peak_K1, tf.mul(square_KB, 0.5)), 0);
}

/** Where codes to fit come from. */
export interface CodeSource {
  /** Program from x_BHWC and rows_B to codes. */
  readonly program: string;
  /** Its output, [B, Z]. */
  readonly output: string;
}

/** Encodes training pictures and replaces the state's mixture by one fitted to their codes. */
export async function fitMixture(
  state: TensorRecord,
  context: HostContext,
  { components, latent, program, output }: CodeSource & { components: number; latent: number },
): Promise<TensorRecord> {
  const count = Math.min(context.trainSize, MOST_POINTS);
  const data = new Float64Array(count * latent);
  const key = context.key("mixture");
  for (let from = 0; from < count; from += BATCH) {
    const indices = Array.from({ length: Math.min(BATCH, count - from) }, (_, i) => from + i);
    const samples = await context.trainSamples(indices);
    const rows_B = context.engine.tensor(Int32Array.from(indices), [indices.length], "int32");
    const outputs = await context.run(program, state, { ...samples, rows_B }, key);
    data.set(await context.engine.read(outputs[output] as tf.Tensor), from * latent);
    tf.dispose([samples as tf.TensorContainer, rows_B, outputs as tf.TensorContainer]);
  }
  const [high, low] = await context.engine.read(key);
  key.dispose();
  const { mixture } = fitGaussianMixture({ count, dimension: latent, data }, {
    components,
    key: [high >>> 0, low >>> 0],
  });
  return { ...state, mixture: mixtureTensors(mixture, components) };
}
