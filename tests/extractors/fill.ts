/** Weights by the formula of tests/golden/extractors/fill.py, bit for bit. */
import type { HostTensor } from "../../src/nn/files/safetensors.ts";
import { encodeSafetensors } from "../../src/nn/files/safetensors.ts";

/** Names with shapes. */
export type Shapes = Readonly<Record<string, readonly number[]>>;

export function uniforms(name: string, count: number): Float64Array {
  let seed = 2166136261;
  for (const byte of new TextEncoder().encode(name)) seed = Math.imul(seed ^ byte, 16777619) >>> 0;
  const out = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let x = Math.imul(i + seed, 0x9e3779b1);
    x ^= x >>> 16;
    x = Math.imul(x, 0x85ebca6b);
    x ^= x >>> 13;
    x = Math.imul(x, 0xc2b2ae35);
    x ^= x >>> 16;
    out[i] = (x >>> 8) / 2 ** 24;
  }
  return out;
}

export function scaled(name: string, shape: readonly number[]): HostTensor {
  const count = shape.reduce((n, d) => n * d, 1), u = uniforms(name, count);
  const last = name.split(".").at(-1)!;
  const data = new Float32Array(count);
  if (
    ["running_var", "gamma", "lambda1"].includes(last) || (last === "weight" && shape.length === 1)
  ) {
    for (let i = 0; i < count; i++) {
      data[i] = 0.75 + 0.5 * u[i];
    }
  } else if (["weight", "in_proj_weight", "proj"].includes(last) && shape.length > 1) {
    const scale = Math.sqrt(24 / (count / (last === "proj" ? shape[1] : shape[0])));
    for (let i = 0; i < count; i++) data[i] = (u[i] - 0.5) * scale;
  } else for (let i = 0; i < count; i++) data[i] = (u[i] - 0.5) * 0.2;
  return { dtype: "F32", shape, data };
}

/** A safetensors file of such weights, in a temporary folder that the caller removes. */
export async function weightsFile(shapes: Shapes): Promise<string> {
  const path = await Deno.makeTempFile({ suffix: ".safetensors" });
  const tensors = Object.entries(shapes).map(([name, shape]) => [name, scaled(name, shape)]);
  await Deno.writeFile(path, encodeSafetensors(Object.fromEntries(tensors)));
  return path;
}
