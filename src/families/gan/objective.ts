/**
 * What discriminator and generator play for, a number a picture. real_B and fake_B are the
 * discriminator's outputs D for pictures of the data and of the generator; σ is the logistic
 * function, and softplus(l) = −ln(1 − σ(l)) = −ln σ(−l) is finite however sure D is.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { relu, softplus } from "../../nn/mod.ts";
import type { LossName } from "./presets.ts";

/** Outputs of the discriminator; row i of both form a pair. */
export type Scores = {
  readonly real_B: tf.Tensor1D;
  readonly fake_B: tf.Tensor1D;
};

/** A game's two losses, each minimised by its player. */
export interface AdversarialLoss {
  readonly discriminator: (scores: Scores) => tf.Tensor1D;
  readonly generator: (scores: Scores) => tf.Tensor1D;
  /**
   * What turns the discriminator's slope in D(x̃) into the generator's: their ratio, a number a
   * picture. Absent where the discriminator's is 0 and the generator's isn't.
   */
  readonly exchange?: (scores: Scores) => tf.Tensor1D;
  /** Whether D = 0 is the boundary between real and fake; otherwise D may drift by a constant. */
  readonly anchored: boolean;
}

/** −ln σ(D(x)) − ln(1 − σ(D(x̃))). Goodfellow et al. 2014 (arXiv:1406.2661), eq. 1. */
function logistic({ real_B, fake_B }: Scores): tf.Tensor1D {
  return tf.add(softplus(tf.neg(real_B)), softplus(fake_B));
}

/** Beyond e to this the ratio of two slopes stays as it is: float32 ends at e^88. */
const MOST_LOG_ODDS = 40;

/** −(1 − σ(l))/σ(l) = −e^{−l}. */
function oddsAgainst(l_B: tf.Tensor1D): tf.Tensor1D {
  return tf.neg(tf.exp(tf.minimum(tf.neg(l_B), MOST_LOG_ODDS)));
}

/** What one player wins the other loses. */
function opposite({ fake_B }: Scores): tf.Tensor1D {
  return tf.fill(fake_B.shape, -1);
}

/** Holds the Wasserstein critic near 0, which its loss leaves free. Karras et al. 2018, A.1. */
const DRIFT = 1e-3;

/** The games. */
export const adversarialLosses: Readonly<Record<LossName, AdversarialLoss>> = {
  // The generator minimises −ln σ(D(x̃)): slope −(1 − σ), strong where D is sure of a fake.
  "non-saturating": {
    discriminator: logistic,
    generator: ({ fake_B }) => softplus(tf.neg(fake_B)),
    exchange: ({ fake_B }) => oddsAgainst(fake_B),
    anchored: true,
  },
  // The generator minimises ln(1 − σ(D(x̃))), the value that D maximises: slope −σ.
  saturating: {
    discriminator: logistic,
    generator: ({ fake_B }) => tf.neg(softplus(fake_B)),
    exchange: opposite,
    anchored: true,
  },
  // D(x̃) − D(x). Arjovsky et al. 2017 (arXiv:1701.07875); the slope is the penalty's business.
  wasserstein: {
    discriminator: ({ real_B, fake_B }) =>
      tf.add(tf.sub(fake_B, real_B), tf.mul(DRIFT, tf.square(real_B))),
    generator: ({ fake_B }) => tf.neg(fake_B),
    exchange: opposite,
    anchored: false,
  },
  // max(0, 1 − D(x)) + max(0, 1 + D(x̃)). Lim & Ye 2017 (arXiv:1705.02894).
  hinge: {
    discriminator: ({ real_B, fake_B }) => tf.add(relu(tf.sub(1, real_B)), relu(tf.add(1, fake_B))),
    generator: ({ fake_B }) => tf.neg(fake_B),
    anchored: true,
  },
  // −ln σ(D(x) − D(x̃)) and the reverse. Jolicoeur-Martineau 2019 (arXiv:1807.00734), eq. 3; Huang
  // et al. 2024 (arXiv:2501.05441), eq. 2.
  relativistic: {
    discriminator: ({ real_B, fake_B }) => softplus(tf.sub(fake_B, real_B)),
    generator: ({ real_B, fake_B }) => softplus(tf.sub(real_B, fake_B)),
    exchange: ({ real_B, fake_B }) => oddsAgainst(tf.sub(fake_B, real_B)),
    anchored: false,
  },
};

/**
 * Where D's outputs are told apart: 0, or halfway between the means of the two where the loss leaves
 * D's zero free.
 */
export function boundary({ real_B, fake_B }: Scores, { anchored }: AdversarialLoss): tf.Scalar {
  if (anchored) return tf.scalar(0);
  return tf.mul(tf.add(tf.mean(real_B), tf.mean(fake_B)), 0.5) as tf.Scalar;
}

/** What a step reports of the scores. */
export type Diagnostics = {
  readonly real_score: tf.Scalar;
  readonly fake_score: tf.Scalar;
  /** Share of pictures on their side of the boundary; ½: D is fooled. */
  readonly accuracy: tf.Scalar;
  /** E[sign(D(x) − boundary)] over the data: ADA's r_t. Karras et al. 2020, eq. 1. */
  readonly real_sign: tf.Scalar;
};

/** Mean scores, accuracy and r_t of a batch. */
export function diagnose(scores: Scores, loss: AdversarialLoss): Diagnostics {
  const { real_B, fake_B } = scores;
  const at = boundary(scores, loss);
  const right = tf.concat([tf.greater(real_B, at), tf.less(fake_B, at)]);
  return {
    real_score: tf.mean(real_B) as tf.Scalar,
    fake_score: tf.mean(fake_B) as tf.Scalar,
    accuracy: tf.mean(tf.cast(right, "float32")) as tf.Scalar,
    real_sign: tf.mean(tf.sign(tf.sub(real_B, at))) as tf.Scalar,
  };
}
