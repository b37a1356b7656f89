/**
 * What every image family's training step shares: an optimiser with clipping on a warm-up and cosine
 * schedule, and an average of the weights for evaluation.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { TensorTree } from "../../engine/mod.ts";
import { adam, type AdamSlots, emaInit, emaUpdate, muon, warmupCosine } from "../../nn/mod.ts";
import type { TrainingSettings } from "./training_config.ts";

/** Live weights, their average, the optimiser's slots and the number of steps done (int32). */
export type Trained<P extends TensorTree> = {
  readonly params: P;
  readonly ema: P;
  readonly slots: AdamSlots<P>;
  readonly step: tf.Scalar;
};

/** What a step needs beside state and gradients. */
export interface StepOptions {
  readonly settings: TrainingSettings;
  /** Steps of the whole training. */
  readonly steps: number;
  /** Units of the loss in one pixel value's worth: the clip is multiplied by it. */
  readonly lossScale: number;
  /** Linear maps in the outputs of the kernel at a path, each Muon's own matrix. Default: 1. */
  readonly maps?: (path: string) => number;
}

/** The optimisers that settings name. */
const OPTIMISERS = { adam, muon } as const;

/** The state before the first step. */
export function initTrained<P extends TensorTree>(
  params: P,
  { optimiser }: Pick<TrainingSettings, "optimiser"> = { optimiser: "adam" },
): Trained<P> {
  return {
    params,
    ema: emaInit(params),
    slots: OPTIMISERS[optimiser]().init(params),
    step: tf.scalar(0, "int32"),
  };
}

/**
 * The average's decay at a step: min(decay, (1 + t)/(10 + t)), so that a short training's average
 * isn't mostly its random start. Tarvainen & Valpola 2017 ramp it likewise.
 */
export function emaDecay(step: tf.Scalar, decay: number): tf.Scalar {
  const t = tf.cast(step, "float32");
  return tf.minimum(decay, tf.div(tf.add(t, 1), tf.add(t, 10))) as tf.Scalar;
}

/** One step of the optimiser and of the average; also the learning rate used. */
export function advance<P extends TensorTree>(
  state: Trained<P>,
  grads: P,
  { settings, steps, lossScale, maps }: StepOptions,
): Trained<P> & { readonly learningRate: tf.Scalar } {
  const learningRate = warmupCosine(state.step, {
    peak: settings.learningRate,
    warmup: Math.floor(settings.warmup * steps),
    steps,
    final: settings.learningRate * settings.decay,
  });
  const optimiser = OPTIMISERS[settings.optimiser]({ clipNorm: settings.clip * lossScale, maps });
  const { params, slots } = optimiser.update({
    grads,
    slots: state.slots,
    params: state.params,
    learningRate,
  });
  const ema = emaUpdate(state.ema, params, emaDecay(state.step, settings.ema));
  return { params, slots, ema, step: tf.add(state.step, tf.scalar(1, "int32")), learningRate };
}
