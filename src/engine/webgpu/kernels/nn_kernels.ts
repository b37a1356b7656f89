/**
 * Adam's step of `nn/engine_kernels.ts` in three programs instead of twelve.
 * @module
 */
import { ADAM_STEP } from "../../tfjs/kernel_names.ts";
import type { KernelCall as AnyKernelCall, ReplaceKernel } from "../../tfjs/registry.ts";
import { sizeOf } from "../../values.ts";
import { flat, type TensorInfo, type UniformValue, type WebgpuBackend } from "../backend.ts";

type Named = Readonly<Record<string, TensorInfo>>;

/** A thread a number: `expression` of the inputs' numbers at i, or at 0 of scalars. */
function elementwise(
  backend: WebgpuBackend,
  inputs: Named,
  { key, expression, rest }: { key: string; expression: string; rest: number },
): TensorInfo {
  const [{ shape }] = Object.values(inputs);
  const size = sizeOf(shape);
  const program = {
    variableNames: Object.keys(inputs),
    uniforms: "total : i32, rest : f32",
    shaderKey: key,
    ...flat(size),
    outputShape: [size],
    getUserCode: () => `
fn main(i : i32) {
  if (i < uniforms.total) { result[i] = ${expression}; }
}
`,
  };
  const flattened = Object.values(inputs).map((t) =>
    t.shape.length === 0 ? t : { ...t, shape: [size] }
  );
  const values: UniformValue[] = [
    { type: "int32", data: [size] },
    { type: "float32", data: [rest] },
  ];
  const out = backend.runWebGPUProgram(program, flattened, "float32", values);
  return { ...out, shape };
}

function adamStep(
  { inputs, attrs, backend }: AnyKernelCall<
    Record<"param" | "first" | "second" | "gradient" | "rate" | "epsilon", TensorInfo>,
    { beta1: number; beta2: number },
    WebgpuBackend
  >,
): TensorInfo[] {
  const { param, first, second, gradient, rate, epsilon } = inputs;
  const m = elementwise(backend, { mean: first, gradient }, {
    key: "adamFirst",
    expression: "mean[i] + (gradient[i] - mean[i]) * uniforms.rest",
    rest: 1 - attrs.beta1,
  });
  const v = elementwise(backend, { mean: second, gradient }, {
    key: "adamSecond",
    expression: "mean[i] + (gradient[i] * gradient[i] - mean[i]) * uniforms.rest",
    rest: 1 - attrs.beta2,
  });
  const p = elementwise(backend, { param, first: m, second: v, rate, epsilon }, {
    key: "adamParameter",
    expression: "param[i] - first[i] * rate[0] / (sqrt(second[i]) + epsilon[0])",
    rest: 0,
  });
  return [p, m, v];
}

/** Registers the kernel. */
export function registerNnKernels(replaceKernel: ReplaceKernel): void {
  replaceKernel(ADAM_STEP, () => adamStep);
}
