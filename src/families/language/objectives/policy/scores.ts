/**
 * What the policy that wrote answers says of their tokens, and what its reference does; in rows of a few
 * fixed shapes.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { decoderLogits, type DecoderParameters } from "../../../../backbones/mod.ts";
import { disposeTree } from "../../../../engine/mod.ts";
import { targetLogProbabilities } from "../../../../nn/mod.ts";
import { type FamilyProgram, reads } from "../../../common/programs.ts";
import type { CollectContext, TensorRecord } from "../../../family.ts";
import type { Policy } from "./settings.ts";
import { partsOf } from "../../decoding/rows.ts";
import { decoderOf, type Setting, type State, type Trained } from "../../model.ts";
import { whole } from "../../sample.ts";
import { type Answer, liveOf } from "./answers.ts";
import { entropy, exactDivergence } from "./equations/kl.ts";
import {
  type AnswerRows,
  answerStates,
  type RowSizes,
  rowValues,
  tempered,
  type ValueHead,
  valuesOf,
} from "./rows.ts";

/** The name of the program. */
export const SCORES = "policy_scores";

/** What the program is given beside the policy: its reference, where that isn't the frozen base. */
type Scored = Trained & { readonly reference?: DecoderParameters };

/** Of each token of the answers, row-major, 0 in padding: nats, but for the values. */
export interface Scores {
  /** ln π(token). */
  readonly log: Float32Array;
  /** ln π_ref(token). */
  readonly reference: Float32Array;
  /** Of the distribution that the token is of. */
  readonly entropy: Float32Array;
  /** KL(π ‖ π_ref) of that distribution. */
  readonly divergence: Float32Array;
  /** V before the token, where the policy has a head of values. */
  readonly value?: Float32Array;
}

/** `policy_scores`: [B, A] of `AnswerRows`, by the names in `Scores`. */
export function scoresProgram(
  setting: Setting,
  { temperature }: Pick<Policy, "temperature">,
): FamilyProgram {
  return reads<Scored, AnswerRows>((state, rows) => {
    const { targets_BA } = rows, { shape } = setting;
    const targets_N = tf.reshape(targets_BA, [-1]) as tf.Tensor1D;
    const there_N = tf.cast(tf.greaterEqual(targets_N, tf.scalar(0, "int32")), "float32");
    const logitsOf = (params: DecoderParameters, hidden_NW: tf.Tensor2D) =>
      decoderLogits(params, tempered(hidden_NW, temperature)) as tf.Tensor2D;
    const own = decoderOf(state, setting);
    const hidden_NW = answerStates(own, rows, shape);
    const logits_NV = logitsOf(own, hidden_NW);
    // An adapter's base is what it was: no copy is held.
    const other = decoderOf({ params: state.reference ?? state.params }, setting);
    const reference_NV = logitsOf(other, answerStates(other, rows, shape));
    const shaped = (x_N: tf.Tensor) => tf.reshape(tf.mul(x_N, there_N), targets_BA.shape);
    return {
      log: shaped(targetLogProbabilities(logits_NV, targets_N)),
      reference: shaped(targetLogProbabilities(reference_NV, targets_N)),
      entropy: shaped(entropy(logits_NV)),
      divergence: shaped(exactDivergence(logits_NV, reference_NV)),
      ...(state.head && { value: shaped(valuesOf(state.head as ValueHead, hidden_NW)) }),
    };
  });
}

/** Logits, and rows, at most that are made together. */
const MOST_LOGITS = 1 << 24, MOST_ROWS = 32;

/** Rows that are scored together. */
function rowsAtOnce({ width }: RowSizes, vocabulary: number): number {
  return Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_LOGITS / (width * vocabulary))));
}

/** Runs it on answers. */
export async function scoresOf(
  state: State,
  answers: readonly Answer[],
  { context, setting, sizes }: {
    readonly context: CollectContext;
    readonly setting: Setting;
    readonly sizes: RowSizes;
  },
): Promise<Scores> {
  const { columns, width } = sizes;
  const count = Math.min(answers.length, rowsAtOnce(sizes, setting.shape.vocabulary));
  const reference = (state.frozen as { readonly reference?: DecoderParameters }).reference;
  const scored = { ...liveOf(state), ...(reference && { reference }) } as TensorRecord;
  const found: Record<string, Float32Array> = {};
  const key = context.key();
  let from = 0;
  for (const part of partsOf(answers, count)) {
    const { tokens, first, targets } = rowValues(part, { ...sizes, count });
    const rows = {
      tokens_BT: whole(context, tokens, [count, columns]),
      first_B: whole(context, first, [count]),
      targets_BA: whole(context, targets, [count, width]),
    };
    const outputs = context.run(SCORES, scored, rows, key);
    for (const [name, tensor] of Object.entries(outputs)) {
      const values = await context.read(tensor as tf.Tensor);
      found[name] ??= new Float32Array(answers.length * width);
      found[name].set(values.subarray(0, part.length * width), from * width);
    }
    disposeTree({ ...rows, ...outputs });
    from += part.length;
  }
  key.dispose();
  return found as unknown as Scores;
}
