/** What language models need of TensorFlow's own operations: AdamW in place. */
import * as tf from "@tensorflow/tfjs";
import type { TensorTree } from "../../../src/engine/mod.ts";
import { adam } from "../../../src/nn/mod.ts";
import { keyTensor } from "../../../src/random/mod.ts";
import { close } from "../../law.ts";
import { engine, test } from "./available.ts";

test("a variable's AdamW steps in place are those of its paper, decay before the change", async () => {
  const [start, slope, rate, decay] = [[1, -2, 3], [0.5, 1, -2], 0.1, 0.5];
  const optimiser = adam({ weightDecay: decay, decays: () => true });
  const key = keyTensor([0, 0]);
  type State = { readonly p: tf.Tensor; readonly slots: TensorTree };
  const step = engine.compile(({ p, slots }: State): [State, Record<string, tf.Tensor>] => {
    const { params, slots: next } = optimiser.update({
      grads: { p: tf.tensor1d(slope) as tf.Tensor },
      slots: slots as never,
      params: { p },
      learningRate: tf.scalar(rate),
    });
    return [{ p: params.p, slots: next }, {}];
  }, { name: "decaying", donate: true });
  const p = tf.tensor1d(start);
  let state: State = { p, slots: optimiser.init({ p }) };
  for (let i = 0; i < 3; i++) [state] = step(state, {}, key);
  const found = await engine.read(state.p);
  start.forEach((w, i) => {
    // The same gradient at every step: the corrected moments are it and its square.
    for (let t = 0; t < 3; t++) w = w * (1 - rate * decay) - rate * Math.sign(slope[i]);
    close(found[i], w, 1e-5, `weight ${i}`);
  });
});
