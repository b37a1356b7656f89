/**
 * Sums over many places that leave few numbers: means over whole pictures or all rows, and the filter
 * gradient of a convolution. The package gives each number that is left a thread of its own, some
 * dozens in all, that then adds up tens of thousands one after another while the device idles. Here
 * the places are split into parts that are added side by side, then the parts, always in one order.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { type ConvAttributes, geometry } from "../../tfjs/conv_gradients.ts";
import { countOwn } from "../../tfjs/flops.ts";
import type { KernelCall as AnyKernelCall, ReplaceKernel } from "../../tfjs/registry.ts";
import { sizeOf } from "../../values.ts";
import { flat, type Program, type TensorInfo, type WebgpuBackend } from "../backend.ts";

type KernelCall<Inputs, Attributes> = AnyKernelCall<Inputs, Attributes, WebgpuBackend>;

/** Rows that one thread adds up by itself. */
const FEW_ROWS = 64;
/** Threads that keep a large device busy. */
const MANY_THREADS = 2 ** 18;

const SUM_ROWS: Pick<Program, "variableNames" | "uniforms" | "shaderKey" | "getUserCode"> = {
  variableNames: ["x"],
  uniforms: "total : i32, width : i32, rows : i32, part : i32, parts : i32, by : f32",
  shaderKey: "sumOfRows",
  getUserCode: () => `
fn main(index : i32) {
  if (index >= uniforms.total) { return; }
  let column = index % uniforms.width;
  let group = index / uniforms.width;
  let first = (group % uniforms.parts) * uniforms.part;
  let last = min(first + uniforms.part, uniforms.rows);
  var at = ((group / uniforms.parts) * uniforms.rows + first) * uniforms.width + column;
  var sum = 0.0;
  for (var row = first; row < last; row++) {
    sum += x[at];
    at += uniforms.width;
  }
  result[index] = sum / uniforms.by;
}
`,
};

/** [batch, rows, width] → [batch, parts, width]: the sums of `part` rows each, over `by`. */
function sumParts(
  backend: WebgpuBackend,
  x: TensorInfo,
  { shape: [batch, rows, width], part, by }: {
    shape: readonly [batch: number, rows: number, width: number];
    part: number;
    by: number;
  },
): TensorInfo {
  const parts = Math.ceil(rows / part);
  const total = batch * parts * width;
  const program: Program = { ...SUM_ROWS, ...flat(total), outputShape: [total] };
  const whole = [total, width, rows, part, parts];
  return backend.runWebGPUProgram(
    program,
    [{ ...x, shape: [batch * rows * width] }],
    "float32",
    [
      ...whole.map((n) => ({ type: "int32", data: [n] }) as const),
      { type: "float32", data: [by] },
    ],
  );
}

/** [batch, rows, width] → [batch, width]: Σ over rows, over `by`. */
function sumRows(
  backend: WebgpuBackend,
  x: TensorInfo,
  { shape, by }: { shape: readonly [batch: number, rows: number, width: number]; by: number },
): TensorInfo {
  const [batch, rows, width] = shape;
  if (rows <= FEW_ROWS) return sumParts(backend, x, { shape, part: rows, by });
  // As many parts as rows in each: both passes are equally long.
  const part = Math.ceil(Math.sqrt(rows));
  const parts = Math.ceil(rows / part);
  const partial = sumParts(backend, x, { shape, part, by: 1 });
  const out = sumParts(backend, partial, { shape: [batch, parts, width], part: parts, by });
  backend.disposeData(partial.dataId);
  return out;
}

interface PoolAttributes {
  readonly filterSize: number | [number, number];
}

/** Whether the window is the whole picture: one number a channel is left. */
function coversAll({ inputs: { x }, attrs }: KernelCall<{ x: TensorInfo }, PoolAttributes>) {
  const { filterSize } = attrs;
  const [h, w] = typeof filterSize === "number" ? [filterSize, filterSize] : filterSize;
  return x.shape.length === 4 && x.shape[1] === h && x.shape[2] === w && h * w > 1;
}

/**
 * A thread adds up four input channels' products with one output channel over a part of the lines of
 * all pictures: w[r, s, c, o] = Σ x[b, i·strideᵢ + r − top, j·strideⱼ + s − left, c] · dy[b, i, j, o].
 */
const FILTER_GRADIENT: typeof SUM_ROWS = {
  variableNames: ["x", "dy"],
  uniforms: "total : i32, lines : i32, part : i32, window : vec2<i32>, strides : vec2<i32>, " +
    "pads : vec2<i32>, places : vec4<i32>, depths : vec2<i32>",
  shaderKey: "filterGradient",
  getUserCode: () => `
fn main(index : i32) {
  if (index >= uniforms.total) { return; }
  let deep = uniforms.depths.x;
  let out = uniforms.depths.y;
  let fours = (deep + 3) / 4;
  let o = index % out;
  var rest = index / out;
  let c = (rest % fours) * 4;
  rest /= fours;
  let s = rest % uniforms.window.y;
  rest /= uniforms.window.y;
  let r = rest % uniforms.window.x;
  let part = rest / uniforms.window.x;
  let high = uniforms.places.x;
  let wide = uniforms.places.y;
  let outHigh = uniforms.places.z;
  let outWide = uniforms.places.w;
  let last = min((part + 1) * uniforms.part, uniforms.lines);
  let count = min(4, deep - c);
  var sum = array<f32, 4>(0.0, 0.0, 0.0, 0.0);
  for (var line = part * uniforms.part; line < last; line++) {
    let y = (line % outHigh) * uniforms.strides.x + r - uniforms.pads.x;
    if (y < 0 || y >= high) { continue; }
    let row = ((line / outHigh) * high + y) * wide;
    for (var j = 0; j < outWide; j++) {
      let column = j * uniforms.strides.y + s - uniforms.pads.y;
      if (column < 0 || column >= wide) { continue; }
      let d = dy[(line * outWide + j) * out + o];
      let at = (row + column) * deep + c;
      for (var k = 0; k < count; k++) { sum[k] += x[at + k] * d; }
    }
  }
  let first = (((part * uniforms.window.x + r) * uniforms.window.y + s) * deep + c) * out + o;
  for (var k = 0; k < count; k++) { result[first + k * out] = sum[k]; }
}
`,
};

function filterGradient(
  { inputs: { x, dy }, attrs, backend }: KernelCall<
    { x: TensorInfo; dy: TensorInfo },
    ConvAttributes & { readonly filterShape: [number, number, number, number] }
  >,
): TensorInfo {
  const { filterShape } = attrs;
  const info = geometry(x.shape, filterShape, attrs);
  const [r, s, deep, out] = filterShape;
  const lines = info.batchSize * info.outHeight;
  const threads = r * s * Math.ceil(deep / 4) * out;
  const wanted = Math.min(lines, Math.ceil(MANY_THREADS / threads));
  const part = Math.ceil(lines / wanted);
  const parts = Math.ceil(lines / part);
  const total = parts * threads;
  const size = sizeOf(filterShape);
  const program: Program = { ...FILTER_GRADIENT, ...flat(total), outputShape: [parts * size] };
  const whole = [
    [total],
    [lines],
    [part],
    [r, s],
    [info.strideHeight, info.strideWidth],
    [info.padInfo.top, info.padInfo.left],
    [info.inHeight, info.inWidth, info.outHeight, info.outWidth],
    [deep, out],
  ];
  const flatten = (t: TensorInfo) => ({ ...t, shape: [sizeOf(t.shape)] });
  const partial = backend.runWebGPUProgram(
    program,
    [flatten(x), flatten(dy)],
    "float32",
    whole.map((data) => ({ type: "int32", data })),
  );
  countOwn(2 * sizeOf(dy.shape) * r * s * deep);
  if (parts === 1) return { ...partial, shape: filterShape };
  const sum = sumRows(backend, partial, { shape: [1, parts, size], by: 1 });
  backend.disposeData(partial.dataId);
  return { ...sum, shape: filterShape };
}

/** Registers the kernels. */
export function registerSumKernels(replaceKernel: ReplaceKernel): void {
  replaceKernel(
    "AvgPool",
    (base) => (call: KernelCall<{ x: TensorInfo }, PoolAttributes>): TensorInfo => {
      if (!coversAll(call)) return base(call) as TensorInfo;
      const { inputs: { x }, backend } = call;
      const [batch, h, w, width] = x.shape;
      const mean = sumRows(backend, x, { shape: [batch, h * w, width], by: h * w });
      return { ...mean, shape: [batch, 1, 1, width] };
    },
  );
  replaceKernel(tf.Conv2DBackpropFilter, () => filterGradient);
}
