/**
 * Packed matrices made whole on the device. By other operations that can't be had there: the package's
 * programs count whole numbers in float32, so that words of 32 bits would be rounded.
 * @module
 */
import { PACKED_BLOCK, type PackedLayout } from "../../packed.ts";
import { UNPACK } from "../../tfjs/kernel_names.ts";
import type { KernelCall, ReplaceKernel } from "../../tfjs/registry.ts";
import { flat, type Program, type TensorInfo, type WebgpuBackend } from "../backend.ts";

/** Threads that one dispatch may have: 65,535 groups of 64. Each goes on to the next number beyond them. */
const MOST_THREADS = 65_535 * 64;

/** Number k of a row with 8 bits: its sign is the highest of them. */
const WHOLE = `
fn number(row : i32, k : i32) -> f32 {
  let word = words[row * uniforms.columns + (k >> 2u)];
  return f32((word << u32(24 - 8 * (k & 3))) >> 24u) * scales[row];
}
`;

/** Number k of a row with 4 bits: one of sixteen values, times the scale of its block. */
const coded = (values: Float32Array) => `
const VALUES = array<f32, 16>(${Array.from(values, (value) => `${value}f`).join(", ")});
fn number(row : i32, k : i32) -> f32 {
  let word = bitcast<u32>(words[row * uniforms.columns + (k >> 3u)]);
  var values = VALUES;
  let value = values[(word >> u32(4 * (k & 7))) & 15u];
  return value * scales[row * uniforms.blocks + k / ${PACKED_BLOCK}];
}
`;

const MAIN = `
fn main(index : i32) {
  for (var i = index; i < uniforms.total; i += uniforms.threads) {
    result[i] = number(i / uniforms.width, i % uniforms.width);
  }
}
`;

function unpack(
  { inputs: { words, scales }, attrs, backend }: KernelCall<
    { words: TensorInfo; scales: TensorInfo },
    PackedLayout,
    WebgpuBackend
  >,
): TensorInfo {
  const { rows, width, columns, blocks, values } = attrs, total = rows * width;
  const threads = Math.min(total, MOST_THREADS);
  const program: Program = {
    ...flat(threads),
    variableNames: ["words", "scales"],
    uniforms: "total : i32, threads : i32, width : i32, columns : i32, blocks : i32",
    shaderKey: `unpack${values === undefined ? 8 : 4}`,
    getUserCode: () => (values === undefined ? WHOLE : coded(values)) + MAIN,
    outputShape: [rows, width],
  };
  const flattened = [words, scales].map((t) => ({
    ...t,
    shape: [t.shape.reduce((n, d) => n * d, 1)],
  }));
  return backend.runWebGPUProgram(
    program,
    flattened,
    "float32",
    [total, threads, width, columns, blocks].map((n) => ({ type: "int32" as const, data: [n] })),
  );
}

/** Registers the kernel. */
export function registerPackedKernels(replaceKernel: ReplaceKernel): void {
  replaceKernel(UNPACK, () => unpack);
}
