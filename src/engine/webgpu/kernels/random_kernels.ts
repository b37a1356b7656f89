/**
 * The random kernels of `random/kernels.ts` as compute shaders. Keys and row numbers stay on the
 * device. Uniforms and folds have the host's bits; normals are within 4 units of
 * 2⁻²⁴·max(1, |x|) of the host's, and the same bits on every adapter.
 * @module
 */
import {
  FOLD_WORDS,
  foldNumber,
  foldString,
  PHILOX_CATEGORICAL,
  PHILOX_FOLD,
  PHILOX_NORMAL,
  PHILOX_UNIFORM,
} from "../../../random/host/mod.ts";
import type { KernelCall as AnyKernelCall, ReplaceKernel } from "../../tfjs/registry.ts";
import { sizeOf } from "../../values.ts";
import { flat, type Program, type TensorInfo, type WebgpuBackend } from "../backend.ts";
import { recordFaults } from "../device/faults.ts";
import { CIRCLE_WGSL } from "./wgsl/circle.ts";
import { NORMAL_WGSL } from "./wgsl/normal.ts";
import { FOLD_WGSL, PHILOX_WGSL } from "./wgsl/philox.ts";
import { WEIGHT_WGSL } from "./wgsl/weight.ts";
import { WIDE } from "./wgsl/wide.ts";

type KernelCall<Inputs, Attributes = Record<string, never>> = AnyKernelCall<
  Inputs,
  Attributes,
  WebgpuBackend
>;

const KEY = "vec2<u32>(bitcast<u32>(key[0]), bitcast<u32>(key[1]))";

function checkKey(key: TensorInfo): void {
  if (key.dtype !== "int32" || sizeOf(key.shape) !== 2) {
    throw new Error(`a key is int32 [2]; found ${key.dtype} [${key.shape}]`);
  }
}

/** A program of one thread. */
function single(name: string, variableNames: string[], body: string): Program {
  return {
    variableNames,
    shaderKey: name,
    dispatchLayout: { x: [0] },
    dispatch: [1, 1, 1],
    workgroupSize: [1, 1, 1],
    outputShape: [2],
    getUserCode: () =>
      `${WIDE}${PHILOX_WGSL}${FOLD_WGSL}
fn main(index : i32) {
  // A layout holds what its program reads, and the package binds the uniforms always.
  if (index > 0 || uniforms.outShape != 2) { return; }
  var h = vec2<u32>(0u, 0u);
${body}
  result[0] = bitcast<i32>(h.x);
  result[1] = bitcast<i32>(h.y);
}
`,
  };
}

/** A negative number, an error on the host, folds here with a high word of ones: a key of its own. */
const foldNumberProgram = () =>
  single(
    "philoxFoldNumber",
    ["key", "number"],
    `  h = fold_word(${KEY}, bitcast<u32>(number[0]), select(0u, 0xffffffffu, number[0] < 0), ${FOLD_WORDS.number}u);`,
  );

/** `text` holds UTF-16 units; its last element is their number. */
const foldStringProgram = () =>
  single(
    "philoxFoldString",
    ["key", "text"],
    `  let k = ${KEY};
  let count = text[uniforms.textShape - 1];
  for (var i = 0; i < count; i++) {
    h = fold_word(k, h.x ^ bitcast<u32>(text[i]), h.y, ${FOLD_WORDS.string}u);
  }
  h = fold_word(k, h.x, h.y, ${FOLD_WORDS.string + 1}u + bitcast<u32>(count));`,
  );

/** Numbers that have not left the host yet. */
function onHost(backend: WebgpuBackend, t: TensorInfo): Int32Array | undefined {
  const { values, resource } = backend.tensorMap.get(t.dataId);
  return resource || !(values instanceof Int32Array) ? undefined : values;
}

function fold(
  call: KernelCall<{ key: TensorInfo; data?: TensorInfo }, { text?: string }>,
): TensorInfo {
  const { inputs: { key, data }, attrs: { text = "" }, backend } = call;
  checkKey(key);
  // What was made on the host and is still there is folded there: the same bits, no dispatch.
  const words = onHost(backend, key);
  const number = data && onHost(backend, data);
  if (words !== undefined && (data === undefined || number !== undefined)) {
    const parent = [words[0] >>> 0, words[1] >>> 0] as const;
    const child = number === undefined ? foldString(parent, text) : foldNumber(parent, number[0]);
    return backend.makeTensorInfo([2], "int32", Int32Array.from(child, (w) => w | 0));
  }
  if (data !== undefined) {
    return backend.runWebGPUProgram(foldNumberProgram(), [key, data], "int32");
  }
  const units = Int32Array.from(
    { length: text.length + 1 },
    (_, i) => i < text.length ? text.charCodeAt(i) : text.length,
  );
  const uploaded = backend.makeTensorInfo([units.length], "int32", units);
  const child = backend.runWebGPUProgram(foldStringProgram(), [key, uploaded], "int32");
  backend.disposeData(uploaded.dataId);
  return child;
}

/** Rows of draws: a thread a Philox block, that is four numbers of one row. */
function rowProgram(name: string, byRows: boolean, draw: string): Omit<Program, "outputShape"> {
  return {
    variableNames: byRows ? ["key", "rows"] : ["key"],
    uniforms: "width : i32, blocks : i32, total : i32",
    shaderKey: `${name}${byRows ? "ByRows" : ""}`,
    ...flat(1),
    getUserCode: () =>
      `${WIDE}${PHILOX_WGSL}${draw}
fn main(index : i32) {
  if (index >= uniforms.total) { return; }
  let row = index / uniforms.blocks;
  let block = index - row * uniforms.blocks;
  let number = ${byRows ? "bitcast<u32>(rows[row])" : "0u"};
  let draws = draw(philox(vec4<u32>(u32(block), number, 0u, 0u), ${KEY}));
  let first = 4 * block;
  for (var i = 0; i < min(4, uniforms.width - first); i++) {
    result[row * uniforms.width + first + i] = draws[i];
  }
}
`,
  };
}

/** The high 24 bits of each word are a float32; so is their product with 2⁻²⁴. */
const UNIFORM_DRAW = `
fn draw(words : vec4<u32>) -> vec4<f32> { return vec4<f32>(words >> vec4<u32>(8u)) * 0x1p-24f; }
`;

const NORMAL_DRAW = `${CIRCLE_WGSL}${NORMAL_WGSL}
fn draw(words : vec4<u32>) -> vec4<f32> {
  return vec4<f32>(normal_pair(words.x, words.y), normal_pair(words.z, words.w));
}
`;

function rowKernel(name: string, draw: string) {
  return (
    call: KernelCall<{ key: TensorInfo; rows?: TensorInfo }, { shape: number[] }>,
  ): TensorInfo => {
    const { inputs: { key, rows }, attrs: { shape }, backend } = call;
    checkKey(key);
    const size = sizeOf(shape);
    const width = rows === undefined ? size : size / Math.max(1, sizeOf(rows.shape));
    const blocks = Math.ceil(width / 4);
    const total = rows === undefined ? blocks : blocks * sizeOf(rows.shape);
    const program = {
      ...rowProgram(name, rows !== undefined, draw),
      outputShape: [size],
      ...flat(total),
    };
    const out = backend.runWebGPUProgram(program, rows ? [key, rows] : [key], "float32", [
      { type: "int32", data: [width] },
      { type: "int32", data: [blocks] },
      { type: "int32", data: [total] },
    ]);
    // The program's output is one row of numbers, since tfjs's frames end at six axes.
    return { ...out, shape };
  };
}

/**
 * A group of 64 threads a row: each sums the weights of its stretch of classes; the first finds in
 * whose stretch u·total falls; that one finds the class. Whole-number sums don't depend on order. A
 * row that can't be drawn from gives −1, which `recordFaults` reports.
 */
function categoricalProgram(byRows: boolean, batch: number): Program {
  return {
    variableNames: byRows ? ["logits", "key", "rows"] : ["logits", "key"],
    uniforms: "batch : i32, classes : i32",
    shaderKey: `philoxCategorical${byRows ? "ByRows" : ""}`,
    dispatchLayout: { x: [0] },
    dispatch: [batch, 1, 1],
    workgroupSize: [64, 1, 1],
    outputShape: [batch],
    getUserCode: () =>
      `${WIDE}${PHILOX_WGSL}${WEIGHT_WGSL}
var<workgroup> largest : array<f32, 64>;
var<workgroup> found : array<u32, 64>;
var<workgroup> part : array<vec2<u32>, 64>;
var<workgroup> owner : u32;
var<workgroup> below : vec2<u32>;
fn main(index : i32) {
  let group = index / 64;
  let row = min(group, uniforms.batch - 1);
  let stretch = (uniforms.classes + 63) / 64;
  let first = row * uniforms.classes + min(i32(localIndex) * stretch, uniforms.classes);
  let end = row * uniforms.classes + min((i32(localIndex) + 1) * stretch, uniforms.classes);
  var top = -0x1.fffffep+127f;
  var kinds = 0u;
  for (var i = first; i < end; i++) {
    let kind = kind_of(logits[i]);
    kinds |= kind;
    if (kind == FINITE) { top = max(top, logits[i]); }
  }
  largest[localIndex] = top;
  found[localIndex] = kinds;
  workgroupBarrier();
  if (localIndex == 0u) {
    for (var t = 1u; t < 64u; t++) {
      top = max(top, largest[t]);
      kinds |= found[t];
    }
    largest[0] = top;
    found[0] = kinds;
  }
  workgroupBarrier();
  let peak = largest[0];
  let refused = found[0] != FINITE && found[0] != (FINITE | NEVER);
  var sum = vec2<u32>(0u, 0u);
  if (!refused) { for (var i = first; i < end; i++) { sum = add_wide(sum, weight(logits[i], peak)); } }
  part[localIndex] = sum;
  workgroupBarrier();
  if (localIndex == 0u && !refused) {
    var total = vec2<u32>(0u, 0u);
    for (var t = 0u; t < 64u; t++) { total = add_wide(total, part[t]); }
    // ⌊u·total⌋ with the host's u of 53 bits, here Q64: 27 bits of one word, 26 of the next.
    let words = philox(
      vec4<u32>(0u, ${byRows ? "bitcast<u32>(rows[row])" : "u32(row)"}, 0u, 0u), ${KEY});
    let u = shl_wide(
      add_wide(shl_wide(vec2<u32>(words.x >> 5u, 0u), 26u), vec2<u32>(words.y >> 6u, 0u)), 11u);
    let middle = add_wide(mul_wide(u.x, total.y), vec2<u32>(mul_high(u.x, total.x), 0u));
    let other = mul_wide(u.y, total.x);
    let carried = add_wide(vec2<u32>(middle.x, 0u), vec2<u32>(other.x, 0u)).y;
    var target_sum = add_wide(mul_wide(u.y, total.y), vec2<u32>(middle.y, 0u));
    target_sum = add_wide(target_sum, vec2<u32>(other.y, 0u));
    target_sum = add_wide(target_sum, vec2<u32>(carried, 0u));
    owner = 0u;
    for (var t = 0u; t < 64u; t++) {
      if (less_wide(target_sum, part[t])) { owner = t; break; }
      target_sum = sub_wide(target_sum, part[t]);
    }
    below = target_sum;
  }
  workgroupBarrier();
  if (group == row) {
    if (refused) {
      if (localIndex == 0u) { result[row] = -1; }
    } else if (localIndex == owner) {
      var left = below;
      for (var i = first; i < end; i++) {
        let w = weight(logits[i], peak);
        if (less_wide(left, w)) { result[row] = i - row * uniforms.classes; break; }
        left = sub_wide(left, w);
      }
    }
  }
}
`,
  };
}

function categorical(
  call: KernelCall<{ key: TensorInfo; logits: TensorInfo; rows?: TensorInfo }>,
): TensorInfo {
  const { inputs: { key, logits, rows }, backend } = call;
  checkKey(key);
  const [batch, classes] = logits.shape;
  const program = categoricalProgram(rows !== undefined, batch);
  const inputs = rows === undefined ? [logits, key] : [logits, key, rows];
  const draws = backend.runWebGPUProgram(program, inputs, "int32", [
    { type: "int32", data: [batch] },
    { type: "int32", data: [classes] },
  ]);
  if (batch > 0) recordFaults(backend, draws);
  return draws;
}

/** Registers the kernels. */
export function registerRandomKernels(replaceKernel: ReplaceKernel): void {
  replaceKernel(PHILOX_FOLD, () => fold);
  replaceKernel(PHILOX_UNIFORM, () => rowKernel("philoxUniform", UNIFORM_DRAW));
  replaceKernel(PHILOX_NORMAL, () => rowKernel("philoxNormal", NORMAL_DRAW));
  replaceKernel(PHILOX_CATEGORICAL, () => categorical);
}
