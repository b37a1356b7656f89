/**
 * What a VAE minimises: the evidence lower bound and its kin, as a config asks for them.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Pass, Setting } from "./model.ts";
import {
  activeUnits,
  elbo,
  freeBits,
  importanceBound,
  klToStandardNormal,
  logWeights,
} from "./objectives/bounds.ts";
import { batchWeights, klParts, penalty } from "./objectives/total_correlation.ts";

/** What training minimises, and what it reports; nats a picture, averaged over the batch. */
export type Terms = {
  readonly loss: tf.Scalar;
  /** E_q[log p(x|z)] − KL(q ‖ p), whatever the objective. */
  readonly elbo: tf.Scalar;
  /** −E_q[log p(x|z)]. */
  readonly reconstruction: tf.Scalar;
  readonly kl: tf.Scalar;
  readonly active_units: tf.Scalar;
};

/** The terms of one pass. */
export function terms(
  { posterior, draws, logLikelihood_BK }: Pass,
  { beta, setting: { config, trainSize } }: { beta: number | tf.Scalar; setting: Setting },
): Terms {
  const kl_BZ = klToStandardNormal(posterior);
  const kl_B = tf.sum(kl_BZ, 1) as tf.Tensor1D;
  const logLikelihood_B = tf.mean(logLikelihood_BK, 1) as tf.Tensor1D;
  const distortion = tf.neg(tf.mean(logLikelihood_B)) as tf.Scalar;
  const loss = (): tf.Scalar => {
    if (config.objective === "importance") {
      const bound_B = importanceBound(logWeights(logLikelihood_BK, { draws, posterior }));
      return tf.neg(tf.mean(bound_B)) as tf.Scalar;
    }
    if (config.objective === "total-correlation") {
      const batch = posterior.mean_BZ.shape[0];
      const weights = batchWeights(config.estimator, { batch, dataset: trainSize });
      const logWeight_BB = tf.tensor2d(weights, [batch, batch]);
      const z_BZ = tf.squeeze(tf.slice(draws.z_BKZ, [0, 0, 0], [-1, 1, -1]), [1]) as tf.Tensor2D;
      return tf.add(distortion, penalty(klParts(z_BZ, { posterior, logWeight_BB }), beta));
    }
    if (config.freeBits > 0) {
      return tf.add(distortion, tf.mul(freeBits(kl_BZ, config.freeBits), beta));
    }
    return tf.neg(tf.mean(elbo(logLikelihood_B, { kl_B, beta }))) as tf.Scalar;
  };
  return {
    loss: loss(),
    elbo: tf.mean(elbo(logLikelihood_B, { kl_B })) as tf.Scalar,
    reconstruction: distortion,
    kl: tf.mean(kl_B) as tf.Scalar,
    active_units: activeUnits(posterior.mean_BZ),
  };
}
