/**
 * Optimisers as pure functions on trees, in Optax's shape: `init` makes the slots, `update` gives
 * the next parameters and slots. All rates and counts are tensors.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { leaves, mapTree, type TensorTree } from "../../engine/mod.ts";
import { engineKernel } from "../engine_kernels.ts";
import { ADAM_STEP } from "../../engine/tfjs/mod.ts";

/** Settings of Adam and AdamW. */
export interface AdamOptions {
  /** Decay of the mean of gradients. Default 0.9. */
  readonly beta1?: number;
  /** Decay of the mean of squared gradients. Default 0.999. */
  readonly beta2?: number;
  /** Default 1e-8. */
  readonly epsilon?: number;
  /** Decoupled: each step takes learningRate·weightDecay of a weight away. Default 0. */
  readonly weightDecay?: number;
  /** Which leaves decay. Default: those of rank 2 and more, so neither biases nor gains. */
  readonly decays?: (path: string, leaf: tf.Tensor) => boolean;
  /** Largest global norm of a gradient; longer ones are shortened to it. Default: none. */
  readonly clipNorm?: number;
}

/** Moments, and β₁ᵗ and β₂ᵗ for the bias correction. */
export type AdamSlots<P extends TensorTree = TensorTree> = {
  readonly first: P;
  readonly second: P;
  readonly beta1Power: tf.Scalar;
  readonly beta2Power: tf.Scalar;
};

/** One step's arguments. */
export interface AdamUpdate<P extends TensorTree> {
  readonly grads: P;
  readonly slots: AdamSlots<P>;
  readonly params: P;
  readonly learningRate: tf.Scalar;
}

/** An optimiser. */
export interface Adam {
  /** Slots at step 0. */
  init<P extends TensorTree>(params: P): AdamSlots<P>;
  /** One step. Disposes nothing. */
  update<P extends TensorTree>(step: AdamUpdate<P>): { params: P; slots: AdamSlots<P> };
}

/** √Σ g² over all leaves. */
export function globalNorm(tree: TensorTree): tf.Scalar {
  return tf.tidy(() => {
    const squares = leaves(tree).map(([, leaf]) => tf.sum(tf.square(leaf)));
    return tf.sqrt(tf.addN(squares)) as tf.Scalar;
  });
}

/** The tree shortened to the global norm `most` where it is longer. Pascanu et al. 2013. */
export function clipByGlobalNorm<P extends TensorTree>(tree: P, most: number): P {
  const factor = tf.tidy(() => tf.div(most, tf.maximum(globalNorm(tree), most)));
  return mapTree(tree, (leaf) => tf.mul(leaf, factor)) as P;
}

/** One leaf with its moments and gradient; `keep` multiplies it where weights decay. */
interface AdamLeaf {
  readonly p: tf.Tensor;
  readonly m: tf.Tensor;
  readonly v: tf.Tensor;
  readonly g: tf.Tensor;
  readonly keep?: tf.Tensor;
}

/** One leaf's step, by the engine's own kernel where it has one. */
function adamStep(
  { p, m, v, g, keep }: AdamLeaf,
  { beta1, beta2, rate, small }: {
    readonly beta1: number;
    readonly beta2: number;
    readonly rate: tf.Tensor;
    readonly small: tf.Tensor;
  },
): { p: tf.Tensor; m: tf.Tensor; v: tf.Tensor } {
  // p·k − c = (p − c/k)·k: an engine's own step can change p in place before it decays.
  const step = keep === undefined ? rate : tf.div(rate, keep);
  const inputs = { param: p, first: m, second: v, gradient: g, rate: step, epsilon: small };
  const done = engineKernel(ADAM_STEP, inputs, { beta1, beta2 });
  if (done !== undefined) {
    return { p: keep === undefined ? done[0] : tf.mul(done[0], keep), m: done[1], v: done[2] };
  }
  const first = tf.add(tf.mul(m, beta1), tf.mul(g, 1 - beta1));
  const second = tf.add(tf.mul(v, beta2), tf.mul(tf.square(g), 1 - beta2));
  const change = tf.mul(rate, tf.div(first, tf.add(tf.sqrt(second), small)));
  return { p: tf.sub(keep === undefined ? p : tf.mul(p, keep), change), m: first, v: second };
}

/**
 * Adam with bias correction (Kingma & Ba 2015) and decoupled weight decay (AdamW: Loshchilov &
 * Hutter 2019):
 *
 * m ← β₁m + (1 − β₁)g,  v ← β₂v + (1 − β₂)g²,
 * p ← p − η·[m/(1 − β₁ᵗ) / (√(v/(1 − β₂ᵗ)) + ε) + λp].
 */
export function adam(options: AdamOptions = {}): Adam {
  const {
    beta1 = 0.9,
    beta2 = 0.999,
    epsilon = 1e-8,
    weightDecay = 0,
    decays = (_path, leaf) => leaf.rank >= 2,
    clipNorm,
  } = options;
  return {
    init: <P extends TensorTree>(params: P) => ({
      first: mapTree(params, (t) => tf.zerosLike(t)) as P,
      second: mapTree(params, (t) => tf.zerosLike(t)) as P,
      beta1Power: tf.scalar(1),
      beta2Power: tf.scalar(1),
    }),
    update: <P extends TensorTree>({ grads, slots, params, learningRate }: AdamUpdate<P>) =>
      tf.tidy(() => {
        const clipped = clipNorm === undefined ? grads : clipByGlobalNorm(grads, clipNorm);
        const beta1Power = tf.mul(slots.beta1Power, beta1) as tf.Scalar;
        const beta2Power = tf.mul(slots.beta2Power, beta2) as tf.Scalar;
        // η·m̂/(√v̂ + ε) = rate·m/(√v + ε′), with the corrections taken into two scalars.
        const root = tf.sqrt(tf.sub(1, beta2Power));
        const rate = tf.div(tf.mul(learningRate, root), tf.sub(1, beta1Power));
        const small = tf.mul(root, epsilon);
        const keep = tf.sub(1, tf.mul(learningRate, weightDecay));
        const gradients = new Map(leaves(clipped));
        const firsts = new Map(leaves(slots.first));
        const seconds = new Map(leaves(slots.second));
        const moments = new Map<string, { m: tf.Tensor; v: tf.Tensor }>();
        const next = mapTree(params, (p, path) => {
          const [g, m, v] = [gradients.get(path), firsts.get(path), seconds.get(path)];
          if (g === undefined || m === undefined || v === undefined) {
            throw new Error(`adam: no gradient or slot for ${path}`);
          }
          const decayed = weightDecay !== 0 && decays(path, p);
          const done = adamStep({ p, m, v, g, keep: decayed ? keep : undefined }, {
            beta1,
            beta2,
            rate,
            small,
          });
          moments.set(path, done);
          return done.p;
        }) as P;
        const first = mapTree(slots.first, (_, path) => moments.get(path)!.m) as P;
        const second = mapTree(slots.second, (_, path) => moments.get(path)!.v) as P;
        return {
          params: next,
          slots: { first, second, beta1Power, beta2Power },
        } as unknown as tf.TensorContainer;
      }) as unknown as { params: P; slots: AdamSlots<P> },
  };
}
