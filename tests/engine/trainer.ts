/**
 * A small training step with a gradient, noise and Adam, for laws about any engine.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import type { Engine } from "../../src/engine/engine.ts";
import { adam, valueAndGrad } from "../../src/nn/mod.ts";
import { normal } from "../../src/random/key.ts";

const optimiser = adam({ clipNorm: 1 });
type Weights = { readonly w: tf.Tensor2D; readonly b: tf.Tensor1D };

/** Weights with the optimiser's slots. */
export type State = { readonly p: Weights; readonly slots: ReturnType<typeof slotsOf> };

function slotsOf(p: Weights) {
  return optimiser.init(p);
}

/** The state before the first step. */
export function initial(): State {
  const p = { w: tf.ones<tf.Rank.R2>([3, 2]), b: tf.zeros<tf.Rank.R1>([2]) };
  return { p, slots: slotsOf(p) };
}

/** The compiled step. */
export function trainer(engine: Engine, donate: boolean, { reshape = false } = {}) {
  return engine.compile((state: State, { x }: { x: tf.Tensor2D }, key) => {
    const { loss, grads, aux } = valueAndGrad((p: Weights) => {
      const y = tf.add(tf.matMul(x, p.w), p.b);
      const noise = normal<tf.Rank.R2>(key, [x.shape[0], 2]);
      return { loss: tf.mean(tf.squaredDifference(y, noise)) as tf.Scalar, aux: { y } };
    }, state.p);
    const { params, slots } = optimiser.update({
      grads,
      slots: state.slots,
      params: state.p,
      learningRate: tf.scalar(0.1),
    });
    return [{ p: params, slots }, { loss, y: aux.y }] as [State, { loss: tf.Scalar; y: tf.Tensor }];
  }, { name: "train", donate, reshape });
}

/** Memory counts the bytes and tensors of a thousand numbers, and never forgets its peak. */
export function checkMemory(engine: Engine, make: () => tf.Tensor): void {
  const before = engine.memory();
  const x = make();
  const during = engine.memory();
  assertEquals(during.bytes - before.bytes, 4000);
  assertEquals(during.tensors - before.tensors, 1);
  x.dispose();
  const after = engine.memory();
  assertEquals(after.bytes, before.bytes);
  assert(after.peakBytes >= during.peakBytes && during.peakBytes >= during.bytes);
}
