/** Roll-outs of few answers, without a model. */
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import type { Answer } from "../../../../src/families/language/objectives/policy/answers.ts";
import {
  type RollOut,
  rollOut,
  type Written,
} from "../../../../src/families/language/objectives/policy/roll_out.ts";
import type { RowSizes } from "../../../../src/families/language/objectives/policy/rows.ts";
import {
  type Policy,
  type PolicyConfig,
  type PolicyMethod,
  policyOf,
} from "../../../../src/families/language/objectives/policy/settings.ts";
import { engine, normals } from "../../../families/on_engine.ts";

/** Tokens of an answer at most. */
export const MOST = 5;

/** Lengths of answers. */
export const lengths = (count: number) =>
  fc.array(fc.integer({ min: 1, max: MOST }), { minLength: count, maxLength: count });

/** Settings of answers of at most `MOST` tokens. */
export const settingsOf = (method: PolicyMethod, given: PolicyConfig = {}): Policy =>
  policyOf(method, { answer: MOST, ...given }, { context: 32 });

/** An answer of these tokens to a prompt of two. */
export function answer(prompt: number, tokens: readonly number[]): Answer {
  return {
    prompt,
    before: Int32Array.of(6, prompt % 5),
    tokens: Int32Array.from(tokens),
    ended: tokens.length < MOST,
    text: tokens.join(""),
  };
}

/** Answers of these lengths with scores and rewards of normals; scores are 0 in padding. */
export function writtenOf(
  lengths: readonly number[],
  { seed, rewards, group = 1, width = MOST, values = true }: {
    readonly seed: number;
    readonly rewards?: readonly number[];
    readonly group?: number;
    readonly width?: number;
    readonly values?: boolean;
  },
): Written {
  // What an answer's tokens are given hangs on their places, not on the width.
  const grid = (number: number, of: (value: number) => number) => {
    const drawn = normals(seed + number, lengths.length * MOST);
    return Float32Array.from({ length: lengths.length * width }, (_, i) => {
      const row = Math.floor(i / width), t = i % width;
      return t < lengths[row] ? of(drawn[row * MOST + t]) : 0;
    });
  };
  const log = grid(0, (value) => -Math.abs(value)), sizes: RowSizes = { columns: 2 + width, width };
  return {
    answers: lengths.map((length, i) =>
      answer(Math.floor(i / group), Array.from({ length }, (_, t) => (3 * i + 2 * t) % 5))
    ),
    scores: {
      log,
      reference: grid(1, (value) => -Math.abs(value)),
      entropy: grid(2, Math.abs),
      divergence: grid(3, Math.abs),
      ...(values && { value: grid(4, (value) => value) }),
    },
    worth: { reward: Float64Array.from(rewards ?? normals(seed + 9, lengths.length)) },
    sizes,
    coefficient: 0.3,
  };
}

/** The roll-out as tensors. */
export const tensorsOf = (written: Written, policy: Policy): RollOut =>
  rollOut(written, { engine, policy });

/** As a [B, A] tensor. */
export const gridOf = (values: ArrayLike<number>, { width }: RowSizes): tf.Tensor2D =>
  tf.tensor2d(Array.from(values), [values.length / width, width]);
