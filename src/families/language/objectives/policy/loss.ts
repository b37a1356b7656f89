/**
 * What is minimised over a roll-out:
 * Σ w (surrogate + β k(π, π_ref) − c_H H(π) + c_V ½ (V − R)²), w the weights of tokens.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { decoderLogits, type DecoderParameters } from "../../../../backbones/mod.ts";
import { targetLogProbabilities } from "../../../../nn/mod.ts";
import { decoderOf, type Setting, type Trained } from "../../model.ts";
import type { ObjectiveSums } from "../objective.ts";
import { divergence, entropy } from "./equations/kl.ts";
import type { RollOut } from "./roll_out.ts";
import { answerStates, tempered, type ValueHead, valuesOf } from "./rows.ts";
import type { Policy } from "./settings.ts";
import { clipped, type Drawn, surrogate, valueLoss } from "./equations/surrogate.ts";

/** What a policy says of a roll-out's tokens: [B, A] each. */
export interface Said {
  readonly log_BA: tf.Tensor2D;
  /** Where it is asked for. */
  readonly entropy_BA?: tf.Tensor2D;
  /** Where it has a head of values. */
  readonly value_BA?: tf.Tensor2D;
}

/** See `Said`. Gradients flow through it. */
export function said(
  trained: Trained,
  rows: RollOut,
  { setting, policy }: { readonly setting: Setting; readonly policy: Policy },
): Said {
  const params: DecoderParameters = decoderOf(trained, setting);
  const targets_N = tf.reshape(rows.targets_BA, [-1]) as tf.Tensor1D;
  const hidden_NW = answerStates(params, rows, setting.shape);
  const own_NW = tempered(hidden_NW, policy.temperature);
  const logits_NV = decoderLogits(params, own_NW) as tf.Tensor2D;
  const shaped = (x_N: tf.Tensor) => tf.reshape(x_N, rows.targets_BA.shape) as tf.Tensor2D;
  return {
    log_BA: shaped(targetLogProbabilities(logits_NV, targets_N)),
    ...(policy.entropy > 0 && { entropy_BA: shaped(entropy(logits_NV)) }),
    ...(trained.head && { value_BA: shaped(valuesOf(trained.head as ValueHead, hidden_NW)) }),
  };
}

/** 1 at tokens of answers, 0 in padding: [B, A]. */
function there(targets_BA: tf.Tensor2D): tf.Tensor2D {
  return tf.cast(tf.greaterEqual(targets_BA, tf.scalar(0, "int32")), "float32");
}

/**
 * What the surrogate is of: tokens, [B, A]; or whole answers, [B], whose ratios are the products of those
 * of their tokens.
 */
function drawnOf(log_BA: tf.Tensor2D, rows: RollOut, { ratio }: Pick<Policy, "ratio">): Drawn {
  const { old_BA, advantage_BA } = rows;
  if (ratio === "token") return { log: log_BA, old: old_BA, advantage: advantage_BA };
  const [batch] = advantage_BA.shape, there_BA = there(rows.targets_BA);
  return {
    log: tf.sum(tf.mul(log_BA, there_BA), 1),
    old: tf.sum(tf.mul(old_BA, there_BA), 1),
    advantage: tf.reshape(tf.slice(advantage_BA, [0, 0], [batch, 1]), [batch]),
  };
}

/** Means over each answer's tokens, summed over answers: scalar. */
function answersMean(x_BA: tf.Tensor, targets_BA: tf.Tensor2D): tf.Scalar {
  const there_BA = there(targets_BA), count_B = tf.maximum(tf.sum(there_BA, 1), 1);
  return tf.sum(tf.div(tf.sum(tf.mul(x_BA, there_BA), 1), count_B)) as tf.Scalar;
}

const sum = (x: tf.Tensor) => tf.sum(x) as tf.Scalar;

/** See the module: sums over the roll-out's rows, of what a policy says of them. */
export function policySums(
  { log_BA, entropy_BA, value_BA }: Said,
  rows: RollOut,
  policy: Omit<Policy, "reward">,
): ObjectiveSums {
  const { weight_BA, targets_BA, reference_BA } = rows;
  const weighted = (x: tf.Tensor) => tf.sum(tf.mul(weight_BA, x));
  const drawn = drawnOf(log_BA, rows, policy);
  const tokens = policy.ratio === "token";
  const own = surrogate(drawn, policy.clip), held = clipped(drawn, policy.clip);
  // A whole answer counts once, whatever its length.
  let loss: tf.Tensor = tokens ? weighted(own) : tf.sum(own);
  const aux: Record<string, tf.Scalar> = {
    ...Object.fromEntries(Object.entries(rows.told).map(([name, x]) => [name, sum(x)])),
    clip_share: tokens ? answersMean(held, targets_BA) : sum(held),
    kl_coefficient: sum(rows.coefficient_B),
  };
  if (policy.kl.in === "loss") {
    const { estimator } = policy.kl;
    const nats_BA = divergence({ log: log_BA, reference: reference_BA }, estimator);
    const beta_B1 = tf.reshape(rows.coefficient_B, [-1, 1]);
    loss = tf.add(loss, weighted(tf.mul(beta_B1, nats_BA)));
  }
  if (entropy_BA !== undefined) {
    loss = tf.sub(loss, tf.mul(weighted(entropy_BA), policy.entropy));
  }
  if (value_BA !== undefined) {
    const valued = { value: value_BA, old: rows.value_BA!, target: rows.return_BA! };
    const off = weighted(valueLoss(valued, policy.valueClip));
    loss = tf.add(loss, tf.mul(off, policy.valueWeight));
    aux.value_loss = off as tf.Scalar;
  }
  return { loss: loss as tf.Scalar, aux };
}
