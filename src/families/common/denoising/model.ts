/**
 * A denoiser: a network with the noise levels of its path and what its outputs mean there.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { TrainingSettings } from "../training_config.ts";
import { evaluationsOf, type Step } from "./solvers.ts";
import type { Trained } from "../training.ts";
import type { Labels } from "../conditioning.ts";
import type { TensorRecord } from "../../family.ts";
import type { Capabilities } from "../../../subject/mod.ts";
import type { DenoisingSettings } from "./config.ts";
import { dataFrom, type Level, type Parametrisation } from "./levels.ts";
import { type Network, network, type NetworkOptions } from "./network.ts";

/** How samples come about. */
export interface Plan {
  /** Standard deviation of the noise that they start from. */
  readonly scale: number;
  readonly steps: readonly Step[];
}

/** What makes a denoiser of a network. */
export interface Denoising {
  readonly settings: DenoisingSettings & TrainingSettings;
  readonly network: NetworkOptions;
  /** The noise levels of times on the family's path. */
  level(time_B: tf.Tensor1D): Level;
  readonly parametrisation: Parametrisation;
  /** Values stay in [−1, 1], so that what the network says is kept there when sampling. */
  readonly bounded: boolean;
  /** Steps of at most so many evaluations; `deterministic`: without fresh noise on the way. */
  plan(evaluations: number, deterministic: boolean): Plan;
  /** What the final state of sampling is a picture of: [B, H, W, C] in [0, 1]. */
  picture(state: TensorRecord, x_BHWC: tf.Tensor4D): tf.Tensor4D;
}

/** A denoiser's checkpoint. */
export type State = Trained<Network>;

/** Noisy pictures and what is known of them. */
export interface NoisyPictures {
  readonly x_BHWC: tf.Tensor4D;
  readonly time_B: tf.Tensor1D;
  /** Where the step ends; for networks that are told how far it goes. */
  readonly next_B?: tf.Tensor1D;
  readonly labels: Labels;
}

/** F and D of noisy pictures. */
export function predict(
  params: Network,
  { x_BHWC, time_B, next_B, labels }: NoisyPictures,
  { network: options, level, parametrisation }: Pick<
    Denoising,
    "network" | "level" | "parametrisation"
  >,
): { readonly output_BHWC: tf.Tensor4D; readonly data_BHWC: tf.Tensor4D } {
  const at = level(time_B);
  const reading = parametrisation(at);
  const output_BHWC = network(params, {
    x_BHWC: reading.in === 1 ? x_BHWC : tf.mul(x_BHWC, reading.in),
    told_B: at.told_B,
    labels,
    ...(options.span ? { span_B: tf.sub(time_B, next_B!) as tf.Tensor1D } : {}),
  }, options);
  return { output_BHWC, data_BHWC: dataFrom(reading, { x_BHWC, output_BHWC }) };
}

/** What every denoiser can do. */
export function denoisingCapabilities(denoising: Denoising): Omit<Capabilities, "likelihood"> {
  const { settings, network: { conditions, sample: { height, width, channels } } } = denoising;
  return {
    latent: "continuous",
    noise: height * width * channels,
    reconstructs: false,
    samples: true,
    conditions: conditions.map(({ name }) => name),
    evaluations: evaluationsOf(denoising.plan(settings.evaluations, false).steps),
    anyEvaluations: true,
    guidance: conditions.length > 0 && settings.conditionDropout > 0,
  };
}
