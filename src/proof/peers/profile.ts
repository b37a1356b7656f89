/**
 * `deno task peers:profile MODEL…`: where a step of the compared models spends its time, by
 * TensorFlow's operations on engine tensorflow, by kinds of shaders on engine webgpu.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { UsageError } from "../../base/mod.ts";
import { runProgram } from "../../base/program/mod.ts";
import { disposeTree, openEngine, type Program } from "../../engine/mod.ts";
import {
  encodeMessage,
  profileProgram,
  type TensorflowBackend,
} from "../../engine/tensorflow/mod.ts";
import { profileWebgpu } from "../../engine/webgpu/mod.ts";
import { safetensorsToTree } from "../../nn/mod.ts";
import { keyTensor } from "../../random/mod.ts";
import { didYouMean } from "../../base/text/mod.ts";
import { readExchange, writeExchange } from "./contender/exchange.ts";
import { MODEL_NAMES, modelSettings, type ModelSize } from "./models.ts";
import { hostInputs, stepInputs } from "./contender/ours.ts";
import { peerModel } from "./contender/programs.ts";

/** Engines that tell. */
const ENGINES = ["tensorflow", "webgpu"] as const;
type ProfiledEngine = typeof ENGINES[number];

/** A line: an op or a kind of shader, how many of them a step, milliseconds a step. */
export type Line = readonly [name: string, count: number, milliseconds: number];

/** Times of a model's step, slowest first; ops that run side by side count each. */
export async function profileModel(
  name: string,
  size: ModelSize,
  engineName: ProfiledEngine = "tensorflow",
): Promise<Line[]> {
  const { engine } = await openEngine(engineName);
  const settings = modelSettings(name, size);
  const folder = await Deno.makeTempDir({ prefix: "profile-" });
  try {
    const path = await writeExchange(engine, { settings, folder });
    const { params, inputs } = await readExchange(path);
    const model = peerModel(settings);
    const state = model.state(safetensorsToTree(engine, params).tree);
    const given = stepInputs(engine, { settings, batches: hostInputs(inputs) });
    const key = keyTensor([0, 0]);
    const program = model.program as unknown as Program;
    const call = { state, inputs: given[0], key };
    const lines = engineName === "webgpu"
      ? (await profileWebgpu(program, call)).map((t): Line => [
        t.name,
        t.dispatches,
        t.milliseconds,
      ])
      : opTimes(program, call, engine.identity.threads);
    disposeTree(state);
    tf.dispose([key, ...given.flatMap((batch) => Object.values(batch))]);
    return lines;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function opTimes(
  program: Program,
  call: Parameters<typeof profileProgram>[2],
  threads: number,
): Line[] {
  const times = profileProgram(tf.backend() as unknown as TensorflowBackend, program, call, {
    // ConfigProto: threads within an op and between ops, as the engine has them.
    config: encodeMessage({ 2: threads, 5: threads }),
  });
  return times.map(({ op, nodes, milliseconds }) => [op, nodes, milliseconds]);
}

async function main(args: readonly string[]): Promise<void> {
  const at = args.indexOf("--engine");
  const engine = at < 0 ? "tensorflow" : args[at + 1] as ProfiledEngine;
  if (!ENGINES.includes(engine)) {
    throw new UsageError(`--engine: ${engine} has no profile; engines: ${ENGINES.join(", ")}`);
  }
  const names = at < 0 ? args : args.toSpliced(at, 2);
  if (names.length === 0) throw new UsageError(`name a model: ${MODEL_NAMES.join(", ")}`);
  for (const name of names) {
    if (!MODEL_NAMES.includes(name)) {
      throw new UsageError(
        `no model ${name}${didYouMean(name, MODEL_NAMES)}; models: ${MODEL_NAMES.join(", ")}`,
      );
    }
    const lines = await profileModel(name, "bench", engine);
    const total = lines.reduce((sum, [, , ms]) => sum + ms, 0);
    console.log(`${name}: ${total.toFixed(1)} ms a step on ${engine}`);
    for (const [line, count, ms] of lines.filter(([, , ms]) => ms > total / 1000)) {
      const share = `${(100 * ms / total).toFixed(1)} %`;
      console.log(
        `  ${line.padEnd(34)}${String(count).padStart(6)} × ${ms.toFixed(2).padStart(9)} ms ` +
          share.padStart(8),
      );
    }
  }
}

if (import.meta.main) runProgram(() => main(Deno.args));
