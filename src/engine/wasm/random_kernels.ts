/**
 * The random kernels of `random/kernels.ts` on the wasm heap.
 * @module
 */
import {
  categoricalDraw,
  foldNumber,
  foldString,
  type KeyWords,
  normalRow,
  PHILOX_CATEGORICAL,
  PHILOX_FOLD,
  PHILOX_NORMAL,
  PHILOX_UNIFORM,
  uniform53,
  uniformRow,
} from "../../random/host/mod.ts";
import { sizeOf } from "../values.ts";
import { floats, integers, type TensorInfo } from "./heap.ts";
import { type KernelCall, replaceKernel } from "./registry.ts";

function keyWords({ inputs, backend }: KernelCall<{ key: TensorInfo }, unknown>): KeyWords {
  const { key } = inputs;
  if (key.dtype !== "int32" || sizeOf(key.shape) !== 2) {
    throw new Error(`a key is int32 [2]; found ${key.dtype} [${key.shape}]`);
  }
  const words = integers(backend, key);
  return [words[0] >>> 0, words[1] >>> 0];
}

function foldKernel(
  call: KernelCall<{ key: TensorInfo; data?: TensorInfo }, { text?: string }>,
): TensorInfo {
  const { inputs, attrs, backend } = call;
  const words = keyWords(call);
  const child = inputs.data === undefined
    ? foldString(words, attrs.text ?? "")
    : foldNumber(words, integers(backend, inputs.data)[0]);
  const out = backend.makeOutput([2], "int32");
  integers(backend, out).set([child[0] | 0, child[1] | 0]);
  return out;
}

/** A kernel that fills rows by `fill`. */
function rowKernel(fill: (key: KeyWords, row: number, out: Float32Array) => void) {
  return (
    call: KernelCall<{ key: TensorInfo; rows?: TensorInfo }, { shape: number[] }>,
  ): TensorInfo => {
    const { inputs, attrs, backend } = call;
    const key = keyWords(call);
    const out = backend.makeOutput(attrs.shape, "float32");
    const values = floats(backend, out);
    if (inputs.rows === undefined) {
      fill(key, 0, values);
      return out;
    }
    const rows = integers(backend, inputs.rows);
    const width = values.length / Math.max(1, rows.length);
    for (let i = 0; i < rows.length; i++) {
      fill(key, rows[i] >>> 0, values.subarray(i * width, (i + 1) * width));
    }
    return out;
  };
}

function categoricalKernel(
  call: KernelCall<{ key: TensorInfo; logits: TensorInfo; rows?: TensorInfo }>,
): TensorInfo {
  const { inputs, backend } = call;
  const key = keyWords(call);
  const [batch, classes] = inputs.logits.shape;
  const out = backend.makeOutput([batch], "int32");
  const draws = integers(backend, out);
  const logits = floats(backend, inputs.logits);
  const rows = inputs.rows === undefined ? undefined : integers(backend, inputs.rows);
  const weights = new Float64Array(classes);
  for (let i = 0; i < batch; i++) {
    const u = uniform53(key, rows === undefined ? i : rows[i] >>> 0, 0);
    draws[i] = categoricalDraw(logits, i * classes, { classes, u, weights });
  }
  return out;
}

/** Registers the kernels. */
export function registerRandomKernels(): void {
  replaceKernel(PHILOX_FOLD, () => foldKernel);
  replaceKernel(PHILOX_UNIFORM, () => rowKernel(uniformRow));
  replaceKernel(PHILOX_NORMAL, () => rowKernel(normalRow));
  replaceKernel(PHILOX_CATEGORICAL, () => categoricalKernel);
}
