/**
 * The three parts of the averaged KL term, and the β-TC objective made of them: Chen et al. 2018,
 * "Isolating Sources of Disentanglement in VAEs" (arXiv:1802.04942).
 *
 *   E_x KL(q(z|x) ‖ p(z)) = I(x; z) + KL(q(z) ‖ Π_d q(z_d)) + Σ_d KL(q(z_d) ‖ p(z_d)),
 *
 * where q(z) = (1/N) Σ_n q(z|x_n) runs over the whole data set and is estimated from a batch.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { log, LOG_TWO_PI } from "../../../numeric/mod.ts";
import type { Gaussian } from "./bounds.ts";

/** How q(z) is estimated from a batch. */
export type Estimator = "weighted" | "stratified";

/**
 * ln w[i][j], row-major [B, B], so that Σ_j w[i][j] q(z_i|x_j) estimates q(z_i), where z_i came from
 * picture i.
 *
 * - `weighted`: w = 1/(N B). Biased: it takes a batch for the data (Chen et al., eq. 5).
 * - `stratified`: 1/N for picture i itself, 1/M for the others but one, (N − M)/(N M) for that one,
 *   M = B − 1: unbiased when the others are drawn without picture i (Chen et al., appendix C.2).
 * @throws RangeError for a batch of one or one larger than the data set.
 */
export function batchWeights(
  estimator: Estimator,
  { batch, dataset }: { batch: number; dataset: number },
): Float32Array {
  if (batch < 2 || batch > dataset) {
    throw new RangeError(
      `β-TC compares each picture with the rest of its batch: it needs a batch of 2 up to the ` +
        `${dataset} training pictures, got ${batch}`,
    );
  }
  if (estimator === "weighted") {
    return new Float32Array(batch * batch).fill(-log(batch) - log(dataset));
  }
  const M = batch - 1;
  const weights = new Float32Array(batch * batch).fill(-log(M));
  const last = log((dataset - M) / (dataset * M));
  for (let i = 0; i < batch; i++) {
    weights[i * batch + i] = -log(dataset);
    weights[i * batch + (i + 1) % batch] = last;
  }
  return weights;
}

/** The three parts, each [B], nats. */
export interface KlParts {
  /** log q(z|x) − log q(z): I(x; z), index-code mutual information. */
  readonly mutualInformation_B: tf.Tensor1D;
  /** log q(z) − Σ_d log q(z_d): total correlation. */
  readonly totalCorrelation_B: tf.Tensor1D;
  /** Σ_d log q(z_d) − log p(z): dimension-wise KL. */
  readonly dimensionwiseKl_B: tf.Tensor1D;
}

/** log N(z_id; μ_jd, σ²_jd) of each draw i under each picture j's posterior: [B, B, Z]. */
function logDensities(z_BZ: tf.Tensor2D, { mean_BZ, logVariance_BZ }: Gaussian): tf.Tensor3D {
  const difference = tf.sub(tf.expandDims(z_BZ, 1), tf.expandDims(mean_BZ, 0));
  const precision = tf.expandDims(tf.exp(tf.neg(logVariance_BZ)), 0);
  const square = tf.mul(tf.square(difference), precision);
  return tf.mul(
    tf.add(square, tf.expandDims(tf.add(logVariance_BZ, LOG_TWO_PI), 0)),
    -0.5,
  ) as tf.Tensor3D;
}

/**
 * The three parts at one draw z_i a picture.
 * @param logWeight_BB `batchWeights`, or −ln N throughout where the batch is the whole data set.
 */
export function klParts(
  z_BZ: tf.Tensor2D,
  { posterior, logWeight_BB }: { posterior: Gaussian; logWeight_BB: tf.Tensor2D },
): KlParts {
  const [B] = z_BZ.shape;
  const density_BBZ = logDensities(z_BZ, posterior);
  const joint_BB = tf.sum(density_BBZ, 2);
  const own_BB = tf.eye(B);
  const logConditional_B = tf.sum(tf.mul(joint_BB, own_BB), 1);
  const logJoint_B = tf.logSumExp(tf.add(joint_BB, logWeight_BB), 1);
  const logMarginal_BZ = tf.logSumExp(tf.add(density_BBZ, tf.expandDims(logWeight_BB, 2)), 1);
  const logProduct_B = tf.sum(logMarginal_BZ, 1);
  const logPrior_B = tf.sum(tf.mul(tf.add(tf.square(z_BZ), LOG_TWO_PI), -0.5), 1);
  return {
    mutualInformation_B: tf.sub(logConditional_B, logJoint_B) as tf.Tensor1D,
    totalCorrelation_B: tf.sub(logJoint_B, logProduct_B) as tf.Tensor1D,
    dimensionwiseKl_B: tf.sub(logProduct_B, logPrior_B) as tf.Tensor1D,
  };
}

/** I(x; z) + β TC + Σ_d KL_d, averaged over the batch: Chen et al., eq. 4 with α = γ = 1. Scalar. */
export function penalty(parts: KlParts, beta: number | tf.Scalar): tf.Scalar {
  const weighted = tf.mul(parts.totalCorrelation_B, beta);
  return tf.mean(
    tf.add(tf.add(parts.mutualInformation_B, weighted), parts.dimensionwiseKl_B),
  ) as tf.Scalar;
}
