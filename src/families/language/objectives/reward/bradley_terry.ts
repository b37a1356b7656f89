/**
 * Rewards from pairs: p(y⁺ beats y⁻) = σ(r⁺ − r⁻). Bradley & Terry 1952; Ouyang et al. 2022
 * (arXiv:2203.02155), eq. 1.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { softplus } from "../../../../nn/mod.ts";
import { decoderOf } from "../../model.ts";
import type { Objective } from "../objective.ts";
import { answersOf, halves, type Pairs } from "../preference/pairs.ts";
import { initHead, judged, type JudgeHead } from "./head.ts";
import { JUDGE, judgeProgram, tokenJudge } from "./judge.ts";

/** Rewards of answers. [B] each */
export interface PairRewards {
  readonly chosen_B: tf.Tensor1D;
  readonly rejected_B: tf.Tensor1D;
}

/**
 * −ln σ(r⁺ − r⁻) + λ (r⁺ + r⁻)², [B]. The second term holds rewards near zero, which the first leaves
 * free. Eisenstein et al. 2023 (arXiv:2312.09244).
 */
export function pairwiseLoss(
  { chosen_B, rejected_B }: PairRewards,
  { centring = 0 }: { readonly centring?: number } = {},
): tf.Tensor1D {
  const lost_B = softplus(tf.sub(rejected_B, chosen_B)) as tf.Tensor1D;
  if (centring === 0) return lost_B;
  const off_B = tf.mul(tf.square(tf.add(chosen_B, rejected_B)), centring);
  return tf.add(lost_B, off_B) as tf.Tensor1D;
}

/**
 * See the module. Told beside the loss: how often the chosen answer has the larger reward (accuracy),
 * and how sure of that the model is (confidence, the mean of σ(|r⁺ − r⁻|)): where it is calibrated, both
 * are the same.
 */
export const reward: Objective = {
  view: "pairs",
  counts: "pairs",
  tells: ["accuracy", "confidence", "margin", "reward_chosen", "reward_rejected"],
  head: (_key, { shape }) => initHead(shape.width, 1, false),
  sums(trained, inputs, { setting }) {
    const pairs = inputs as unknown as Pairs, { tokens_BT } = answersOf(pairs);
    const parts = { params: decoderOf(trained, setting), head: trained.head as JudgeHead };
    const rewards = halves(tf.reshape(judged(parts, tokens_BT, setting), [-1]) as tf.Tensor1D);
    const { chosen_B, rejected_B } = rewards;
    const margin_B = tf.sub(chosen_B, rejected_B);
    const sum = (x: tf.Tensor) => tf.sum(x) as tf.Scalar;
    return {
      loss: sum(pairwiseLoss(rewards, setting.config.reward)),
      aux: {
        accuracy: sum(tf.cast(tf.greater(margin_B, 0), "float32")),
        confidence: sum(tf.sigmoid(tf.abs(margin_B))),
        margin: sum(margin_B),
        reward_chosen: sum(chosen_B),
        reward_rejected: sum(rejected_B),
      },
    };
  },
  count: (inputs) => tf.scalar((inputs as unknown as Pairs).tokens_BT.shape[0]),
  programs: (setting) => ({ [JUDGE]: judgeProgram(setting) }),
  judge: (state, context, setting) => tokenJudge(state, { context, setting }),
};
