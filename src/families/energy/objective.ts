/**
 * Objectives of energy and score models, scalars averaged over the batch.
 *
 * Shapes: B vectors, D numbers each; sigma_B1 the noise of each, noise_BD standard normals.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { fold, type Key, normal, uniform } from "../../random/mod.ts";
import { type Parameters, score, type Setting } from "./model.ts";
import { log } from "../../numeric/mod.ts";
import { valueAndGrad } from "../../nn/mod.ts";

/** s(v), [B, D] → [B, D]. */
export type Score = (v_BD: tf.Tensor2D) => tf.Tensor2D;

/**
 * Denoising score matching: ½ ‖σ s(v + σε) + ε‖². The score of noised data is where it is least, as it
 * is E[−ε/σ | v + σε]. Vincent 2011, eq. 13; weight σ²: Song & Ermon 2019 (arXiv:1907.05600), eq. 6.
 */
export function denoising(
  score: Score,
  v_BD: tf.Tensor2D,
  { noise_BD, sigma_B1 }: { noise_BD: tf.Tensor2D; sigma_B1: tf.Tensor2D },
): tf.Scalar {
  const noised_BD = tf.add(v_BD, tf.mul(noise_BD, sigma_B1)) as tf.Tensor2D;
  const miss_BD = tf.add(tf.mul(score(noised_BD), sigma_B1), noise_BD);
  return tf.mul(tf.mean(tf.sum(tf.square(miss_BD), 1)), 0.5) as tf.Scalar;
}

/**
 * Sliced score matching, reduced variance: mean over slices w ~ N(0, I) or ±1 of wᵀ(∇s)w, plus ½‖s‖²;
 * times σ². In expectation tr ∇s + ½‖s‖², which is ½‖s − true score‖² less a constant. Song et al.
 * 2019 (arXiv:1905.07088), eq. 8.
 * @param slices_MBD M directions a vector
 */
export function sliced(
  score: Score,
  v_BD: tf.Tensor2D,
  { slices_MBD, sigma_B1 }: { slices_MBD: readonly tf.Tensor2D[]; sigma_B1: tf.Tensor2D },
): tf.Scalar {
  const bends = slices_MBD.map((w_BD) => {
    const along = (v: tf.Tensor2D) => ({ loss: tf.sum(tf.mul(score(v), w_BD)) as tf.Scalar });
    return tf.sum(tf.mul(valueAndGrad(along, v_BD).grads, w_BD), 1);
  });
  const bend_B = tf.div(bends.length === 1 ? bends[0] : tf.addN(bends), bends.length);
  const size_B = tf.mul(tf.sum(tf.square(score(v_BD)), 1), 0.5);
  const weight_B = tf.reshape(tf.square(sigma_B1), [-1]);
  return tf.mean(tf.mul(tf.add(bend_B, size_B), weight_B)) as tf.Scalar;
}

/**
 * Contrastive divergence: mean E of data less mean E of samples of the model, whose gradient is that
 * of −log p; plus `penalty` times the mean squares, since energies are free up to a constant. Hinton
 * 2002; Du & Mordatch 2019 (arXiv:1903.08689), eq. 4 and section 3.3.
 */
export function contrastive(
  data_B: tf.Tensor1D,
  samples_N: tf.Tensor1D,
  penalty: number,
): tf.Scalar {
  const difference = tf.sub(tf.mean(data_B), tf.mean(samples_N));
  const squares = tf.add(tf.mean(tf.square(data_B)), tf.mean(tf.square(samples_N)));
  return tf.add(difference, tf.mul(squares, penalty)) as tf.Scalar;
}

/** σ of each row, its logarithm even between the smallest and the largest: [B, 1]. */
function drawNoise(key: Key, rows_B: tf.Tensor1D, { config }: Setting): tf.Tensor2D {
  const [low, high] = [log(config.sigmaMin), log(config.sigmaMax)];
  const u_B1 = uniform(fold(key, "sigma"), [rows_B.shape[0], 1], { rows_B });
  return tf.exp(tf.add(tf.mul(u_B1, high - low), low)) as tf.Tensor2D;
}

/** The score matching that a config asks for, on vectors: denoising or sliced. Scalar. */
export function scoreLoss(params: Parameters, v_BD: tf.Tensor2D, { rows_B, key, setting }: {
  rows_B: tf.Tensor1D;
  key: Key;
  setting: Setting;
}): tf.Scalar {
  const sigma_B1 = drawNoise(key, rows_B, setting);
  const noise_BD = normal(fold(key, "noise"), v_BD.shape, { rows_B }) as tf.Tensor2D;
  const own = (v: tf.Tensor2D) => score(params, v, { sigma_B1, setting });
  if (setting.config.objective === "denoising") {
    return denoising(own, v_BD, { noise_BD, sigma_B1 });
  }
  const noised_BD = tf.add(v_BD, tf.mul(noise_BD, sigma_B1)) as tf.Tensor2D;
  const slices_MBD = Array.from({ length: setting.config.slices }, (_, m) => {
    const u = uniform(fold(fold(key, "slice"), m), v_BD.shape, { rows_B });
    return tf.sub(tf.mul(tf.cast(tf.greaterEqual(u, 0.5), "float32"), 2), 1) as tf.Tensor2D;
  });
  return sliced(own, noised_BD, { slices_MBD, sigma_B1 });
}
