/**
 * Packed matrices made whole by TensorFlow: words are read as bytes.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import { PACKED_BLOCK, type PackedLayout } from "../../packed.ts";
import { UNPACK } from "../../tfjs/kernel_names.ts";
import type { KernelCall, ReplaceKernel } from "../../tfjs/registry.ts";
import { attribute, DTYPE } from "../capi/types.ts";
import type { TensorflowBackend } from "../backend.ts";
import { compose, type Id, type Ops } from "./ops.ts";

const { FLOAT, INT8, INT32, UINT8 } = DTYPE;

/** What each byte's two codes stand for, the lower one first: [256, 2]. */
function pairs(values: Float32Array): Float32Array {
  return Float32Array.from(
    { length: 512 },
    (_, i) => values[i % 2 === 0 ? (i >> 1) & 15 : i >> 5],
  );
}

/** Numbers of 4 bits, by one look at a table for every two: [rows, blocks, 64] */
function nf4(ops: Ops, words: Id, { rows, blocks, values }: PackedLayout): Id {
  const bytes = ops.cast(ops.bitcast(words, INT32, UINT8), UINT8, INT32);
  const table = ops.constant(FLOAT, [256, 2], pairs(values!));
  const found = ops.run("GatherV2", [table, bytes, ops.int(0)], [
    attribute.int("batch_dims", 0),
    attribute.type("Tparams", FLOAT),
    attribute.type("Tindices", INT32),
    attribute.type("Taxis", INT32),
  ]);
  return ops.reshape(found, FLOAT, [rows, blocks, PACKED_BLOCK]);
}

/** Numbers of 8 bits: [rows, 1, C] */
function int8(ops: Ops, words: Id, { rows, columns }: PackedLayout): Id {
  const numbers = ops.cast(ops.bitcast(words, INT32, INT8), INT8, FLOAT);
  return ops.reshape(numbers, FLOAT, [rows, 1, 4 * columns]);
}

function unpack(
  { inputs, attrs, backend }: KernelCall<
    { words: tf.TensorInfo; scales: tf.TensorInfo },
    PackedLayout,
    TensorflowBackend
  >,
): tf.TensorInfo {
  const { rows, width, columns, blocks, values } = attrs;
  const each = values === undefined ? 4 : 8;
  const [made] = compose(backend.binding, (ops) => {
    const words = backend.idOf(inputs.words);
    const numbers = values === undefined ? int8(ops, words, attrs) : nf4(ops, words, attrs);
    const scales = ops.reshape(backend.idOf(inputs.scales), FLOAT, [rows, blocks, 1]);
    const scaled = ops.reshape(ops.typed("Mul", FLOAT, numbers, scales), FLOAT, [
      rows,
      each * columns,
    ]);
    return [
      each * columns === width
        ? scaled
        : ops.slice(scaled, FLOAT, { begin: [0, 0], size: [rows, width] }),
    ];
  });
  return backend.createOutputTensor(made);
}

/** Registers the kernel. */
export function registerPackedKernels(replaceKernel: ReplaceKernel): void {
  replaceKernel(UNPACK, () => unpack);
}
