import { assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import {
  clipped,
  surrogate,
  valueLoss,
} from "../../../../src/families/language/objectives/policy/equations/surrogate.ts";
import { valueAndGrad } from "../../../../src/nn/mod.ts";
import { values } from "../../../families/on_engine.ts";
import { close, float32, law } from "../../../law.ts";
import { numbers } from "./small_laws.ts";

const COUNT = 16;
const clip = fc.record({
  low: fc.constantFrom(0.1, 0.2, 0.5),
  high: fc.constantFrom(0.1, 0.28, 0.7),
});

/** d Σ f(x) / dx. */
const gradient = (x: readonly number[], f: (x: tf.Tensor) => tf.Tensor) =>
  values(() => {
    const { grads } = valueAndGrad(
      ({ x }: { x: tf.Tensor }) => ({ loss: tf.sum(f(x)) as tf.Scalar }),
      { x: tf.tensor1d([...x]) },
    );
    return grads.x;
  });

law("at ratio 1 the surrogate's gradient is the policy gradient, −A", {
  source: "Schulman et al. 2017 (arXiv:1707.06347), eq. 6 and 7",
  given: { old: numbers(COUNT, 4), advantage: numbers(COUNT), clip },
  kills: ["surrogate-of-log-ratios"],
  holds: async ({ old, advantage, clip }) => {
    for (const own of [clip, null]) {
      const found = await gradient(
        old,
        (log) => surrogate({ log, old: tf.tensor1d(old), advantage: tf.tensor1d(advantage) }, own),
      );
      found.forEach((slope, i) => close(slope, -advantage[i], float32(2, 4), `token ${i}`));
    }
  },
});

law("no gradient where A > 0 and r > 1 + ε, or A < 0 and r < 1 − ε; else −r·A", {
  source: "Schulman et al. 2017 (arXiv:1707.06347), eq. 7 and figure 1",
  given: { log: numbers(COUNT, 1.5), advantage: numbers(COUNT), clip },
  kills: ["clip-without-the-minimum", "clip-of-one-side"],
  holds: async ({ log, advantage, clip }) => {
    const given = { old: tf.zeros([COUNT]), advantage: tf.tensor1d(advantage) };
    const found = await gradient(log, (own) => surrogate({ log: own, ...given }, clip));
    const told = await values(() => clipped({ log: tf.tensor1d(log), ...given }, clip));
    tf.dispose(given);
    for (const [i, slope] of found.entries()) {
      const ratio = Math.exp(log[i]), a = advantage[i];
      const near = Math.min(Math.abs(ratio - 1 - clip.high), Math.abs(ratio - 1 + clip.low));
      if (near < 1e-5 || a === 0) continue;
      const held = a > 0 ? ratio > 1 + clip.high : ratio < 1 - clip.low;
      close(slope, held ? 0 : -ratio * a, float32(4, 12), `token ${i}, ratio ${ratio}, A ${a}`);
      assertEquals(told[i], held ? 1 : 0);
    }
  },
});

law("a value that moved by more than ε has no gradient unless it moved away from its target", {
  source:
    "Schulman et al. 2017, their code; Huang et al. 2022, The 37 implementation details of PPO",
  given: { value: numbers(COUNT), old: numbers(COUNT), target: numbers(COUNT) },
  kills: ["value-unclipped"],
  holds: async ({ value, old, target }) => {
    const epsilon = 0.2;
    const given = { old: tf.tensor1d(old), target: tf.tensor1d(target) };
    const found = await gradient(value, (own) => valueLoss({ value: own, ...given }, epsilon));
    const losses = await values(() => valueLoss({ value: tf.tensor1d(value), ...given }, epsilon));
    tf.dispose(given);
    for (const [i, slope] of found.entries()) {
      const moved = value[i] - old[i], off = value[i] - target[i];
      const held = old[i] + Math.max(-epsilon, Math.min(epsilon, moved)) - target[i];
      close(losses[i], Math.max(off * off, held * held) / 2, float32(4, 16), `value ${i}`);
      if (Math.abs(Math.abs(moved) - epsilon) < 1e-5) continue;
      if (Math.abs(off * off - held * held) < 1e-5 && off !== held) continue;
      const still = Math.abs(moved) > epsilon && held * held > off * off;
      close(slope, still ? 0 : off, float32(4, 8), `slope ${i}`);
    }
  },
});
