/** Trains a small VAE on one engine and reports its losses. */
import type * as tf from "@tensorflow/tfjs";
import { type EngineName, type EngineSettings, openEngine } from "../../src/engine/mod.ts";
import { tensorsOf, type TensorTree } from "../../src/engine/tree.ts";
import type { TensorRecord } from "../../src/families/family.ts";
import { vae } from "../../src/families/vae/mod.ts";
import { hostKey, hostUniform } from "../../src/random/host.ts";
import { keyTensor } from "../../src/random/key.ts";
import { initialState } from "../../src/run/programs.ts";
import { runKeys } from "../../src/run/keys.ts";

/** What to train: everything but the engine is fixed. */
export interface Job {
  readonly engine: EngineName;
  readonly settings?: EngineSettings;
  readonly steps: number;
}

/** Losses, or why there are none. */
export type Report =
  | { readonly losses: readonly number[]; readonly state: number }
  | { readonly error: string };

const scope = self as unknown as {
  onmessage: (event: MessageEvent<Job>) => void;
  postMessage(message: Report): void;
};

const batch = 8;
const side = 16;

async function train({ engine: name, steps, settings }: Job): Promise<Report> {
  const { engine } = await openEngine(name, settings);
  const sample = { kind: "image", height: side, width: side, channels: 3 } as const;
  const config = vae.config.parse({ width: 8, latent: 8 });
  const model = vae.build(config, { sample, steps, trainSize: 1000 });
  const step = engine.compile(model.programs.train, {
    name: "train",
    donate: true,
    mode: settings?.compile,
  });
  let state = initialState(model, runKeys(1));
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    const bytes = hostUniform(hostKey(2, i), batch * side * side * 3);
    const x = engine.tensor(bytes.map((u) => Math.round(255 * u) / 255), [batch, side, side, 3]);
    const rows = engine.tensor(Int32Array.from({ length: batch }, (_, r) => r), [batch]);
    const key = keyTensor(hostKey(3, i));
    const [next, outputs] = step(state, { x_BHWC: x, rows_B: rows }, key);
    losses.push((await engine.read((outputs as { loss: tf.Tensor }).loss))[0]);
    for (const t of [...tensorsOf(outputs as TensorTree), x, rows, key]) t.dispose();
    state = next as TensorRecord;
  }
  let sum = 0;
  for (const leaf of tensorsOf(state as TensorTree)) {
    for (const v of await engine.read(leaf)) sum += Math.abs(v);
  }
  return { losses, state: sum };
}

scope.onmessage = async ({ data }) => {
  try {
    scope.postMessage(await train(data));
  } catch (error) {
    scope.postMessage({ error: (error as Error).message });
  }
};
