/**
 * A roll-out as a step trains on it: answers with their tokens' advantages and weights, and what is told
 * of them. All that is computed once a step is computed here, on the host, in float64.
 *
 * Shapes as in `rows.ts`. All tensors have a row an answer, so that a batch can be seen in parts.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { type Engine, mapTree } from "../../../../engine/mod.ts";
import { expm1 } from "../../../../numeric/mod.ts";
import type { TensorRecord } from "../../../family.ts";
import {
  baselineAdvantages,
  groupAdvantages,
  leaveOneOutAdvantages,
  whitened,
} from "./equations/advantages.ts";
import type { Answer } from "./answers.ts";
import { generalisedAdvantages, valueTargets } from "./equations/gae.ts";
import { type Estimator, nextCoefficient } from "./equations/kl.ts";
import { type AnswerRows, type RowSizes, rowValues } from "./rows.ts";
import type { Scores } from "./scores.ts";
import type { Policy } from "./settings.ts";
import { answerMask, tokenWeights } from "./equations/weights.ts";
import type { Worth } from "./worth.ts";

/** See the module. */
export type RollOut = AnswerRows & {
  /** What a token counts: see `equations/weights.ts`. */
  readonly weight_BA: tf.Tensor2D;
  /** ln π of the policy that wrote, and of the reference. */
  readonly old_BA: tf.Tensor2D;
  readonly reference_BA: tf.Tensor2D;
  readonly advantage_BA: tf.Tensor2D;
  /** Values when it was written, and what they should have been; of ppo. */
  readonly value_BA?: tf.Tensor2D;
  readonly return_BA?: tf.Tensor2D;
  /** β now, and after the step: the same in all rows. */
  readonly coefficient_B: tf.Tensor1D;
  readonly next_B: tf.Tensor1D;
  /** What a row counts: 1, divided by the parts that have an update of their own. */
  readonly counted_B: tf.Tensor1D;
  readonly told: Told;
};

/** What is told of answers, a number each. */
export type Told = {
  /** What is trained on, before the divergence is taken off. */
  readonly reward: tf.Tensor1D;
  /** The exact rule's, where facts are given. */
  readonly true_reward?: tf.Tensor1D;
  /** Nats from the reference: Σ over tokens of the exact divergence of their distributions. */
  readonly kl: tf.Tensor1D;
  /** Mean over its tokens, nats. */
  readonly entropy: tf.Tensor1D;
  /** Tokens. */
  readonly length: tf.Tensor1D;
  /** 1 where it was ended, 0 where it was cut. */
  readonly ended: tf.Tensor1D;
};

/** What a roll-out is made of. */
export interface Written {
  readonly answers: readonly Answer[];
  readonly scores: Scores;
  readonly worth: Worth;
  readonly sizes: RowSizes;
  /** β now. */
  readonly coefficient: number;
}

/** Estimates of the divergence of tokens from ln π and ln π_ref: see `equations/kl.ts`. */
export function tokenDivergence(log: number, reference: number, estimator: Estimator): number {
  const d = reference - log;
  if (estimator === "k1") return -d;
  return estimator === "k2" ? d * d / 2 : expm1(d) - d;
}

/** Σ over each row. */
function rowSums(values: ArrayLike<number>, width: number): Float64Array {
  const sums = new Float64Array(values.length / width);
  for (let i = 0; i < values.length; i++) sums[Math.floor(i / width)] += values[i];
  return sums;
}

/** Advantages of tokens, and what values should have been. [rows · A] both */
export interface Advantages {
  readonly advantage: Float64Array;
  readonly target?: Float64Array;
}

/** Rewards of tokens: what an answer is worth at its last one, less β times the divergence of each. */
function tokenRewards(
  worth: ArrayLike<number>,
  { penalty, lengths, width }: {
    readonly penalty: Float64Array;
    readonly lengths: readonly number[];
    readonly width: number;
  },
): Float64Array {
  const rewards = penalty.map((nats) => -nats);
  lengths.forEach((length, i) => rewards[i * width + length - 1] += worth[i]);
  return rewards;
}

/** Of ppo: by values, each answer an episode. */
function valuedAdvantages(
  rewards: Float64Array,
  { values, mask, lengths, policy, width }: {
    readonly values: Float32Array;
    readonly mask: Float32Array;
    readonly lengths: readonly number[];
    readonly policy: Policy;
    readonly width: number;
  },
): Advantages {
  const own = policy.whitenRewards ? whitened(rewards, mask, { centred: false }) : rewards;
  const done = new Uint8Array(own.length);
  lengths.forEach((length, i) => done.fill(1, i * width + length - 1, (i + 1) * width));
  const advantage = generalisedAdvantages({ rewards: own, values, done }, policy);
  const target = valueTargets(advantage, values);
  return { advantage: policy.whiten ? whitened(advantage, mask) : advantage, target };
}

/** Of all else: of whole answers. */
function answerAdvantages(rewards: Float64Array, policy: Policy): Float64Array {
  const { method, group, scale, baseline, whiten } = policy;
  const own = method === "grpo"
    ? groupAdvantages(rewards, { group, scale })
    : method === "rloo"
    ? leaveOneOutAdvantages(rewards, { group })
    : baselineAdvantages(rewards, baseline);
  return whiten ? whitened(own, new Uint8Array(own.length).fill(1)) : own;
}

/** What the tokens of answers were worth beside what was expected. */
export function advantagesOf(
  { answers, scores, worth, sizes: { width }, coefficient }: Written,
  policy: Policy,
): Advantages {
  const lengths = answers.map(({ tokens }) => tokens.length);
  const mask = answerMask(lengths, width), { estimator } = policy.kl;
  const beta = policy.kl.in === "reward" ? coefficient : 0;
  const penalty = Float64Array.from(
    mask,
    (there, i) =>
      there === 0 || beta === 0
        ? 0
        : beta * tokenDivergence(scores.log[i], scores.reference[i], estimator),
  );
  if (policy.method === "ppo") {
    const rewards = tokenRewards(worth.reward, { penalty, lengths, width });
    return valuedAdvantages(rewards, { values: scores.value!, mask, lengths, policy, width });
  }
  const nats = rowSums(penalty, width);
  const own = answerAdvantages(worth.reward.map((reward, i) => reward - nats[i]), policy);
  return { advantage: Float64Array.from(mask, (there, i) => there * own[Math.floor(i / width)]) };
}

/** Tensors of it; the caller disposes them. */
export function rollOut(
  written: Written,
  { engine, policy }: { readonly engine: Engine; readonly policy: Policy },
): RollOut {
  const { answers, scores, worth, sizes, coefficient } = written;
  const { columns, width } = sizes, count = answers.length;
  const { tokens, first, targets } = rowValues(answers, sizes);
  const { advantage, target } = advantagesOf(written, policy);
  const lengths = answers.map((answer) => answer.tokens.length);
  const { over, answer: most, miniBatches: parts } = policy;
  const weight = tokenWeights(lengths, { width, over, most, parts });
  const nats = rowSums(scores.divergence, width), entropies = rowSums(scores.entropy, width);
  const found = nats.reduce((a, b) => a + b, 0) / count;
  const next = nextCoefficient(coefficient, { found, ...policy.kl });
  const whole = (values: Int32Array, shape: number[]) => engine.tensor(values, shape, "int32");
  const each = (values: ArrayLike<number>) =>
    engine.tensor(Float32Array.from(values), [count]) as tf.Tensor1D;
  const all = (value: number) => each(new Float32Array(count).fill(value));
  const grid = (values: ArrayLike<number>) =>
    engine.tensor(Float32Array.from(values), [count, width]) as tf.Tensor2D;
  return {
    tokens_BT: whole(tokens, [count, columns]) as tf.Tensor2D,
    first_B: whole(first, [count]) as tf.Tensor1D,
    targets_BA: whole(targets, [count, width]) as tf.Tensor2D,
    weight_BA: grid(weight),
    old_BA: grid(scores.log),
    reference_BA: grid(scores.reference),
    advantage_BA: grid(advantage),
    ...(target && { value_BA: grid(scores.value!), return_BA: grid(target) }),
    coefficient_B: all(coefficient),
    next_B: all(next),
    counted_B: all(1 / parts),
    told: {
      reward: each(worth.reward),
      ...(worth.truth && { true_reward: each(worth.truth) }),
      kl: each(nats),
      entropy: each(entropies.map((sum, i) => sum / lengths[i])),
      length: each(lengths),
      ended: each(answers.map(({ ended }) => ended ? 1 : 0)),
    },
  };
}

/**
 * The rows of a part that has an update of its own: every `parts`-th one, from that on whose turn it is
 * after so many updates.
 */
export function miniBatch(
  rows: RollOut,
  { step, parts }: { readonly step: tf.Scalar; readonly parts: number },
): RollOut {
  if (parts === 1) return rows;
  const count = rows.tokens_BT.shape[0] / parts;
  const done = tf.cast(step, "float32");
  // Half an update more, so that a rounded quotient stays on its side.
  const rounds = tf.floor(tf.div(tf.add(done, 0.5), parts));
  const turn = tf.cast(tf.sub(done, tf.mul(rounds, parts)), "int32");
  const first = tf.mul(tf.range(0, count, 1, "int32"), tf.scalar(parts, "int32"));
  const at = tf.add(first, turn) as tf.Tensor1D;
  return mapTree(rows as TensorRecord, (leaf) => tf.gather(leaf, at)) as unknown as RollOut;
}
