/** Trains a small VAE on one engine and reports its losses. */
import { type EngineName, type EngineSettings, openEngine } from "../../src/engine/mod.ts";
import { trainVae } from "./vae_training.ts";

/** What to train: everything but the engine is fixed. */
export interface Job {
  readonly engine: EngineName;
  readonly settings?: EngineSettings;
  readonly steps: number;
}

/** Losses and the sum of the state's magnitudes, or why there are none. */
export type Report =
  | { readonly losses: readonly number[]; readonly state: number }
  | { readonly error: string };

const scope = self as unknown as {
  onmessage: (event: MessageEvent<Job>) => void;
  postMessage(message: Report): void;
};

async function train({ engine: name, steps, settings }: Job): Promise<Report> {
  const { engine } = await openEngine(name, settings);
  const { losses, state } = await trainVae(engine, steps, { mode: settings?.compile });
  const sum = state.reduce((s, leaf) => s + leaf.reduce((a, v) => a + Math.abs(v), 0), 0);
  return { losses, state: sum };
}

scope.onmessage = async ({ data }) => {
  try {
    scope.postMessage(await train(data));
  } catch (error) {
    scope.postMessage({ error: (error as Error).message });
  }
};
