/**
 * Several tokens scored in one place: the answers to one question, in one pass over it.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { decoderLogits, decoderStates } from "../../../backbones/mod.ts";
import { disposeTree } from "../../../engine/mod.ts";
import type { TokenChoices, TokenScores } from "../../../subject/mod.ts";
import { type FamilyProgram, reads } from "../../common/programs.ts";
import { type Setting, type Weights, weightsOf } from "../model.ts";
import { whole } from "../sample.ts";
import { likeliest } from "./choose.ts";
import {
  choiceBucket,
  grouped,
  padded,
  partsOf,
  type Reading,
  scoreBucket,
  scoreRows,
} from "./rows.ts";

type Questions = {
  /** int32; −1 pads at the right. */
  readonly tokens_BT: tf.Tensor2D;
  /** int32: the column of each row's last token. */
  readonly last_B: tf.Tensor1D;
  /** int32; −1: none. */
  readonly choices_BK: tf.Tensor2D;
};

/** `choices`: ln p of each choice after a row, and whether it is the likeliest token: [B, K] both. */
export function choicesProgram(setting: Setting): FamilyProgram {
  const { shape } = setting;
  return reads<Weights, Questions>((state, { tokens_BT, last_B, choices_BK }) => {
    const params = weightsOf(state, setting), [batch, length] = tokens_BT.shape;
    const hidden_BTW = decoderStates(params, tokens_BT, { shape });
    const row_B = tf.range(0, batch, 1, "int32");
    const at_B = tf.add(tf.mul(row_B, tf.scalar(length, "int32")), last_B) as tf.Tensor1D;
    const last_BW = tf.gather(tf.reshape(hidden_BTW, [-1, shape.width]), at_B);
    const logits_BV = decoderLogits(params, last_BW) as tf.Tensor2D;
    const log_BV = tf.sub(logits_BV, tf.logSumExp(logits_BV, 1, true));
    const first_B1 = tf.reshape(tf.mul(row_B, tf.scalar(shape.vocabulary, "int32")), [-1, 1]);
    const from_BK = tf.add(first_B1, tf.maximum(choices_BK, tf.scalar(0, "int32")));
    const best_B1 = tf.reshape(likeliest(logits_BV), [-1, 1]);
    return {
      logProbability_BK: tf.gather(tf.reshape(log_BV, [-1]), from_BK as unknown as tf.Tensor1D),
      greedy_BK: tf.cast(tf.equal(best_B1, choices_BK), "int32"),
    };
  });
}

/**
 * Runs it.
 * @throws RangeError for a row of no token, or of more than the model sees
 */
export async function scoreChoices(
  asked: readonly TokenChoices[],
  { state, context, setting: { shape } }: Reading,
): Promise<TokenScores[]> {
  for (const { before } of asked) {
    if (before.length >= 1 && before.length <= shape.context) continue;
    throw new RangeError(
      `choices after ${before.length} tokens; the model sees at least 1 and at most ` +
        `${shape.context} at once`,
    );
  }
  const found: TokenScores[] = [];
  const items = asked.map(({ before, choices }, i) => ({
    i,
    before,
    choices,
    bucket: scoreBucket(before.length, shape.context),
    most: choiceBucket(choices.length),
  }));
  const key = context.key();
  for (const group of grouped(items, ({ bucket, most }) => `${bucket} ${most}`)) {
    const [{ bucket, most }] = group, count = scoreRows(bucket, 1);
    for (const part of partsOf(group, count)) {
      const inputs = {
        tokens_BT: whole(
          context,
          padded(part.map(({ before }) => before), { count, width: bucket }),
          [count, bucket],
        ),
        last_B: whole(
          context,
          Array.from({ length: count }, (_, i) => i < part.length ? part[i].before.length - 1 : 0),
          [count],
        ),
        choices_BK: whole(
          context,
          padded(part.map(({ choices }) => choices), { count, width: most }),
          [count, most],
        ),
      };
      const outputs = context.run("choices", state, inputs, key);
      const logP = await context.read(outputs.logProbability_BK as tf.Tensor);
      const greedy = await context.read(outputs.greedy_BK as tf.Tensor);
      disposeTree({ ...inputs, ...outputs });
      part.forEach(({ i, choices: { length } }, row) => {
        const from = row * most;
        found[i] = {
          logProbabilities: Float64Array.from(logP.subarray(from, from + length)),
          greedy: Uint8Array.from(greedy.subarray(from, from + length)),
        };
      });
    }
  }
  key.dispose();
  return found;
}
