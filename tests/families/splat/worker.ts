/** Trains splats and renders them on one engine, and reports what came out. */
import * as tf from "@tensorflow/tfjs";
import { type EngineName, openEngine } from "../../../src/engine/mod.ts";
import type { TensorRecord } from "../../../src/families/family.ts";
import { toFloats } from "../../../src/kinds/image/images.ts";
import { hostKey } from "../../../src/random/host/host.ts";
import { keyTensor } from "../../../src/random/key.ts";
import { compilePrograms } from "../../../src/run/model/programs.ts";
import { built, sets, spec } from "./made_scene.ts";

/** Splats and a picture of them, or why there are none. */
export type Report =
  | { readonly splats: Float32Array; readonly picture: Float32Array; readonly losses: number[] }
  | { readonly error: string };

const scope = self as unknown as {
  onmessage: (event: MessageEvent<EngineName>) => void;
  postMessage(message: Report): void;
};

async function run(name: EngineName): Promise<Report> {
  const { engine } = await openEngine(name);
  const model = built({ count: 40, degree: 1 }, { steps: 12, batch: 12 });
  const programs = compilePrograms(engine, model, { label: "splat" });
  const { count, pictures, cameras } = sets.train;
  const inputs = {
    x_BHWC: engine.tensor(toFloats(pictures), [count, spec.height, spec.width, 3]),
    camera_BC: engine.tensor(cameras, [count, 16]),
  };
  let state = tf.tidy(() =>
    model.init(keyTensor(hostKey(1, "init"))) as tf.TensorContainer
  ) as TensorRecord;
  const losses: number[] = [];
  for (let step = 0; step < 12; step++) {
    const key = keyTensor(hostKey(1, step));
    const [next, outputs] = programs.step("train", state, { inputs, key });
    state = next;
    losses.push((await engine.read(outputs.loss as tf.Tensor))[0]);
  }
  const seen = programs.run("reconstruct", state, { inputs, key: keyTensor(hostKey(1)) });
  const { splats_RN } = state.params as { splats_RN: tf.Tensor };
  return {
    splats: await engine.read(splats_RN) as Float32Array,
    picture: await engine.read(seen.x_BHWC as tf.Tensor) as Float32Array,
    losses,
  };
}

scope.onmessage = async ({ data }) => {
  try {
    scope.postMessage(await run(data));
  } catch (error) {
    scope.postMessage({ error: (error as Error).message });
  }
};
