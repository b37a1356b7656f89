/**
 * Linear maps whose weights are packed: they are made whole where a product needs them, and again for
 * its gradient, so that no more than one is whole at a time.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { engineKernel } from "../engine_kernels.ts";
import { after } from "../order.ts";
import { PACKED_BLOCK as BLOCK } from "../../engine/mod.ts";
import { UNPACK } from "../../engine/tfjs/mod.ts";
import { NF4 } from "./code_book.ts";
import type { PackedForm } from "./pack.ts";

/** A packed matrix on an engine; see `pack.ts`: words int32 [out, C], scales float32 [out, G]. */
export type PackedTensors = { readonly words: tf.Tensor2D; readonly scales: tf.Tensor2D };

/** One of the forms, by its name: part of a state's paths. */
export type PackedMatrix = { readonly int8?: PackedTensors; readonly nf4?: PackedTensors };

function formOf({ int8, nf4 }: PackedMatrix): { form: PackedForm; packed: PackedTensors } {
  if (int8 !== undefined) return { form: "int8", packed: int8 };
  if (nf4 !== undefined) return { form: "nf4", packed: nf4 };
  throw new Error("a linear map with neither a weight nor a packed one");
}

/** What a half of a word counts to. */
const HALF = 2 ** 16;

/** x − y·⌊x / y⌋ and ⌊x / y⌋ of whole numbers below 2²⁴ and a power of 2, as float32: exact. */
function parted(x: tf.Tensor, y: number): { readonly low: tf.Tensor; readonly high: tf.Tensor } {
  const high = tf.floor(tf.mul(x, 1 / y));
  return { low: tf.sub(x, tf.mul(high, y)), high };
}

/** Whole numbers of 16 bits with a sign as those without: float32. */
function unsigned(x: tf.Tensor): tf.Tensor {
  return tf.add(x, tf.mul(tf.cast(tf.less(x, 0), "float32"), HALF));
}

/**
 * The numbers of words by operations that all engines have: float32 [R, C·n]. Engines divide whole
 * numbers of 32 bits in float32, which is exact for halves of them alone: products that overflow move
 * the lower half up.
 */
function numbersOf(words: tf.Tensor2D, bits: 4 | 8): tf.Tensor {
  const [rows, columns] = words.shape, each = 16 / bits;
  const up = tf.mul(words, tf.scalar(HALF, "int32"));
  const low = unsigned(tf.mul(tf.cast(up, "float32"), 1 / HALF));
  const rest = tf.sub(words, tf.cast(low, "int32"));
  const high = unsigned(tf.mul(tf.cast(rest, "float32"), 1 / HALF));
  const numbers = [low, high].flatMap((half) => {
    const found: tf.Tensor[] = [];
    for (let i = 0; i < each; i++) {
      const parts = parted(half, 1 << bits);
      found.push(parts.low);
      half = parts.high;
    }
    return found;
  });
  return tf.reshape(tf.stack(numbers, 2), [rows, columns * 2 * each]);
}

/** See `wholeMatrix`, by operations that all engines have. */
export function unpackedByParts(
  { words, scales }: PackedTensors,
  { form, width }: { readonly form: PackedForm; readonly width: number },
): tf.Tensor2D {
  const rows = words.shape[0];
  if (form === "int8") {
    const bytes = numbersOf(words, 8);
    const signed = tf.sub(bytes, tf.mul(tf.cast(tf.greater(bytes, 127), "float32"), 256));
    const all = tf.mul(signed, scales);
    return tf.slice(all, [0, 0], [rows, width]) as tf.Tensor2D;
  }
  const codes = tf.cast(numbersOf(words, 4), "int32");
  const values = tf.gather(tf.tensor1d(NF4), codes as tf.Tensor1D);
  const blocks = tf.reshape(values, [rows, scales.shape[1], BLOCK]);
  const all = tf.reshape(tf.mul(blocks, tf.expandDims(scales, 2)), [rows, -1]);
  return tf.slice(all, [0, 0], [rows, width]) as tf.Tensor2D;
}

/**
 * What a packed matrix stands for: float32 [out, in].
 * @param width how many inputs it has
 * @param first a tensor that has to be there first: an engine that runs what it can at once would
 * else make all matrices of a model whole before the first is needed
 */
export function wholeMatrix(matrix: PackedMatrix, width: number, first?: tf.Tensor): tf.Tensor2D {
  const { form, packed: { words, scales } } = formOf(matrix);
  const own: PackedTensors = { words: first === undefined ? words : after(words, first), scales };
  const made = engineKernel(UNPACK, own, {
    ...layoutOf(own),
    width,
    ...(form === "nf4" && { values: NF4 }),
  } as unknown as tf.NamedAttrMap);
  return (made?.[0] ?? unpackedByParts(own, { form, width })) as tf.Tensor2D;
}

function layoutOf({ words, scales }: PackedTensors) {
  return { rows: words.shape[0], columns: words.shape[1], blocks: scales.shape[1] };
}

/** Outputs of a packed map. */
export function packedOutputs(matrix: PackedMatrix): number {
  return formOf(matrix).packed.words.shape[0];
}

/** x·weight of a packed map [in, out]: [N, out]. Its gradient leads to x alone. */
export function packedProduct(matrix: PackedMatrix, x_NI: tf.Tensor2D): tf.Tensor2D {
  const { form, packed: { words, scales } } = formOf(matrix), width = x_NI.shape[1];
  return linearOp(form, { words, scales, width, turned: true })(x_NI) as tf.Tensor2D;
}

/** x·Wᵀ where it is `turned`, else x·W, of W [out, in]: each is the other's gradient. */
function linearOp(
  form: PackedForm,
  { words, scales, width, turned }: PackedTensors & {
    readonly width: number;
    readonly turned: boolean;
  },
): (x: tf.Tensor) => tf.Tensor {
  return tf.customGrad((x, save) => {
    // Words and scales are saved but are no inputs: they need no gradients.
    (save as tf.GradSaveFunc)([words, scales]);
    const whole = wholeMatrix({ [form]: { words, scales } }, width, x as tf.Tensor);
    return {
      value: tf.matMul(x as tf.Tensor2D, whole, false, turned),
      gradFunc: (dy: tf.Tensor, [words, scales]: tf.Tensor[]) =>
        linearOp(form, {
          words: words as tf.Tensor2D,
          scales: scales as tf.Tensor2D,
          width,
          turned: !turned,
        })(dy),
    };
  });
}
