/** Runs each training program of each form of GAN once on one engine, and reports the gradients. */
import * as tf from "@tensorflow/tfjs";
import { type EngineName, openEngine } from "../../../src/engine/mod.ts";
import { disposeTree, leaves, type TensorTree } from "../../../src/engine/tree.ts";
import { presetNames } from "../../../src/families/gan/presets.ts";
import { gan } from "../../../src/families/gan/mod.ts";
import type { State } from "../../../src/families/gan/model.ts";
import { hostKey, hostUniform } from "../../../src/random/host/host.ts";
import { keyTensor } from "../../../src/random/key.ts";

/** Sizes of gradients by form, program, player and leaf; or why there are none. */
export type Report = { readonly sizes: Record<string, number> } | { readonly error: string };

const scope = self as unknown as {
  onmessage: (event: MessageEvent<EngineName>) => void;
  postMessage(message: Report): void;
};

const side = 16;
const batch = 4;

async function run(name: EngineName): Promise<Record<string, number>> {
  const { engine } = await openEngine(name);
  const pixels = hostUniform(hostKey(1, "pixels"), batch * side * side * 3);
  const x_BHWC = engine.tensor(pixels, [batch, side, side, 3]);
  const rows_B = tf.range(0, batch, 1, "int32");
  const sizes: Record<string, number> = {};
  for (const form of presetNames) {
    // β₁ = 0: the first moments are the step's gradient.
    const model = gan.build(
      gan.config.parse({ form, latent: 4, width: 8, beta1: 0, augment: 0.5 }),
      {
        sample: { kind: "image", height: side, width: side, channels: 3 },
        ...{ steps: 10, trainSize: 100, batch, factors: [] },
      },
    );
    for (const program of ["train", "discriminate", "penalise"]) {
      if (!(program in model.programs)) continue;
      const start = model.init(keyTensor(hostKey(1, "init")));
      const key = keyTensor(hostKey(1, program));
      const compiled = engine.compile(model.programs[program], { name: program });
      const [next, outputs] = compiled(start, { x_BHWC, rows_B }, key);
      const players = next as unknown as State;
      for (const player of ["generator", "discriminator"] as const) {
        for (const [path, leaf] of leaves(players[player].slots.first as TensorTree)) {
          const values = Array.from(await engine.read(leaf));
          sizes[`${form} ${program} ${player} ${path}`] = Math.sqrt(
            values.reduce((sum, v) => sum + v * v, 0),
          );
        }
      }
      disposeTree([start, outputs, key]);
    }
  }
  return sizes;
}

scope.onmessage = async ({ data }) => {
  try {
    scope.postMessage({ sizes: await run(data) });
  } catch (error) {
    scope.postMessage({ error: (error as Error).message });
  }
};
