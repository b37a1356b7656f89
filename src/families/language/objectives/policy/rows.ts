/**
 * Answers with their prompts as tensors of few shapes, and what a policy says of their tokens.
 *
 * Shapes: B rows, T columns of a prompt with its answer, A tokens of an answer, N = B·A, W width, V
 * vocabulary.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import {
  type DecoderParameters,
  type DecoderShape,
  decoderStates,
} from "../../../../backbones/mod.ts";
import { promptBucket } from "../../decoding/rows.ts";
import type { Answer } from "./answers.ts";

/** Rows of prompts with their answers. */
export type AnswerRows = {
  /** int32; −1 pads at the right. */
  readonly tokens_BT: tf.Tensor2D;
  /** int32: the column of each answer's first token. */
  readonly first_B: tf.Tensor1D;
  /** int32: the answers' tokens; −1 pads at the right. */
  readonly targets_BA: tf.Tensor2D;
};

/** T and A. */
export interface RowSizes {
  readonly columns: number;
  readonly width: number;
}

/** Tokens of the shortest bucket of answers; each next one has twice as many. */
const LEAST_ANSWER = 8;

/**
 * Sizes that answers fit in, of few: the bucket of the longest prompt, and of the longest answer, at most
 * as many columns as the model sees and one.
 */
export function rowSizes(
  answers: readonly Answer[],
  { most, context }: { readonly most: number; readonly context: number },
): RowSizes {
  const longest = (of: (answer: Answer) => number) => Math.max(...answers.map(of));
  let width = LEAST_ANSWER;
  while (width < longest(({ tokens }) => tokens.length)) width *= 2;
  width = Math.min(width, most);
  const columns = promptBucket(longest(({ before }) => before.length)) + width;
  return { columns: Math.min(columns, context + 1), width };
}

/** Values of `AnswerRows`, row-major; rows beyond the answers up to `count` are padding. */
export function rowValues(
  answers: readonly Answer[],
  { columns, width, count = answers.length }: RowSizes & { readonly count?: number },
): { readonly tokens: Int32Array; readonly first: Int32Array; readonly targets: Int32Array } {
  const tokens = new Int32Array(count * columns).fill(-1);
  const targets = new Int32Array(count * width).fill(-1);
  const first = new Int32Array(count).fill(1);
  answers.forEach(({ before, tokens: own }, i) => {
    tokens.set(before, i * columns);
    tokens.set(own, i * columns + before.length);
    targets.set(own, i * width);
    first[i] = before.length;
  });
  return { tokens, first, targets };
}

/** Hidden states from which the tokens of answers follow; what padding has is of no use: [N, W]. */
export function answerStates(
  params: DecoderParameters,
  { tokens_BT, first_B, targets_BA }: AnswerRows,
  shape: DecoderShape,
): tf.Tensor2D {
  const [batch, columns] = tokens_BT.shape, seen = columns - 1, [, width] = targets_BA.shape;
  const inputs_BT = tf.slice(tokens_BT, [0, 0], [batch, seen]);
  const hidden_BTW = decoderStates(params, inputs_BT, { shape });
  const whole = (value: number) => tf.scalar(value, "int32");
  const before_B1 = tf.reshape(tf.sub(first_B, whole(1)), [batch, 1]);
  const place_1A = tf.reshape(tf.range(0, width, 1, "int32"), [1, width]);
  const column_BA = tf.minimum(tf.add(before_B1, place_1A), whole(seen - 1));
  const row_B1 = tf.reshape(tf.mul(tf.range(0, batch, 1, "int32"), whole(seen)), [batch, 1]);
  const at_N = tf.reshape(tf.add(row_B1, column_BA), [-1]) as tf.Tensor1D;
  return tf.gather(tf.reshape(hidden_BTW, [-1, shape.width]), at_N) as tf.Tensor2D;
}

/** Hidden states whose logits are divided by a temperature. */
export function tempered(hidden_NW: tf.Tensor2D, temperature: number): tf.Tensor2D {
  return temperature === 1 ? hidden_NW : tf.mul(hidden_NW, 1 / temperature) as tf.Tensor2D;
}

/** A head that says what a state is worth: V(s) = h·weight + bias. */
export type ValueHead = { readonly weight: tf.Tensor2D; readonly bias: tf.Tensor1D };

/** One that says 0 of everything. */
export function initValueHead(width: number): ValueHead {
  return { weight: tf.zeros([width, 1]), bias: tf.zeros([1]) };
}

/** Values of states: [N]. */
export function valuesOf({ weight, bias }: ValueHead, hidden_NW: tf.Tensor2D): tf.Tensor1D {
  return tf.reshape(tf.add(tf.matMul(hidden_NW, weight), bias), [-1]) as tf.Tensor1D;
}
