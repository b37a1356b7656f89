/**
 * Shorthands for declaring programs.
 * @module
 */
import type { Program } from "../../engine/mod.ts";
import type { Key } from "../../random/mod.ts";
import type * as tf from "@tensorflow/tfjs";
import type { TensorRecord } from "../family.ts";

/** A family's program. */
export type FamilyProgram = Program<TensorRecord, TensorRecord, TensorRecord>;
/** Inputs with pictures. */
export type Images = { readonly x_BHWC: tf.Tensor4D };
/** Inputs with row numbers. */
export type Rows = { readonly rows_B: tf.Tensor1D };
/** Inputs with codes. */
export type Codes = { readonly z_BZ: tf.Tensor2D };

/** A program that changes the state. */
export function updates<S, I>(
  f: (state: S, inputs: I, key: Key) => [state: S, outputs: TensorRecord],
): FamilyProgram {
  return f as unknown as FamilyProgram;
}

/** A program that leaves the state as it is. */
export function reads<S, I>(
  f: (state: S, inputs: I, key: Key) => TensorRecord,
): FamilyProgram {
  return updates<S, I>((state, inputs, key) => [state, f(state, inputs, key)]);
}
