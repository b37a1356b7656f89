/**
 * Attributes of answers by regression: a head says a number for each, and the mean square of what it is
 * off by is minimised. Wang et al. 2023, HelpSteer (arXiv:2311.09528); 2024, HelpSteer2
 * (arXiv:2406.08673).
 *
 * The head's numbers are shares of an attribute's range: 0 at its least, 1 at its greatest.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { decoderOf } from "../../model.ts";
import type { Objective } from "../objective.ts";
import { initHead, judged, type JudgeHead } from "./head.ts";
import { JUDGE, judgeProgram, tokenJudge } from "./judge.ts";
import { sharesOf } from "./scales.ts";

/** Inputs with whole dialogues and their attributes. */
type Judged = {
  readonly tokens_BT: tf.Tensor2D;
  readonly labels: { readonly [attribute: string]: tf.Tensor1D };
};

/**
 * See the module. Told beside the loss, for each attribute in its own unit: how far off it is on
 * average (`NAME_error`), and to which side (`NAME_bias`, 0 where it is calibrated in the mean).
 */
export const attributes: Objective = {
  view: "judged",
  counts: "dialogues",
  tells: ({ attributes }) => attributes!.flatMap(({ name }) => [`${name}_error`, `${name}_bias`]),
  head: (_key, { shape, attributes }) => initHead(shape.width, attributes!.length, true),
  sums(trained, inputs, { setting }) {
    const { tokens_BT, labels } = inputs as unknown as Judged, learnt = setting.attributes!;
    const parts = { params: decoderOf(trained, setting), head: trained.head as JudgeHead };
    const off_BA = tf.sub(judged(parts, tokens_BT, setting), sharesOf(labels, learnt));
    const told = learnt.flatMap(({ name, minimum, maximum }, a): [string, tf.Scalar][] => {
      const off_B = tf.mul(tf.slice(off_BA, [0, a], [off_BA.shape[0], 1]), maximum - minimum);
      return [
        [`${name}_error`, tf.sum(tf.abs(off_B)) as tf.Scalar],
        [`${name}_bias`, tf.sum(off_B) as tf.Scalar],
      ];
    });
    return {
      loss: tf.div(tf.sum(tf.square(off_BA)), learnt.length) as tf.Scalar,
      aux: Object.fromEntries(told),
    };
  },
  count: (inputs) => tf.scalar((inputs as unknown as Judged).tokens_BT.shape[0]),
  programs: (setting) => ({ [JUDGE]: judgeProgram(setting) }),
  judge: (state, context, setting) => tokenJudge(state, { context, setting }),
};
