/** Running our tensor code on the wasm engine from laws that are stated in float64. */
import * as tf from "@tensorflow/tfjs";
import { openEngine } from "../../src/engine/mod.ts";
import { hostKey, hostNormal } from "../../src/random/host/host.ts";

export const { engine } = await openEngine("wasm");

/** The values of a tensor that `f` makes; everything it made is disposed. */
export async function values(f: () => tf.Tensor): Promise<number[]> {
  const tensor = tf.tidy(f);
  const read = await engine.read(tensor);
  tensor.dispose();
  return Array.from(read);
}

/** The one value of a scalar. */
export async function value(f: () => tf.Tensor): Promise<number> {
  const [v, ...rest] = await values(f);
  if (rest.length > 0) throw new Error(`expected one value, got ${rest.length + 1}`);
  return v;
}

/** Float32 normals as plain numbers, exact in float64. */
export function normals(seed: number, count: number, scale = 1): number[] {
  return Array.from(hostNormal(hostKey(seed, "law"), count), (v) => Math.fround(v * scale));
}

/** Mean and standard error of numbers. */
export function meanAndError(xs: readonly number[]): { mean: number; error: number } {
  const mean = xs.reduce((a, b) => a + b, 0) / xs.length;
  const square = xs.reduce((a, b) => a + (b - mean) ** 2, 0) / (xs.length - 1);
  return { mean, error: Math.sqrt(square / xs.length) };
}
