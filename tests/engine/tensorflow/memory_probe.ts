/** Donates and frees many states in a process of its own, and prints how much memory that kept. */
import * as tf from "@tensorflow/tfjs";
import { openEngine } from "../../../src/engine/mod.ts";
import { hostKey } from "../../../src/random/host/host.ts";
import { keyTensor } from "../../../src/random/key.ts";

const { engine } = await openEngine("tensorflow");
const step = engine.compile(
  (state: { x: tf.Tensor }) => [{ x: tf.add(state.x, 1) }, { sum: tf.sum(state.x) }],
  { name: "step", donate: true },
);
const key = keyTensor(hostKey(1));
/** Numbers of a state: 1 MB. */
const size = 2 ** 18;

/** A state is made, changed twice in its variable, copied, and freed. */
function once(): void {
  let state: { x: tf.Tensor } = { x: tf.zeros([size]) };
  for (let i = 0; i < 2; i++) {
    const [next, { sum }] = step(state, {}, key);
    sum.dispose();
    state = next;
  }
  const copy = tf.clone(state.x);
  const [last, { sum }] = step(state, {}, key);
  tf.dispose([copy, last.x, sum]);
}

for (let i = 0; i < 50; i++) once();
const before = Deno.memoryUsage().rss;
for (let i = 0; i < 500; i++) once();
const grownMegabytes = (Deno.memoryUsage().rss - before) / 1e6;
console.log(JSON.stringify({ grownMegabytes, tensors: tf.memory().numTensors }));
