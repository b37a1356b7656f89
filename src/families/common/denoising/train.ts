/**
 * A denoiser's training step.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { fold, type Key, normal, uniform } from "../../../random/key.ts";
import { type Objective, valueAndGrad } from "../../../nn/mod.ts";
import { dropLabels, type Labels } from "../conditioning.ts";
import type { TensorRecord } from "../../family.ts";
import { advance, type Trained } from "../training.ts";
import type { TrainingSettings } from "../training_config.ts";
import { averageDecay, type DenoisingSettings } from "./config.ts";
import { type Each, type Level, noisy, type Reading, target } from "./levels.ts";
import { ask, type Denoising } from "./model.ts";
import type { Network } from "./network.ts";

/** A batch as objectives see it. */
export interface Noised {
  /** Clean, in the model's own scale. */
  readonly data_BHWC: tf.Tensor4D;
  readonly noise_BHWC: tf.Tensor4D;
  /** Labels, some of them not told. */
  readonly labels: Labels;
  readonly rows_B: tf.Tensor1D;
  readonly key: Key;
  /** Optimiser steps done, int32. */
  readonly step: tf.Scalar;
}

/** What training reports beside the loss. */
export type Scalars = { readonly [name: string]: tf.Scalar };

/**
 * What is minimised: from the present parameters, which are constants here, and a batch, the function
 * of the parameters that is differentiated.
 */
export type Learns = (
  present: Network,
  batch: Noised,
) => (params: Network) => Objective<Scalars>;

/** Draws a time a picture. */
export type TimeLaw = (key: Key, rows_B: tf.Tensor1D) => tf.Tensor1D;

/** The golden ratio's fractional part. */
const GOLDEN = 0.6180339887498949;
/** Rows after which the sequence repeats: float32 keeps 16 bits of the fraction until then. */
const PERIOD = 256;

/**
 * A uniform in [0, 1) a row, spread evenly over rows that follow one another: one draw, shifted by
 * multiples of the golden ratio. Each row's depends on its number and the key alone, and is uniform;
 * together they cover the interval, as Kingma et al. 2021 (arXiv:2107.00630, appendix I.1) do to
 * make losses vary less.
 */
export function spreadUniform(key: Key, rows_B: tf.Tensor1D): tf.Tensor1D {
  const row_B = tf.cast(rows_B, "float32");
  const place_B = tf.sub(row_B, tf.mul(tf.floor(tf.div(row_B, PERIOD)), PERIOD));
  const turned_B = tf.add(tf.mul(place_B, GOLDEN), uniform(key, [1]));
  return tf.sub(turned_B, tf.floor(turned_B)) as tf.Tensor1D;
}

/** One standard normal a row. */
export function normalPerRow(key: Key, rows_B: tf.Tensor1D): tf.Tensor1D {
  return tf.reshape(normal(key, [rows_B.shape[0], 1], { rows_B }), [-1]) as tf.Tensor1D;
}

/**
 * Mean over pictures of weight·mean (F − target)²: score matching, flow matching and plain denoising
 * alike, told apart by parametrisation, weight and law of times.
 * @param weight a weight a picture, by level and reading; default 1
 */
export function matching(
  denoising: Pick<Denoising, "network" | "level" | "parametrisation">,
  { law, weight = () => 1 }: { law: TimeLaw; weight?: (level: Level, reading: Reading) => Each },
): Learns {
  return (_, { data_BHWC, noise_BHWC, labels, rows_B, key }) => (params) => {
    const time_B = law(fold(key, "time"), rows_B);
    const level = denoising.level(time_B);
    const reading = denoising.parametrisation(level);
    const x_BHWC = noisy(level, { data_BHWC, noise_BHWC });
    const { output_BHWC } = ask(params, { x_BHWC, time_B, next_B: time_B, labels }, denoising);
    const wanted_BHWC = target(reading, { data_BHWC, noise_BHWC });
    const error_B111 = tf.mean(tf.squaredDifference(output_BHWC, wanted_BHWC), [1, 2, 3], true);
    return {
      loss: tf.mean(tf.mul(weight(level, reading), error_B111)) as tf.Scalar,
      // D − x₀ = out·(F − target).
      aux: { picture_error: tf.mean(tf.mul(tf.square(reading.out), error_B111)) as tf.Scalar },
    };
  };
}

/** What a step is made from. */
export interface StepInputs {
  /** Clean, in the model's own scale. */
  readonly data_BHWC: tf.Tensor4D;
  readonly rows_B: tf.Tensor1D;
  readonly labels: Labels;
  readonly key: Key;
}

/** One step of training; also its scalars. */
export function denoisingStep<S extends Trained<Network>>(
  state: S,
  { data_BHWC, rows_B, labels, key }: StepInputs,
  { learns, denoising, settings, steps }: {
    learns: Learns;
    denoising: Denoising;
    settings: DenoisingSettings & TrainingSettings;
    steps: number;
  },
): [Trained<Network>, TensorRecord] {
  const { conditions } = denoising.network;
  const told = conditions.length === 0 ? {} : dropLabels(labels, {
    conditions,
    share: settings.conditionDropout,
    key: fold(key, "labels"),
    rows_B,
  });
  const noise_BHWC = normal<tf.Rank.R4>(fold(key, "noise"), data_BHWC.shape, { rows_B });
  const batch = { data_BHWC, noise_BHWC, labels: told, rows_B, key, step: state.step };
  const { loss, aux, grads } = valueAndGrad(learns(state.params, batch), state.params);
  const { learningRate, ...next } = advance(state as Trained<Network>, grads, {
    settings: { ...settings, ema: averageDecay(settings.ema, steps) },
    steps,
    lossScale: 1,
  });
  return [next, { loss, ...aux, learning_rate: learningRate }];
}
