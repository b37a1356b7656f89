/**
 * An autoencoder's training step.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { type Parameters, type Setting, toCode, toPicture } from "./model.ts";
import { fold, type Key, normal } from "../../random/mod.ts";
import { valueAndGrad } from "../../nn/mod.ts";
import type { TensorRecord } from "../family.ts";
import type { MixtureState } from "../common/mixture/prior.ts";
import { advance, type Trained } from "../common/training.ts";
import { errors } from "./objective.ts";
import { psnr } from "../common/psnr.ts";

/** What an autoencoder's checkpoint holds. */
export type State = Trained<Parameters> & { readonly mixture: MixtureState };

/** x + σε, which the encoder sees in place of x: Vincent et al. 2008. Row i's ε depends on rows_B[i] alone. */
export function corrupt(
  x_BHWC: tf.Tensor4D,
  { rows_B, key, sigma }: { rows_B: tf.Tensor1D; key: Key; sigma: number },
): tf.Tensor4D {
  if (sigma === 0) return x_BHWC;
  const noise_BHWC = normal(fold(key, "corruption"), x_BHWC.shape, { rows_B });
  return tf.add(x_BHWC, tf.mul(noise_BHWC, sigma)) as tf.Tensor4D;
}

/** The `train` program; see the table in `../family.ts`. */
export function trainStep(
  state: State,
  { x_BHWC, rows_B, key }: { x_BHWC: tf.Tensor4D; rows_B: tf.Tensor1D; key: Key },
  { setting: { config, sample }, steps }: { setting: Setting; steps: number },
): [State, TensorRecord] {
  const seen_BHWC = corrupt(x_BHWC, { rows_B, key, sigma: config.denoising });
  const { loss, aux, grads } = valueAndGrad((params: Parameters) => {
    const z_BZ = toCode(params, seen_BHWC);
    const output_BHWC = toPicture(params, z_BZ, { sample, width: config.width });
    return {
      loss: errors[config.error](x_BHWC, output_BHWC),
      aux: {
        psnr: psnr(errors.squared(x_BHWC, output_BHWC)),
        code_rms: tf.sqrt(tf.mean(tf.square(z_BZ))),
      },
    };
  }, state.params);
  const { learningRate, ...next } = advance(state, grads, {
    settings: config,
    steps,
    lossScale: 1,
  });
  return [{ ...next, mixture: state.mixture }, { loss, ...aux, learning_rate: learningRate }];
}
