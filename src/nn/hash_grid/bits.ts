/**
 * Exclusive or of whole numbers.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { engineKernel } from "../engine_kernels.ts";

/** tfjs's own name; not all of its backends have it. */
const BITWISE_AND = "BitwiseAnd";

/** Bits that the table below takes at once. */
const BITS = 6;
const SIZE = 1 << BITS;

function int(value: number): tf.Scalar {
  return tf.scalar(value, "int32");
}

/** ⌊a / b⌋ of whole numbers from 0. */
function quotient(a: tf.Tensor, b: number): tf.Tensor {
  return tf.floorDiv(a, int(b));
}

/** a modulo 2^bits of whole numbers from 0: int32. */
export function lowBits(a: tf.Tensor, bits: number): tf.Tensor {
  const low = engineKernel(BITWISE_AND, { a, b: int((1 << bits) - 1) });
  return low?.[0] ?? tf.sub(a, tf.mul(quotient(a, 1 << bits), int(1 << bits)));
}

/** By a table of 64 × 64, six bits at a time. */
function xorByTable(a: tf.Tensor, b: tf.Tensor, bits: number): tf.Tensor {
  const entries = Int32Array.from({ length: SIZE * SIZE }, (_, i) => (i >> BITS) ^ (i % SIZE));
  const table = tf.tensor1d(entries, "int32");
  let sum: tf.Tensor | undefined;
  for (let from = 0; from < bits; from += BITS) {
    const [high, low] = [a, b].map((x) => lowBits(quotient(x, 1 << from), BITS));
    const at = tf.add(tf.mul(high, int(SIZE)), low) as tf.Tensor1D;
    const part = tf.mul(tf.gather(table, at), int(1 << from));
    sum = sum === undefined ? part : tf.add(sum, part);
  }
  return sum!;
}

/**
 * a ⊕ b of whole numbers in [0, 2^bits), int32 of equal shapes; bits ≤ 30. By the engine's own "and",
 * as a ⊕ b = a + b − 2(a ∧ b), where it has one. No gradient.
 */
export function exclusiveOr(a: tf.Tensor, b: tf.Tensor, bits: number): tf.Tensor {
  const both = engineKernel(BITWISE_AND, { a, b });
  if (both === undefined) return xorByTable(a, b, bits);
  return tf.sub(tf.add(a, b), tf.mul(both[0], int(2)));
}
