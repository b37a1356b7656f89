/**
 * Kernels that the WebGPU backend gets right only on some drivers, or whose bits change from run to
 * run.
 *
 * WGSL's accuracy table bounds the errors of exp, log, division, sqrt and pow within the conformance
 * table's tolerances, but leaves sin and cos 2⁻¹¹ within ±π and nothing beyond.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import {
  composed,
  type KernelCall as AnyKernelCall,
  type ReplaceKernel,
} from "../../tfjs/registry.ts";
import { sizeOf } from "../../values.ts";
import { flat, type Program, type TensorInfo, type WebgpuBackend } from "../backend.ts";
import { recordSegments } from "../device/faults.ts";
import { ANGLE_WGSL, CIRCLE_WGSL } from "./wgsl/circle.ts";
import { WIDE } from "./wgsl/wide.ts";

type KernelCall<Inputs, Attributes = Record<string, never>> = AnyKernelCall<
  Inputs,
  Attributes,
  WebgpuBackend
>;

type Base = (call: unknown) => TensorInfo;

/** A thread a number; `part` is x for the cosine, y for the sine. */
function angleKernel(part: "x" | "y") {
  return ({ inputs: { x }, backend }: KernelCall<{ x: TensorInfo }>): TensorInfo => {
    const size = sizeOf(x.shape);
    const program: Program = {
      variableNames: ["angle"],
      uniforms: "total : i32",
      shaderKey: `cosSin${part}`,
      ...flat(size),
      outputShape: [size],
      getUserCode: () =>
        `${WIDE}${CIRCLE_WGSL}${ANGLE_WGSL}
fn main(index : i32) {
  if (index < uniforms.total) { result[index] = cos_sin(angle[index]).${part}; }
}
`,
    };
    const out = backend.runWebGPUProgram(program, [{ ...x, shape: [size] }], "float32", [
      { type: "int32", data: [size] },
    ]);
    return { ...out, shape: x.shape };
  };
}

/**
 * Sums rows of x into the row that each names, always in the same order: a thread a sum. (The
 * package adds atomically, in whatever order threads come.) Rows named by a negative number are
 * dropped; a name beyond the segments is an error of the next read.
 */
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
  const total = attrs.numSegments * width;
  const program: Program = {
    variableNames: ["rows", "names"],
    uniforms: "total : i32, count : i32, width : i32",
    shaderKey: "segmentSum",
    ...flat(total),
    outputShape: [total],
    getUserCode: () => `
fn main(index : i32) {
  if (index >= uniforms.total) { return; }
  let segment = index / uniforms.width;
  let column = index - segment * uniforms.width;
  var sum = 0.0;
  for (var i = 0; i < uniforms.count; i++) {
    if (names[i] == segment) { sum += rows[i * uniforms.width + column]; }
  }
  result[index] = sum;
}
`,
  };
  const flatRows = { ...x, shape: [count * width] };
  const names = { ...segmentIds, shape: [count] };
  const out = backend.runWebGPUProgram(program, [flatRows, names], "float32", [
    { type: "int32", data: [total] },
    { type: "int32", data: [count] },
    { type: "int32", data: [width] },
  ]);
  recordSegments(backend, names, attrs.numSegments);
  return { ...out, shape: [attrs.numSegments, ...inner] };
}

/**
 * Adds in groups of as many tensors as a program may bind beside its result; the package binds all at
 * once, which devices refuse. From the left, so that the order doesn't depend on the device.
 */
function addInGroups(base: Base) {
  return (call: KernelCall<readonly TensorInfo[]>): TensorInfo => {
    const { inputs, backend } = call;
    const most = backend.device.limits.maxStorageBuffersPerShaderStage - 1;
    if (inputs.length <= most) return base(call);
    return composed([...inputs], (...terms) => {
      let sum = tf.addN(terms.slice(0, most));
      for (let at = most; at < terms.length; at += most - 1) {
        sum = tf.addN([sum, ...terms.slice(at, at + most - 1)]);
      }
      return sum;
    });
  };
}

/** Registers them. */
export function registerMissingKernels(replaceKernel: ReplaceKernel): void {
  replaceKernel("AddN", (base) => addInGroups(base as Base));
  replaceKernel("Cos", () => angleKernel("x"));
  replaceKernel("Sin", () => angleKernel("y"));
  replaceKernel(
    "Tan",
    () => ({ inputs: { x } }: KernelCall<{ x: TensorInfo }>) =>
      composed([x], (x) => tf.div(tf.sin(x), tf.cos(x))),
  );
  replaceKernel("UnsortedSegmentSum", () => segmentSum);
}
