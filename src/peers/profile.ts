/**
 * `deno task peers:profile MODEL…`: where a step of the compared models spends its time on engine
 * tensorflow, by TensorFlow's ops.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { UsageError } from "../errors.ts";
import { openEngine, type Program } from "../engine/mod.ts";
import type { TensorflowBackend } from "../engine/tensorflow/backend.ts";
import { profileProgram } from "../engine/tensorflow/profile.ts";
import { encodeMessage } from "../engine/tensorflow/protobuf.ts";
import { disposeTree } from "../engine/tree.ts";
import { safetensorsToTree } from "../nn/mod.ts";
import { keyTensor } from "../random/key.ts";
import { didYouMean } from "../text/nearest.ts";
import { readExchange, writeExchange } from "./exchange.ts";
import { MODEL_NAMES, modelSettings, type ModelSize } from "./models.ts";
import { hostInputs, stepInputs } from "./ours.ts";
import { peerModel } from "./programs.ts";

/** One op's line: its name, how many nodes, milliseconds a step. */
export type Line = readonly [op: string, nodes: number, milliseconds: number];

/** Times of a model's step by op, slowest first; nodes that run side by side count each. */
export async function profileModel(name: string, size: ModelSize): Promise<Line[]> {
  const { engine } = await openEngine("tensorflow");
  const settings = modelSettings(name, size);
  const folder = await Deno.makeTempDir({ prefix: "profile-" });
  try {
    const path = await writeExchange(engine, { settings, folder });
    const { params, inputs } = await readExchange(path);
    const model = peerModel(settings);
    const state = model.state(safetensorsToTree(engine, params).tree);
    const given = stepInputs(engine, { settings, batches: hostInputs(inputs) });
    const key = keyTensor([0, 0]);
    const { threads } = engine.identity;
    const times = profileProgram(
      tf.backend() as unknown as TensorflowBackend,
      model.program as unknown as Program,
      { state, inputs: given[0], key },
      // ConfigProto: threads within an op and between ops, as the engine has them.
      { config: encodeMessage({ 2: threads, 5: threads }) },
    );
    disposeTree(state);
    tf.dispose([key, ...given.flatMap((batch) => Object.values(batch))]);
    return times.map(({ op, nodes, milliseconds }) => [op, nodes, milliseconds]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function main(names: readonly string[]): Promise<void> {
  if (names.length === 0) throw new UsageError(`name a model: ${MODEL_NAMES.join(", ")}`);
  for (const name of names) {
    if (!MODEL_NAMES.includes(name)) {
      throw new UsageError(
        `no model ${name}${didYouMean(name, MODEL_NAMES)}; models: ${MODEL_NAMES.join(", ")}`,
      );
    }
    const lines = await profileModel(name, "bench");
    const total = lines.reduce((sum, [, , ms]) => sum + ms, 0);
    console.log(`${name}: ${total.toFixed(1)} ms of ops a step`);
    for (const [op, nodes, ms] of lines.filter(([, , ms]) => ms > total / 1000)) {
      const share = `${(100 * ms / total).toFixed(1)} %`;
      console.log(
        `  ${op.padEnd(34)}${String(nodes).padStart(6)} nodes ${ms.toFixed(2).padStart(9)} ms ` +
          share.padStart(8),
      );
    }
  }
}

if (import.meta.main) {
  try {
    await main(Deno.args);
    Deno.exit(0);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(error.message);
    Deno.exit(2);
  }
}
