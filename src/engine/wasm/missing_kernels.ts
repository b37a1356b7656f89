/**
 * Kernels that the wasm backend lacks, gets wrong, or is slow at.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { sizeOf } from "../values.ts";
import { floats, integers, type TensorInfo } from "./heap.ts";
import { type KernelCall, replaceKernel } from "./registry.ts";

/** Sums rows of x into the row that each names; rows named by a negative number are dropped. */
function segmentSum(
  { inputs, attrs, backend }: KernelCall<
    { x: TensorInfo; segmentIds: TensorInfo },
    { numSegments: number }
  >,
): TensorInfo {
  const { x, segmentIds } = inputs;
  const count = sizeOf(segmentIds.shape);
  const inner = x.shape.slice(segmentIds.shape.length);
  const width = sizeOf(inner);
  const out = backend.makeOutput([attrs.numSegments, ...inner], "float32");
  const sums = floats(backend, out).fill(0);
  const rows = floats(backend, x);
  const names = integers(backend, segmentIds);
  for (let i = 0; i < count; i++) {
    const segment = names[i];
    if (segment < 0) continue;
    if (segment >= attrs.numSegments) {
      throw new RangeError(`segment ${segment} of ${attrs.numSegments}`);
    }
    const to = segment * width;
    const from = i * width;
    for (let j = 0; j < width; j++) sums[to + j] += rows[from + j];
  }
  return out;
}

interface PoolAttributes {
  readonly filterSize: [number, number] | number;
  readonly strides: [number, number] | number;
  readonly pad: "same" | "valid";
}

/**
 * Gradient of maxPool: each dy goes to the first largest number of its window. The package's own
 * kernel puts some in the wrong place.
 */
function maxPoolGradient(
  { inputs, attrs, backend }: KernelCall<{ dy: TensorInfo; input: TensorInfo }, PoolAttributes>,
): TensorInfo {
  const g = tf.backend_util.computePool2DInfo(
    inputs.input.shape as [number, number, number, number],
    attrs.filterSize,
    attrs.strides,
    1,
    attrs.pad,
  );
  const out = backend.makeOutput(inputs.input.shape, "float32");
  const dx = floats(backend, out).fill(0);
  const x = floats(backend, inputs.input);
  const dy = floats(backend, inputs.dy);
  const channels = g.inChannels;
  for (let at = 0; at < dy.length; at++) {
    const c = at % channels;
    const column = Math.floor(at / channels) % g.outWidth;
    const row = Math.floor(at / (channels * g.outWidth)) % g.outHeight;
    const b = Math.floor(at / (channels * g.outWidth * g.outHeight));
    let best = -1;
    for (let u = 0; u < g.filterHeight; u++) {
      const p = row * g.strideHeight + u - g.padInfo.top;
      if (p < 0 || p >= g.inHeight) continue;
      for (let v = 0; v < g.filterWidth; v++) {
        const q = column * g.strideWidth + v - g.padInfo.left;
        if (q < 0 || q >= g.inWidth) continue;
        const i = ((b * g.inHeight + p) * g.inWidth + q) * channels + c;
        if (best < 0 || x[i] > x[best]) best = i;
      }
    }
    if (best >= 0) dx[best] += dy[at];
  }
  return out;
}

type GatherCall = KernelCall<
  { x: TensorInfo; indices: TensorInfo },
  { axis: number; batchDims?: number }
>;

/**
 * Rows along the first axis. The package's own works out every number's place anew: several times the
 * cost where rows are short. x's are taken as words of 32 bits.
 * @throws RangeError for an index that has none
 */
function gatherRows({ inputs, backend }: GatherCall): TensorInfo {
  const { x, indices } = inputs, [count, ...inner] = x.shape;
  const width = sizeOf(inner), dtype = x.dtype as "float32" | "int32";
  const out = backend.makeOutput([...indices.shape, ...inner], dtype);
  // Words, whatever they stand for: no number is read as one.
  const words = (t: TensorInfo) => integers(backend, { ...t, dtype: "int32" });
  const [from, to, at] = [words(x), words(out), words(indices)];
  for (let i = 0; i < at.length; i++) {
    const row = at[i];
    if (row < 0 || row >= count) {
      throw new RangeError(`GatherV2: the index value ${row} is not in [0, ${count - 1}]`);
    }
    const first = row * width, place = i * width;
    for (let j = 0; j < width; j++) to[place + j] = from[first + j];
  }
  return out;
}

/** Registers them. */
export function registerMissingKernels(): void {
  replaceKernel("UnsortedSegmentSum", () => segmentSum);
  replaceKernel("MaxPoolGrad", () => maxPoolGradient);
  replaceKernel("GatherV2", (base) => (call: GatherCall) => {
    const { inputs: { x, indices }, attrs: { axis, batchDims = 0 } } = call;
    const rows = axis === 0 && batchDims === 0 && indices.dtype === "int32" &&
      (x.dtype === "float32" || x.dtype === "int32");
    return rows ? gatherRows(call) : base(call);
  });
}
