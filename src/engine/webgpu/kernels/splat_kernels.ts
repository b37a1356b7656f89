/**
 * Pictures of Gaussian splats on the device: the operation `SplatRender` of `nn/splats/`. Forward alone: splats
 * are trained on the host (`host_kernels.ts`), so this scores splats and looks at them.
 * @module
 */
import type { Degree, Frame } from "../../../kernels/mod.ts";
import type { KernelCall, ReplaceKernel } from "../../tfjs/registry.ts";
import { flat, type Program, type TensorInfo, type WebgpuBackend } from "../backend.ts";
import { COMPOSITE, KEYS, PICK, PROJECT, SEEN, STAGE } from "./wgsl/splat.ts";

/** Threads that one dispatch may have: 65,535 groups of 64. */
const MOST_THREADS = 65_535 * 64;

type Number = readonly ["int32" | "float32", number];

/** One shader: its inputs' names, its uniforms by name, and where its numbers go. */
interface Pass {
  readonly key: string;
  readonly code: string;
  readonly inputs: { readonly [name: string]: TensorInfo };
  readonly threads: number;
  readonly uniforms: { readonly [name: string]: Number };
  readonly shape: readonly number[];
  readonly dtype?: "float32" | "int32";
}

/** Runs a pass. @throws RangeError where it needs more threads than a dispatch has */
function run(backend: WebgpuBackend, pass: Pass): TensorInfo {
  const { key, code, inputs, threads, shape, dtype = "float32" } = pass;
  if (threads > MOST_THREADS) {
    throw new RangeError(
      `engine webgpu: ${threads} splats or pixels at once, ${MOST_THREADS} at most; ask for fewer views ` +
        "at a time, or take wasm or tensorflow",
    );
  }
  const uniforms: [string, Number][] = [
    ["total", ["int32", threads]],
    ...Object.entries(pass.uniforms),
  ];
  const program: Program = {
    ...flat(threads),
    variableNames: Object.keys(inputs),
    uniforms: uniforms.map(([name, [type]]) => `${name} : ${type === "int32" ? "i32" : "f32"}`)
      .join(", "),
    shaderKey: `splat${key}`,
    getUserCode: () => code,
    outputShape: [...shape],
  };
  const flattened = Object.values(inputs).map((t) => ({
    ...t,
    shape: [t.shape.reduce((n, d) => n * d, 1)],
  }));
  return backend.runWebGPUProgram(
    program,
    flattened,
    dtype,
    uniforms.map(([, [type, value]]) => ({ type, data: [value] })),
  );
}

const whole = (value: number): Number => ["int32", value];
const real = (value: number): Number => ["float32", value];

/** Places of splats by depth, equal ones by number: int32 [views, places, 2], places a power of 2. */
function sorted(
  backend: WebgpuBackend,
  seen: TensorInfo,
  { views, count }: { readonly views: number; readonly count: number },
): { readonly order: TensorInfo; readonly places: number } {
  let places = 1;
  while (places < count) places *= 2;
  const pass = { threads: views * places, shape: [views, places, 2], dtype: "int32" } as const;
  let order = run(backend, {
    ...pass,
    key: "Keys",
    code: KEYS,
    inputs: { seen },
    uniforms: { places: whole(places), count: whole(count) },
  });
  for (let length = 2; length <= places; length *= 2) {
    for (let apart = length / 2; apart >= 1; apart /= 2) {
      const next = run(backend, {
        ...pass,
        key: "Stage",
        code: STAGE,
        inputs: { keys: order },
        uniforms: { places: whole(places), run: whole(length), apart: whole(apart) },
      });
      backend.disposeData(order.dataId);
      order = next;
    }
  }
  return { order, places };
}

function render(
  { inputs: { parameters, cameras }, attrs, backend }: KernelCall<
    { parameters: TensorInfo; cameras: TensorInfo },
    Frame & { readonly degree: Degree },
    WebgpuBackend
  >,
): TensorInfo[] {
  const [, count] = parameters.shape, [views] = cameras.shape;
  const { height, width, near, antialiased, background: [red, green, blue], degree } = attrs;
  const pixels = height * width;
  const seen = run(backend, {
    key: "Project",
    code: PROJECT,
    inputs: { p: parameters, cameras },
    threads: views * count,
    shape: [views, count, SEEN],
    uniforms: {
      count: whole(count),
      terms: whole((degree + 1) ** 2),
      antialiased: whole(antialiased ? 1 : 0),
      height: real(height),
      width: real(width),
      near: real(near),
    },
  });
  const { order, places } = sorted(backend, seen, { views, count });
  const all = run(backend, {
    key: "Composite",
    code: COMPOSITE,
    inputs: { seen, order },
    threads: views * pixels,
    shape: [views, height, width, 5],
    uniforms: {
      pixels: whole(pixels),
      width: whole(width),
      places: whole(places),
      count: whole(count),
      red: real(red),
      green: real(green),
      blue: real(blue),
    },
  });
  const pick = (first: number, taken: number, shape: readonly number[]) =>
    run(backend, {
      key: "Pick",
      code: PICK,
      inputs: { whole: all },
      threads: views * pixels * taken,
      shape,
      uniforms: { first: whole(first), taken: whole(taken) },
    });
  const found = [
    pick(0, 3, [views, height, width, 3]),
    pick(3, 1, [views, height, width]),
    pick(4, 1, [views, height, width]),
  ];
  for (const { dataId } of [seen, order, all]) backend.disposeData(dataId);
  return found;
}

/** Registers the kernel. */
export function registerSplatKernels(replaceKernel: ReplaceKernel): void {
  replaceKernel("SplatRender", () => render);
}
