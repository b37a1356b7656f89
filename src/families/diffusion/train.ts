/**
 * A diffusion model's training steps: on pixels, or in two phases on an autoencoder's map.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import type { GivenSpace, GivenState } from "./given.ts";
import type { CoderState, LatentSpace } from "./latent.ts";
import type { Diffusion } from "./model.ts";
import type { Images } from "../common/programs.ts";
import type { Key } from "../../random/mod.ts";
import type { State } from "../common/denoising/model.ts";
import { centred } from "../common/pixels.ts";
import { denoisingStep, type StepInputs } from "../common/denoising/train.ts";
import type { TensorRecord } from "../family.ts";

/** A batch of pictures in [0, 1]. */
type Batch = Omit<StepInputs, "data_BHWC"> & Images;

/** What a step needs beside state and batch. */
type StepOptions = Pick<Diffusion, "learns" | "denoising"> & { readonly steps: number };

/** The `train` program of a model of pixels; see the table in `../family.ts`. */
export function trainStep(
  state: State,
  { x_BHWC, ...batch }: Batch,
  options: StepOptions,
): [State, TensorRecord] {
  return denoisingStep(state, { ...batch, data_BHWC: centred(x_BHWC) }, options);
}

/** A model of latents with the autoencoder that they are of. */
export type LatentState = State & CoderState;

/** The `train_coder` program: the autoencoder, in the first phase. */
export function trainCoderStep(
  state: LatentState,
  batch: { x_BHWC: tf.Tensor4D; rows_B: tf.Tensor1D; key: Key },
  { latent, steps }: { latent: LatentSpace; steps: number },
): [LatentState, TensorRecord] {
  const [coder, outputs] = latent.train(state, batch, steps);
  return [{ ...state, ...coder }, outputs];
}

/** The `train` program of a model of latents, in the second phase: the maps are constants. */
export function trainLatentStep(
  state: LatentState,
  { x_BHWC, ...batch }: Batch,
  { latent, ...options }: StepOptions & { latent: LatentSpace },
): [LatentState, TensorRecord] {
  const data_BHWC = latent.encode(state, x_BHWC);
  const [next, outputs] = denoisingStep(state, { ...batch, data_BHWC }, options);
  return [{ ...state, ...next }, outputs];
}

/** The `train` program of a model of a finished run's codes, which are constants. */
export function trainGivenStep(
  state: GivenState,
  { x_BHWC, ...batch }: Batch,
  { space, ...options }: StepOptions & { space: GivenSpace },
): [GivenState, TensorRecord] {
  const data_BHWC = space.encode(state.first, x_BHWC);
  const [next, outputs] = denoisingStep(state, { ...batch, data_BHWC }, options);
  return [{ ...state, ...next }, outputs];
}
