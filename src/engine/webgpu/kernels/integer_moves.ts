/**
 * Whole numbers that keep every bit when they are moved. The package's programs read int32 as float32,
 * so that beyond 2²⁴ numbers would be rounded: keys and row numbers above all. Here both halves of 16
 * bits go through the package's kernel and are joined again.
 * @module
 */
import type { KernelCall as AnyKernelCall, ReplaceKernel } from "../../tfjs/registry.ts";
import { sizeOf } from "../../values.ts";
import { flat, type Program, type TensorInfo, type WebgpuBackend } from "../backend.ts";

type Inputs = Readonly<Record<string, TensorInfo>> | readonly TensorInfo[];
/** What a padding is filled with is the one number that comes from an attribute. */
type Call = AnyKernelCall<Inputs, { readonly constantValue?: number }, WebgpuBackend>;

/** Kernels that only move numbers, with the inputs whose numbers they move. */
const MOVES: Readonly<Record<string, readonly string[] | "all">> = {
  Concat: "all",
  Pack: "all",
  GatherV2: ["x"],
  PadV2: ["x"],
  Reverse: ["x"],
  Select: ["t", "e"],
  Slice: ["x"],
  SplitV: ["x"],
  StridedSlice: ["x"],
  Tile: ["x"],
  Transpose: ["x"],
  Unpack: ["value"],
};

/** A thread a number. */
function elementwise(
  backend: WebgpuBackend,
  inputs: Readonly<Record<string, TensorInfo>>,
  { key, expression }: { key: string; expression: string },
): TensorInfo {
  const [{ shape }] = Object.values(inputs);
  const size = sizeOf(shape);
  const program: Program = {
    variableNames: Object.keys(inputs),
    uniforms: "total : i32",
    shaderKey: key,
    ...flat(size),
    outputShape: [size],
    getUserCode: () => `
fn main(i : i32) {
  if (i < uniforms.total) { result[i] = ${expression}; }
}
`,
  };
  const rows = Object.values(inputs).map((t) => ({ ...t, shape: [size] }));
  const out = backend.runWebGPUProgram(program, rows, "int32", [{ type: "int32", data: [size] }]);
  return { ...out, shape };
}

/** A half's program, and the half of a whole number on the host. */
const HALVES = {
  low: { key: "lowHalf", expression: "whole[i] & 0xffff", of: (n: number) => n & 0xffff },
  high: { key: "highHalf", expression: "whole[i] >> 16u", of: (n: number) => n >> 16 },
} as const;

type Base = (call: unknown) => TensorInfo | TensorInfo[];

function moveHalves(base: Base, call: Call, moved: (name: string) => boolean) {
  const { inputs, attrs, backend } = call;
  const run = (half: "low" | "high") => {
    const made: TensorInfo[] = [];
    const part = (x: TensorInfo) => {
      made.push(elementwise(backend, { whole: x }, HALVES[half]));
      return made[made.length - 1];
    };
    const halves = Array.isArray(inputs)
      ? inputs.map(part)
      : Object.fromEntries(Object.entries(inputs).map(([k, x]) => [k, moved(k) ? part(x) : x]));
    const fill = attrs?.constantValue;
    const attributes = fill === undefined
      ? attrs
      : { ...attrs, constantValue: HALVES[half].of(fill) };
    const out = [base({ ...call, inputs: halves, attrs: attributes })].flat();
    for (const { dataId } of made) backend.disposeData(dataId);
    return out;
  };
  const [low, high] = [run("low"), run("high")];
  const joined = low.map((l, i) => {
    const whole = elementwise(backend, { l, h: high[i] }, {
      key: "joinHalves",
      expression: "(h[i] << 16u) | l[i]",
    });
    for (const { dataId } of [l, high[i]]) backend.disposeData(dataId);
    return whole;
  });
  return joined;
}

/** Wraps the package's kernels. */
export function registerIntegerMoves(replaceKernel: ReplaceKernel): void {
  for (const [name, which] of Object.entries(MOVES)) {
    const moved = (input: string) => which === "all" || which.includes(input);
    replaceKernel(name, (kernel) => (call: Call) => {
      const base = kernel as Base;
      const whole = Object.entries(call.inputs).some(([input, x]) =>
        moved(input) && x.dtype === "int32"
      );
      if (!whole) return base(call) as TensorInfo;
      const out = moveHalves(base, call, moved);
      return name === "SplitV" || name === "Unpack" ? out : out[0];
    });
  }
}
