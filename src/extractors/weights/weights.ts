/**
 * Committed weights of extractors, from safetensors beside this file onto an engine.
 * @module
 */
import { sha256 } from "../../base/digest/mod.ts";
import type * as tf from "@tensorflow/tfjs";
import type { Engine } from "../../engine/mod.ts";
import { decodeSafetensors, type Safetensors } from "../../nn/files/mod.ts";
import { MetricUnavailable } from "../../base/mod.ts";

/** A decoded file and the sha256 of its bytes. */
export interface WeightFile extends Safetensors {
  readonly digest: string;
}

/** Reads a committed file. @throws MetricUnavailable where it isn't there. */
export async function readWeights(file: string): Promise<WeightFile> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await Deno.readFile(new URL(`../${file}`, import.meta.url));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new MetricUnavailable(
      "not-measured",
      `the extractor's weights ${file} are not in this checkout; ` +
        `the script beside them in src/extractors makes them`,
    );
  }
  return { ...decodeSafetensors(bytes), digest: await sha256(bytes) };
}

/** All tensors of a committed file on the engine, by path; 16-bit floats widened to 32. */
export async function loadWeights(
  engine: Engine,
  file: string,
): Promise<{ tensors: Record<string, tf.Tensor>; digest: string }> {
  const { tensors, digest } = await readWeights(file);
  return {
    tensors: Object.fromEntries(
      Object.entries(tensors).map(([name, t]) => [name, engine.tensor(t.data, t.shape)]),
    ),
    digest,
  };
}
