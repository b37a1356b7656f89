/**
 * Matrix products whose bits repeat. For long inner axes and small results the package splits the
 * sum among threads that add atomically, in whatever order they come. Here the inner axis is split
 * into a batch of products whose results are added in order, or isn't split.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import {
  composed,
  type KernelCall as AnyKernelCall,
  type ReplaceKernel,
} from "../../tfjs/registry.ts";
import { sizeOf } from "../../values.ts";
import type { TensorInfo, WebgpuBackend } from "../backend.ts";

/** The inner length from which the package splits. */
const LONG = 2000;
/** tfjs's MatMulProgramType of small tiles: many threads for a small result, no atomics. */
const SMALL_TILES = 2;
/** The package splits below this many tiles of 32 × 32; 16 or 32 by device. */
const FEW_TILES = 32;
/** Parts of a split inner axis: enough for a device's units, each long enough to pay. */
const MOST_PARTS = 64;
const SHORTEST_PART = 256;

interface MatMulAttributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

type MatMulCall = AnyKernelCall<
  { a: TensorInfo; b: TensorInfo },
  MatMulAttributes,
  WebgpuBackend
>;

/** Runs `body` with the package's choice of program set. */
function withSmallTiles<T>(body: () => T): T {
  const flag = "WEBGPU_MATMUL_PROGRAM_TYPE";
  const before = tf.env().getNumber(flag);
  tf.env().set(flag, SMALL_TILES);
  try {
    return body();
  } finally {
    tf.env().set(flag, before);
  }
}

/** Into how many equal parts an inner axis splits best. */
function partsOf(inner: number): number {
  for (let parts = Math.min(MOST_PARTS, Math.floor(inner / SHORTEST_PART)); parts > 1; parts--) {
    if (inner % parts === 0) return parts;
  }
  return 1;
}

/** Whether the package may split the product [rows, inner]·[inner, columns]. */
function maySplit(rows: number, columns: number, inner: number): boolean {
  return inner >= LONG && Math.ceil(rows / 32) * Math.ceil(columns / 32) <= FEW_TILES;
}

/** aᵀ·b with a and b [inner, …]: both split for nothing. */
function inParts(a: TensorInfo, b: TensorInfo, parts: number) {
  const split = (x: tf.Tensor) => {
    const [inner, width] = x.shape.slice(-2);
    return tf.reshape(x, [parts, inner / parts, width]);
  };
  return composed([a, b], (a, b) => {
    const shape = [
      ...(a.rank > b.rank ? a : b).shape.slice(0, -2),
      a.shape.at(-1)!,
      b.shape.at(-1)!,
    ];
    return tf.reshape(tf.sum(tf.matMul(split(a), split(b), true, false), 0), shape);
  });
}

/** Wraps the package's products and the convolutions that it computes as products. */
export function registerMatMulKernels(replaceKernel: ReplaceKernel): void {
  replaceKernel("BatchMatMul", (base) => (call: MatMulCall) => {
    const { inputs: { a, b }, attrs: { transposeA, transposeB } } = call;
    const batch = Math.max(sizeOf(a.shape.slice(0, -2)), sizeOf(b.shape.slice(0, -2)));
    const [rows, inner] = transposeA ? a.shape.slice(-2).reverse() : a.shape.slice(-2);
    const columns = b.shape.at(transposeB ? -2 : -1)!;
    if (batch !== 1 || !maySplit(rows, columns, inner)) return base(call);
    const parts = transposeA && !transposeB ? partsOf(inner) : 1;
    return parts > 1 ? inParts(a, b, parts) : withSmallTiles(() => base(call));
  });
  replaceKernel("_FusedMatMul", (base) => (call: MatMulCall) => {
    const { inputs: { a }, attrs: { transposeA } } = call;
    const inner = a.shape.at(transposeA ? -2 : -1)!;
    return inner >= LONG ? withSmallTiles(() => base(call)) : base(call);
  });
  for (const name of ["Conv2D", "FusedConv2D"]) {
    replaceKernel(name, (base) => (call: { inputs: { x: TensorInfo; filter: TensorInfo } }) => {
      const { x, filter } = call.inputs;
      const window = sizeOf(filter.shape.slice(0, -1));
      const covers = x.shape[1] === filter.shape[0] && x.shape[2] === filter.shape[1];
      // One picture, or one place for the filter: a single product to the package.
      const single = x.shape[0] === 1 || covers;
      return single && window >= LONG ? withSmallTiles(() => base(call)) : base(call);
    });
  }
}
