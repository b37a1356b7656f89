/**
 * Matrix products. The wasm backend is fast for one untransposed product only: a transposed operand
 * costs 13 times as much as transposing it first (512²: 183 ms against 13.7 ms), and batches take
 * the same slow path. So operands are transposed first and batches taken one by one.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { composed } from "../tfjs/registry.ts";
import { sizeOf } from "../values.ts";
import type { TensorInfo } from "./heap.ts";
import { type KernelCall, replaceKernel } from "./registry.ts";

interface MatMulAttributes {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

type MatMulCall = KernelCall<{ a: TensorInfo; b: TensorInfo }, MatMulAttributes>;

function transposed(x: tf.Tensor): tf.Tensor {
  const r = x.rank;
  return tf.transpose(x, [...Array(r - 2).keys(), r - 1, r - 2]);
}

function product(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return tf.engine().runKernel("BatchMatMul", { a, b } as unknown as tf.NamedTensorMap, {
    transposeA: false,
    transposeB: false,
  }) as tf.Tensor;
}

/** Products of a batch one by one; a batch of one matrix serves all of the other's. */
function batched(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const outer = tf.broadcast_util.assertAndGetBroadcastShape(
    a.shape.slice(0, -2),
    b.shape.slice(0, -2),
  );
  const [m, k] = a.shape.slice(-2);
  const n = b.shape[b.rank - 1];
  const batchA = sizeOf(a.shape.slice(0, -2));
  const batchB = sizeOf(b.shape.slice(0, -2));
  // One matrix on the right: the batch's rows make one tall matrix.
  if (batchB === 1) {
    return tf.reshape(product(tf.reshape(a, [batchA * m, k]), tf.reshape(b, [k, n])), [
      ...outer,
      m,
      n,
    ]);
  }
  const count = Math.max(batchA, batchB);
  const a3 = tf.reshape<tf.Rank.R3>(a, [batchA, m, k]);
  const b3 = tf.reshape<tf.Rank.R3>(b, [batchB, k, n]);
  const at = (x: tf.Tensor3D, i: number) =>
    tf.slice(x, [x.shape[0] === 1 ? 0 : i, 0, 0], [1, x.shape[1], x.shape[2]]);
  const products = Array.from({ length: count }, (_, i) => product(at(a3, i), at(b3, i)));
  return tf.reshape(tf.concat(products, 0), [...outer, m, n]);
}

/** Replaces BatchMatMul and its fused form. */
export function registerMatMulKernels(): void {
  replaceKernel("BatchMatMul", (base) => (call: MatMulCall) => {
    const { a, b } = call.inputs;
    const { transposeA, transposeB } = call.attrs;
    const one = sizeOf(a.shape.slice(0, -2)) === 1 && sizeOf(b.shape.slice(0, -2)) === 1;
    if (one && !transposeA && !transposeB) return base(call);
    return composed([a, b], (x, y) =>
      batched(
        transposeA ? transposed(x) : x,
        transposeB ? transposed(y) : y,
      ));
  });
  replaceKernel("_FusedMatMul", (base) => (call: MatMulCall) => {
    const { a, b } = call.inputs;
    const { transposeA, transposeB } = call.attrs;
    if (!transposeA && !transposeB) return base(call);
    let out: tf.TensorInfo | undefined;
    tf.tidy(() => {
      const [x, y] = [a, b] as tf.Tensor[];
      out = base({
        ...call,
        inputs: {
          ...call.inputs,
          a: transposeA ? transposed(x) : x,
          b: transposeB ? transposed(y) : y,
        },
        attrs: { ...call.attrs, transposeA: false, transposeB: false },
      }) as tf.TensorInfo;
    });
    return out!;
  });
}
