/**
 * Keys and draws as tensors: the same bits as the host's (`host.ts`), as engine operations, so that
 * nothing freezes into a compiled program. Gradients don't flow through draws.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { HostKey } from "./host/host.ts";
import { PHILOX_CATEGORICAL, PHILOX_FOLD, PHILOX_NORMAL, PHILOX_UNIFORM } from "./host/kernels.ts";

/** A randomness key: int32 [2], the two words of a Philox key. See `random/key.ts`. */
export type Key = tf.Tensor1D;

/** How draws are tied to rows. */
export interface RowOptions {
  /**
   * int32 [B], B the first dimension of what is drawn: row i's draws then depend on the key and
   * rows_B[i] alone, not on its place in the batch. Without it all elements form row 0.
   */
  readonly rows_B?: tf.Tensor;
}

/** A host key as an int32 tensor [2] holding the same 64 bits. */
export function keyTensor(host: HostKey): Key {
  return tf.tensor1d(new Int32Array([host[0] | 0, host[1] | 0]), "int32");
}

function run(name: string, inputs: tf.NamedTensorMap, attributes: tf.NamedAttrMap = {}): tf.Tensor {
  return tf.engine().runKernel(name, inputs, attributes) as tf.Tensor;
}

/** `rows_B` as the kernels take it, checked against the rows that are drawn. */
function rowInputs(rows_B: tf.Tensor | undefined, shape: readonly number[]): tf.NamedTensorMap {
  if (rows_B === undefined) return {};
  if (rows_B.dtype !== "int32" || rows_B.rank !== 1 || rows_B.shape[0] !== shape[0]) {
    throw new Error(
      `rows_B must be int32 [${shape[0]}], one number a row of what is drawn ([${shape}]); it is ` +
        `${rows_B.dtype} [${rows_B.shape}]`,
    );
  }
  return { rows: rows_B };
}

/**
 * The key's child for a purpose (string), a whole number, or an int32 scalar tensor (a step
 * number). `fold(key, 5)` and `fold(key, tf.scalar(5, "int32"))` are the same key.
 */
export function fold(key: Key, data: string | number | tf.Scalar): Key {
  if (typeof data === "string") return run(PHILOX_FOLD, { key }, { text: data }) as Key;
  if (typeof data !== "number") {
    if (data.dtype !== "int32" || data.size !== 1) {
      throw new Error(
        `fold needs an int32 scalar, not ${data.dtype} [${data.shape}]; cast it, or use a number`,
      );
    }
    return run(PHILOX_FOLD, { key, data }) as Key;
  }
  if (!Number.isSafeInteger(data) || data < 0 || data >= 2 ** 31) {
    throw new RangeError(`fold: ${data} is not a whole number from 0 to 2^31 − 1`);
  }
  return tf.tidy(() => run(PHILOX_FOLD, { key, data: tf.scalar(data, "int32") }) as Key);
}

/** `count` independent keys: `fold(key, 0)`, `fold(key, 1)`, … */
export function split(key: Key, count: number): Key[] {
  return Array.from({ length: count }, (_, i) => fold(key, i));
}

/** Uniforms in [0, 1), multiples of 2⁻²⁴; float32 of the given shape. */
export function uniform<R extends tf.Rank = tf.Rank>(
  key: Key,
  shape: readonly number[],
  { rows_B }: RowOptions = {},
): tf.Tensor<R> {
  return run(PHILOX_UNIFORM, { key, ...rowInputs(rows_B, shape) }, {
    shape: [...shape],
  }) as tf.Tensor<R>;
}

/** Standard normals, |x| < 6.8; float32 of the given shape. */
export function normal<R extends tf.Rank = tf.Rank>(
  key: Key,
  shape: readonly number[],
  { rows_B }: RowOptions = {},
): tf.Tensor<R> {
  return run(PHILOX_NORMAL, { key, ...rowInputs(rows_B, shape) }, {
    shape: [...shape],
  }) as tf.Tensor<R>;
}

/**
 * One class a row from softmax(logits); int32 [B]. −∞ is never drawn; NaN, +∞ or a row of −∞ is an
 * error. Without `rows_B` row i is numbered i.
 * @param logits_BK unnormalised log-probabilities
 */
export function categorical(
  key: Key,
  logits_BK: tf.Tensor,
  { rows_B }: RowOptions = {},
): tf.Tensor1D {
  if (logits_BK.rank !== 2 || logits_BK.dtype !== "float32") {
    throw new Error(
      `categorical needs float32 logits [B, K], not ${logits_BK.dtype} [${logits_BK.shape}]`,
    );
  }
  const rows = rowInputs(rows_B, logits_BK.shape);
  return run(PHILOX_CATEGORICAL, { key, logits: logits_BK, ...rows }) as tf.Tensor1D;
}
