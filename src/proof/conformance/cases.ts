/**
 * Every operation that families use, with its float64 reference.
 * @module
 */
import type { Case } from "./case.ts";
import * as tf from "@tensorflow/tfjs";
import * as nn from "../../nn/mod.ts";
import * as ref from "./reference.ts";
import type { Plain } from "./reference.ts";
import { GRIDS } from "./grid_cases.ts";
import { PACKED } from "./packed_cases.ts";
import { SHAPES } from "./shape_cases.ts";
import { SPLATS } from "./splat_cases.ts";

type Unary = (x: number) => number;

function unary(
  op: string,
  run: (x: tf.Tensor) => tf.Tensor,
  options: { f: Unary; domain?: Case["domain"] },
): Case {
  const { f, domain } = options;
  return { op, inputs: [[2, 5]], domain, run, reference: (x) => ref.map(x, f) };
}

function binary(
  op: string,
  run: (x: tf.Tensor, y: tf.Tensor) => tf.Tensor,
  options: { f: (x: number, y: number) => number; domain?: Case["domain"]; other?: number[] },
): Case {
  const { f, domain, other = [2, 3, 4] } = options;
  return { op, inputs: [[2, 3, 4], other], domain, run, reference: (x, y) => ref.zip(x, y, f) };
}

function convolution(kernel: number, stride: 1 | 2, pad: "same" | "valid"): Case {
  return {
    op: `conv2d ${kernel}×${kernel} stride ${stride} ${pad}`,
    inputs: [[2, 5, 6, 2], [kernel, kernel, 2, 3]],
    run: (x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, pad),
    reference: (x, w) => ref.conv2d(x, w, { kernel, stride, pad }),
  };
}

function product(shapes: [number[], number[]], transposeA: boolean, transposeB: boolean): Case {
  const name = shapes[0].length > 2 ? "matMul, batched" : "matMul";
  return {
    op: `${name} ${transposeA ? "Aᵀ" : "A"}${transposeB ? "Bᵀ" : "B"}`,
    inputs: shapes,
    run: (a, b) => tf.matMul(a, b, transposeA, transposeB),
    reference: (a, b) => ref.matMul(a, b, [transposeA, transposeB]),
  };
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function softmax(x: Plain): Plain {
  const total = ref.reduce(ref.map(x, Math.exp), [1], { f: ref.sum, keep: true });
  return ref.zip(x, total, (a, t) => Math.exp(a) / t);
}

function logSumExp(values: number[]): number {
  return Math.log(ref.sum(values.map(Math.exp)));
}

function affine(x: Plain, gain: Plain, bias: Plain): Plain {
  return ref.zip(ref.zip(x, gain, (a, b) => a * b), bias, (a, b) => a + b);
}

const PICTURE = [2, 4, 6, 4];
const CLASSES = [2, 0, 0, 1];
/** Classes of rows, one of which has none. */
const TARGETS = [3, -1, 0, 4];

const CONVOLUTIONS: readonly Case[] = [
  ...[1, 3, 4, 5].flatMap((k) => ([1, 2] as const).map((s) => convolution(k, s, "same"))),
  convolution(3, 1, "valid"),
  {
    op: "conv2d 3×3, 8 channels",
    inputs: [[1, 3, 3, 2], [3, 3, 2, 8]],
    run: (x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, "same"),
    reference: (x, w) => ref.conv2d(x, w, { kernel: 3, stride: 1, pad: "same" }),
  },
  convolution(4, 2, "valid"),
  {
    op: "conv2dTranspose 4×4 stride 2",
    inputs: [[1, 2, 3, 3], [4, 4, 2, 3]],
    run: (x, w) => tf.conv2dTranspose(x as tf.Tensor4D, w as tf.Tensor4D, [1, 4, 6, 2], 2, "same"),
    // The adjoint of the convolution: y[p] = Σ over the windows that hold p.
    reference: (x, w) =>
      ref.plain([1, 4, 6, 2], ([, p, q, c]) => {
        let s = 0;
        for (let i = 0; i < 2; i++) {
          for (let j = 0; j < 3; j++) {
            const u = p - 2 * i + 1;
            const v = q - 2 * j + 1;
            if (u < 0 || v < 0 || u > 3 || v > 3) continue;
            for (let o = 0; o < 3; o++) s += ref.get(x, [0, i, j, o]) * ref.get(w, [u, v, c, o]);
          }
        }
        return s;
      }),
  },
  {
    op: "depthwiseConv2d 3×3",
    inputs: [[1, 4, 5, 2], [3, 3, 2, 1]],
    run: (x, w) => tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, "same"),
    reference: (x, w) => ref.depthwise(x, w, { kernel: 3, stride: 1, pad: "same" }),
  },
];

const PRODUCTS: readonly Case[] = [
  product([[3, 4], [4, 5]], false, false),
  product([[4, 3], [4, 5]], true, false),
  product([[3, 4], [5, 4]], false, true),
  product([[4, 3], [5, 4]], true, true),
  product([[2, 3, 4], [2, 4, 2]], false, false),
  product([[2, 3, 4], [2, 2, 4]], false, true),
];

const LAYERS: readonly Case[] = [
  {
    op: "groupNorm",
    inputs: [PICTURE, [4], [4]],
    run: (x, gain, bias) =>
      nn.groupNorm(
        { gain: gain as tf.Tensor1D, bias: bias as tf.Tensor1D },
        x as tf.Tensor4D,
        { groups: 2 },
      ),
    reference: (x, gain, bias) => affine(ref.normalise(x, [1, 2], 2), gain, bias),
  },
  {
    op: "batchNorm",
    inputs: [PICTURE, [4], [4]],
    run: (x, gain, bias) =>
      nn.batchNorm({ gain: gain as tf.Tensor1D, bias: bias as tf.Tensor1D }, x as tf.Tensor4D),
    reference: (x, gain, bias) => affine(ref.normalise(x, [0, 1, 2], 4), gain, bias),
  },
  {
    op: "layerNorm",
    inputs: [[2, 3, 5], [5], [5]],
    run: (x, gain, bias) =>
      nn.layerNorm({ gain: gain as tf.Tensor1D, bias: bias as tf.Tensor1D }, x),
    reference: (x, gain, bias) => affine(ref.normalise(x, [], 1), gain, bias),
  },
  {
    op: "rmsNorm",
    inputs: [[2, 3, 5], [5]],
    run: (x, gain) => nn.rmsNorm({ gain: gain as tf.Tensor1D }, x),
    reference: (x, gain) => ref.zip(ref.rootMeanSquare(x), gain, (a, g) => a * g),
  },
  {
    op: "softmaxCrossEntropy",
    inputs: [[4, 5]],
    run: (x) =>
      nn.softmaxCrossEntropy(x as tf.Tensor2D, tf.tensor1d(CLASSES, "int32") as tf.Tensor1D),
    reference: (x) => {
      const log = ref.map(softmax(x), Math.log);
      return ref.plain([], () => -ref.mean(CLASSES.map((k, i) => ref.get(log, [i, k]))));
    },
  },
  {
    op: "tokenCrossEntropy",
    inputs: [[4, 5]],
    run: (x) =>
      nn.tokenCrossEntropy(x as tf.Tensor2D, tf.tensor1d(TARGETS, "int32") as tf.Tensor1D),
    reference: (x) => {
      const log = ref.map(softmax(x), Math.log);
      const scored = TARGETS.map((k, i) => k < 0 ? 0 : ref.get(log, [i, k]));
      return ref.plain([], () => -scored.reduce((sum, v) => sum + v, 0));
    },
  },
  {
    op: "writeRow",
    inputs: [[2, 4, 3], [2, 1, 3]],
    run: (cache, rows) =>
      nn.writeRow(cache as tf.Tensor3D, rows as tf.Tensor3D, tf.scalar(2, "int32")),
    differentiable: false,
    reference: (cache, rows) =>
      ref.plain(
        [2, 4, 3],
        ([n, t, d]) => t === 2 ? ref.get(rows, [n, 0, d]) : ref.get(cache, [n, t, d]),
      ),
  },
  {
    op: "addBias",
    inputs: [[2, 3, 4], [4]],
    run: (x, b) => nn.addBias(x, b as tf.Tensor1D),
    reference: (x, b) => ref.zip(x, b, (a, c) => a + c),
  },
  {
    op: "upsample2",
    inputs: [[1, 2, 3, 2]],
    run: (x) => nn.upsample2(x as tf.Tensor4D),
    reference: (x) =>
      ref.plain(
        [1, 4, 6, 2],
        ([n, i, j, c]) => ref.get(x, [n, Math.floor(i / 2), Math.floor(j / 2), c]),
      ),
  },
  {
    op: "avgPool2",
    inputs: [[1, 4, 6, 2]],
    run: (x) => nn.avgPool2(x as tf.Tensor4D),
    reference: (x) => ref.pool(x, { kernel: 2, stride: 2, pad: "valid" }, ref.mean),
  },
  {
    op: "avgPool 3×3 stride 1",
    inputs: [[1, 4, 5, 2]],
    run: (x) => tf.avgPool(x as tf.Tensor4D, 3, 1, "valid"),
    reference: (x) => ref.pool(x, { kernel: 3, stride: 1, pad: "valid" }, ref.mean),
  },
  {
    op: "maxPool 2×2",
    inputs: [[1, 4, 6, 2]],
    run: (x) => tf.maxPool(x as tf.Tensor4D, 2, 2, "valid"),
    reference: (x) =>
      ref.pool(x, { kernel: 2, stride: 2, pad: "valid" }, (values) => Math.max(...values)),
  },
  {
    op: "resizeNearestNeighbor ×2",
    inputs: [[1, 2, 3, 2]],
    run: (x) => tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [4, 6]),
    reference: (x) =>
      ref.plain(
        [1, 4, 6, 2],
        ([n, i, j, c]) => ref.get(x, [n, Math.floor(i / 2), Math.floor(j / 2), c]),
      ),
  },
];

const ACTIVATIONS: readonly Case[] = [
  unary("silu", nn.silu, { f: (x) => x * sigmoid(x) }),
  unary("gelu", nn.gelu, {
    f: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  }),
  unary("relu", nn.relu, { f: (x) => Math.max(x, 0) }),
  unary("leakyRelu", (x) => nn.leakyRelu(x, 0.2), { f: (x) => x > 0 ? x : 0.2 * x }),
  unary("softplus", nn.softplus, { f: (x) => Math.log1p(Math.exp(x)) }),
  unary("logSigmoid", nn.logSigmoid, { f: (x) => -Math.log1p(Math.exp(-x)) }),
  unary("tanh", nn.tanh, { f: Math.tanh }),
  unary("sigmoid", tf.sigmoid, { f: sigmoid }),
];

const ELEMENTWISE: readonly Case[] = [
  unary("exp", tf.exp, { f: Math.exp }),
  unary("expm1", tf.expm1, { f: Math.expm1 }),
  unary("log", tf.log, { f: Math.log, domain: "positive" }),
  unary("log1p", tf.log1p, { f: Math.log1p, domain: "positive" }),
  unary("sqrt", tf.sqrt, { f: Math.sqrt, domain: "positive" }),
  unary("rsqrt", tf.rsqrt, { f: (x) => 1 / Math.sqrt(x), domain: "positive" }),
  unary("square", tf.square, { f: (x) => x * x }),
  unary("abs", tf.abs, { f: Math.abs }),
  unary("neg", tf.neg, { f: (x) => -x }),
  unary("reciprocal", tf.reciprocal, { f: (x) => 1 / x, domain: "positive" }),
  unary("sin", tf.sin, { f: Math.sin }),
  unary("cos", tf.cos, { f: Math.cos }),
  unary("erf", tf.erf, { f: ref.erf }),
  unary("clipByValue", (x) => tf.clipByValue(x, -0.5, 0.5), {
    f: (x) => Math.min(0.5, Math.max(-0.5, x)),
  }),
  binary("add", tf.add, { f: (x, y) => x + y }),
  binary("add, broadcast", tf.add, { f: (x, y) => x + y, other: [3, 1] }),
  binary("sub", tf.sub, { f: (x, y) => x - y }),
  binary("mul", tf.mul, { f: (x, y) => x * y }),
  binary("mul, broadcast", tf.mul, { f: (x, y) => x * y, other: [4] }),
  binary("div", tf.div, { f: (x, y) => x / y, domain: "positive" }),
  binary("maximum", tf.maximum, { f: Math.max }),
  binary("minimum", tf.minimum, { f: Math.min }),
  binary("pow", tf.pow, { f: Math.pow, domain: "positive" }),
  binary("squaredDifference", tf.squaredDifference, { f: (x, y) => (x - y) ** 2 }),
  binary("where", (x, y) => tf.where(tf.greater(x, 0), x, tf.mul(2, y)), {
    f: (x, y) => x > 0 ? x : 2 * y,
  }),
];

function reduction(
  op: string,
  run: (x: tf.Tensor) => tf.Tensor,
  options: { axes: number[]; f: (values: number[]) => number },
): Case {
  const { axes, f } = options;
  return { op, inputs: [[2, 3, 4]], run, reference: (x) => ref.reduce(x, axes, { f }) };
}

const REDUCTIONS: readonly Case[] = [
  reduction("sum", (x) => tf.sum(x), { axes: [0, 1, 2], f: ref.sum }),
  reduction("sum, first axes", (x) => tf.sum(x, [0, 1]), { axes: [0, 1], f: ref.sum }),
  reduction("sum, last axis", (x) => tf.sum(x, 2), { axes: [2], f: ref.sum }),
  reduction("mean", (x) => tf.mean(x), { axes: [0, 1, 2], f: ref.mean }),
  reduction("mean, middle axis", (x) => tf.mean(x, 1), { axes: [1], f: ref.mean }),
  reduction("max", (x) => tf.max(x, 2), { axes: [2], f: (v) => Math.max(...v) }),
  reduction("logSumExp", (x) => tf.logSumExp(x, 2), { axes: [2], f: logSumExp }),
  {
    op: "softmax",
    inputs: [[3, 4]],
    run: (x) => tf.softmax(x),
    reference: softmax,
  },
  {
    op: "logSoftmax",
    inputs: [[3, 4]],
    run: (x) => nn.logSoftmax(x),
    reference: (x) => ref.map(softmax(x), Math.log),
  },
  {
    op: "cumsum",
    inputs: [[3, 4]],
    run: (x) => tf.cumsum(x, 1),
    reference: (x) =>
      ref.plain(
        [3, 4],
        ([i, j]) => ref.sum(Array.from({ length: j + 1 }, (_, k) => ref.get(x, [i, k]))),
      ),
  },
  {
    op: "argMax",
    inputs: [[3, 5]],
    run: (x) => tf.argMax(x, 1),
    differentiable: false,
    reference: (x) => ref.reduce(x, [1], { f: (v) => v.indexOf(Math.max(...v)) }),
  },
];

/** All of them, in the order of the table. */
export const CASES: readonly Case[] = [
  ...CONVOLUTIONS,
  ...PRODUCTS,
  ...LAYERS,
  ...ACTIVATIONS,
  ...ELEMENTWISE,
  ...REDUCTIONS,
  ...SHAPES,
  ...GRIDS,
  ...SPLATS,
  ...PACKED,
];
