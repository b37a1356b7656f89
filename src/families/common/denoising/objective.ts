/**
 * What denoisers minimise: score matching, flow matching and plain denoising as one squared error.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { type Denoising, predict } from "./model.ts";
import { type Each, type Level, noisy, type Reading, target } from "./levels.ts";
import { fold, type Key } from "../../../random/mod.ts";
import type { Labels } from "../conditioning.ts";
import type { Network } from "./network.ts";
import type { Objective } from "../../../nn/mod.ts";
import type { TimeLaw } from "./time_laws.ts";

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
    const { output_BHWC } = predict(params, { x_BHWC, time_B, next_B: time_B, labels }, denoising);
    const wanted_BHWC = target(reading, { data_BHWC, noise_BHWC });
    const error_B111 = tf.mean(tf.squaredDifference(output_BHWC, wanted_BHWC), [1, 2, 3], true);
    return {
      loss: tf.mean(tf.mul(weight(level, reading), error_B111)) as tf.Scalar,
      // D − x₀ = out·(F − target).
      aux: { picture_error: tf.mean(tf.mul(tf.square(reading.out), error_B111)) as tf.Scalar },
    };
  };
}
