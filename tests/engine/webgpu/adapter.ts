/**
 * The WebGPU engine for tests. Where there is no adapter the tests that need it are skipped.
 */
import * as tf from "@tensorflow/tfjs";
import type { Engine } from "../../../src/engine/engine.ts";
import type { Program, WebgpuBackend } from "../../../src/engine/webgpu/backend.ts";
import { openWebgpu } from "../../../src/engine/webgpu/engine.ts";
import { need, needing } from "../../needs.ts";

/** An adapter, for laws. */
export const webgpu = await need("webgpu");

/** A test that needs the engine. */
export const test = needing(webgpu);

/** The engine; only for tests that aren't skipped. */
export const engine: Engine = webgpu.obstacle === undefined
  ? await openWebgpu()
  : undefined as unknown as Engine;

/** tfjs's backend beneath it. */
export function backend(): WebgpuBackend {
  return tf.backend() as unknown as WebgpuBackend;
}

/** Programs compiled so far, by their keys. */
export function programs(): string[] {
  return Object.keys((tf.backend() as unknown as { pipelineCache: object }).pipelineCache);
}

/** What `body` gives, on the host, leaving nothing behind. */
export async function read(body: () => tf.Tensor): Promise<Float32Array | Int32Array> {
  const t = tf.tidy(body);
  const values = await engine.read(t);
  t.dispose();
  return values;
}

/** Runs a program of the test's own on whole numbers. */
export async function run(
  program: Program,
  input: Int32Array,
): Promise<Float32Array | Int32Array> {
  const info = backend().makeTensorInfo([input.length], "int32", input);
  const out = backend().runWebGPUProgram(program, [info], "float32");
  const tensor = tf.engine().makeTensorFromTensorInfo(out);
  const values = await engine.read(tensor);
  tensor.dispose();
  backend().disposeData(info.dataId);
  return values;
}
