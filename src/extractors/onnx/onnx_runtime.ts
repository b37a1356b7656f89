/**
 * ONNX Runtime where the user has it: npm's onnxruntime-node, or onnxruntime-web, in the working
 * folder's node_modules or in the user's cache. It is no dependency: it weighs 100 to 260 MB.
 * @module
 */
import { createRequire } from "node:module";
import { join, resolve } from "@std/path";
import { MetricUnavailable } from "../../base/mod.ts";

/** A tensor of the runtime. */
export interface OrtTensor {
  readonly dims: readonly number[];
  readonly data: ArrayLike<number>;
}

/** What a session says of an input or output. */
export interface OrtValueInfo {
  readonly name: string;
  readonly type?: string;
  /** A text stands for a size that may vary. */
  readonly shape?: readonly (number | string)[];
}

/** A loaded model. */
export interface OrtSession {
  readonly inputMetadata: readonly OrtValueInfo[];
  readonly outputNames: readonly string[];
  run(feeds: Record<string, OrtTensor>): Promise<Record<string, OrtTensor>>;
}

/** The part of the runtime that is used. */
export interface Ort {
  readonly env: { wasm: { numThreads?: number } };
  readonly Tensor: new (
    type: "float32",
    data: Float32Array,
    dims: readonly number[],
  ) => OrtTensor;
  readonly InferenceSession: {
    create(model: Uint8Array, options?: { intraOpNumThreads?: number }): Promise<OrtSession>;
  };
}

/** A runtime with its name and version. */
export interface Runtime {
  readonly ort: Ort;
  readonly name: string;
}

const packages = ["onnxruntime-node", "onnxruntime-web"] as const;

/** Folders in which a package may lie. */
async function places(name: string, cache: string): Promise<string[]> {
  const found = [join(resolve(Deno.cwd()), "node_modules", name)];
  const store = join(cache, "packages");
  const entries = await Array.fromAsync(Deno.readDir(store)).catch(() => []);
  for (const entry of entries.map((e) => e.name).filter((n) => n.startsWith(`${name}@`)).sort()) {
    found.push(join(store, entry, "node_modules", name));
  }
  return found;
}

/** The runtime; onnxruntime-node before onnxruntime-web. @throws MetricUnavailable without any */
export async function onnxRuntime(cache: string): Promise<Runtime> {
  for (const name of packages) {
    for (const folder of await places(name, cache)) {
      const manifest = join(folder, "package.json");
      const text = await Deno.readTextFile(manifest).catch(() => null);
      if (text === null) continue;
      const { version } = JSON.parse(text) as { version: string };
      const ort = createRequire(manifest)(name) as Ort;
      if (name === "onnxruntime-web") ort.env.wasm.numThreads = 1;
      return { ort, name: `${name} ${version}` };
    }
  }
  throw new MetricUnavailable(
    "not-measured",
    "extractor onnx needs ONNX Runtime, which is not here: `npm install onnxruntime-node` in the " +
      "working folder (or onnxruntime-web, smaller and slower)",
  );
}
