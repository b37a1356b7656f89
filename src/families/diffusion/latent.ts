/**
 * The first phase of latent diffusion: an autoencoder to a small map, whose values are normalised and
 * then diffused in place of pixels. Rombach et al. 2022 (arXiv:2112.10752).
 *
 * Shapes: B batch, h and w the map's sides, a quarter of the picture's, C its channels.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import {
  type Grid,
  gridDecode,
  type GridDecoder,
  gridEncode,
  type GridEncoder,
  gridOf,
  type GridOptions,
  initGridDecoder,
  initGridEncoder,
} from "../../backbones/mod.ts";
import { fold, type Key, normal } from "../../random/mod.ts";
import { sumToLast, valueAndGrad } from "../../nn/mod.ts";
import type { TensorRecord } from "../family.ts";
import { advance, emaDecay, initTrained, type Trained } from "../common/training.ts";
import type { TrainingSettings } from "../common/training_config.ts";
import { config as vqConfig } from "../vqvae/config.ts";
import { errorPsnr, pictureError } from "../vqvae/objective.ts";
import { type Books, lookUp, type Quantiser, quantisers } from "../vqvae/quantisers/quantiser.ts";

/** Everything of the autoencoder that is trained by gradients. */
export type CoderParameters = { readonly encoder: GridEncoder; readonly decoder: GridDecoder };

/** What a checkpoint holds of it. */
export type CoderState = {
  readonly coder: Trained<CoderParameters>;
  /** The codebook, of `vq`. */
  readonly books?: Books;
  /** Mean and mean square of the map's channels, averaged over steps: [C]. */
  readonly mean_C: tf.Tensor1D;
  readonly square_C: tf.Tensor1D;
};

/** Deviation of the noise that the decoder must bear: small errors of the diffusion don't show. */
const NOISE = 0.1;
/** Weight of the mean square of the map: with the noise it fixes the map's scale, about one. */
const PENALTY = 1e-3;
/** Decay a step of the channels' moments. */
const MOMENT_DECAY = 0.99;
/** Decay a step of the codebook's averages, and the share of the mean use below which a code is dead. */
const BOOK = { decay: 0.99, below: 0.03 } as const;
/** Share of the autoencoder's steps over which quantisation fades in. */
const FADE = 0.3;
/** Weight of the commitment. Van den Oord et al. 2017. */
const COMMITMENT = 0.25;

/** Settings of the latent space. */
export interface LatentSettings extends TrainingSettings {
  readonly latent: "none" | "autoencoder" | "vq" | "given";
  readonly latentChannels: number;
  readonly latentWidth: number;
  readonly latentCodes: number;
}

/** See the module. */
export interface LatentSpace {
  /** The shape that is diffused. */
  readonly grid: Grid;
  init(key: Key): CoderState;
  /** One step of the autoencoder. */
  train(
    state: CoderState,
    inputs: { x_BHWC: tf.Tensor4D; rows_B: tf.Tensor1D; key: Key },
    steps: number,
  ): [CoderState, TensorRecord];
  /** Pictures in [0, 1] to maps as the encoder gives them. */
  raw(state: Pick<CoderState, "coder">, x_BHWC: tf.Tensor4D): tf.Tensor4D;
  /** And back, clipped. */
  picture(state: Pick<CoderState, "coder" | "books">, z_BhwC: tf.Tensor4D): tf.Tensor4D;
  /** Pictures in [0, 1] to maps of mean 0 and the given deviation. */
  encode(state: CoderState, x_BHWC: tf.Tensor4D): tf.Tensor4D;
  /** And back, clipped. */
  decode(state: CoderState, z_BhwC: tf.Tensor4D): tf.Tensor4D;
}

/** Mean over all but the channels, before and after squaring. */
function moments(z_BhwC: tf.Tensor4D): { mean_C: tf.Tensor1D; square_C: tf.Tensor1D } {
  const count = z_BhwC.size / z_BhwC.shape[3];
  return {
    mean_C: tf.div(sumToLast(z_BhwC), count),
    square_C: tf.div(sumToLast(tf.square(z_BhwC)), count),
  };
}

/** Standard deviations of the channels: [C]. */
function deviation({ mean_C, square_C }: CoderState): tf.Tensor1D {
  return tf.sqrt(tf.maximum(tf.sub(square_C, tf.square(mean_C)), 1e-8));
}

/** What the decoder gets of a map in training, and what that costs. */
type Through = (z_BhwC: tf.Tensor4D) => { readonly z_BhwC: tf.Tensor4D; readonly cost: tf.Scalar };

/** A codebook, and how much of its vectors the decoder gets: see vqvae's `fadedThrough`. */
interface Quantised {
  readonly quantiser: Quantiser;
  readonly books: Books;
  readonly share: tf.Scalar;
}

/** Noise and a penalty, or a codebook and a commitment. */
function through(
  { rows_B, key }: { rows_B: tf.Tensor1D; key: Key },
  quantised: Quantised | undefined,
): Through {
  if (quantised === undefined) {
    return (z_BhwC) => {
      const noise = normal(fold(key, "latent noise"), z_BhwC.shape, { rows_B });
      return {
        z_BhwC: tf.add(z_BhwC, tf.mul(noise, NOISE)),
        cost: tf.mul(tf.mean(tf.square(z_BhwC)), PENALTY) as tf.Scalar,
      };
    };
  }
  const { quantiser, books, share } = quantised;
  return (z_BhwC) => {
    const z_ND = tf.reshape(z_BhwC, [-1, z_BhwC.shape[3]]) as tf.Tensor2D;
    const { q_ND, commitment } = quantiser.pass(books, z_ND, share);
    return {
      z_BhwC: tf.reshape(q_ND, z_BhwC.shape),
      cost: tf.mul(commitment, COMMITMENT) as tf.Scalar,
    };
  };
}

/**
 * The latent space of a config, its maps of standard deviation `scale`.
 * @throws RangeError for pictures that the networks don't take
 */
export function latentSpace(
  config: LatentSettings,
  { sample, scale }: { sample: Grid; scale: number },
): LatentSpace {
  const options: GridOptions = { sample, width: config.latentWidth };
  const { height, width } = gridOf(options);
  const channels = config.latentChannels;
  const quantiser = config.latent === "vq"
    ? quantisers.vector(vqConfig.parse({ codes: config.latentCodes, dimensions: channels }))
    : undefined;
  const snapped = (state: Pick<CoderState, "books">, z_BhwC: tf.Tensor4D): tf.Tensor4D => {
    if (quantiser === undefined) return z_BhwC;
    const z_ND = tf.reshape(z_BhwC, [-1, channels]) as tf.Tensor2D;
    const codes_NS = quantiser.codes(state.books!, z_ND);
    return tf.reshape(lookUp(quantiser.tables(state.books!), codes_NS), z_BhwC.shape);
  };
  const raw: LatentSpace["raw"] = (state, x_BHWC) => gridEncode(state.coder.ema.encoder, x_BHWC);
  const picture: LatentSpace["picture"] = (state, z_BhwC) => {
    const output_BHWC = gridDecode(state.coder.ema.decoder, snapped(state, z_BhwC), options);
    return tf.clipByValue(tf.add(output_BHWC, 0.5), 0, 1) as tf.Tensor4D;
  };
  return {
    raw,
    picture,
    grid: { height, width, channels },
    init: (key) => ({
      coder: initTrained({
        encoder: initGridEncoder(fold(key, "encoder"), { ...options, out: channels }),
        decoder: initGridDecoder(fold(key, "decoder"), { ...options, in: channels }),
      }, config),
      ...(quantiser === undefined ? {} : { books: quantiser.init(fold(key, "books")) }),
      mean_C: tf.zeros([channels]),
      square_C: tf.ones([channels]),
    }),
    train(state, { x_BHWC, rows_B, key }, steps) {
      const { step } = state.coder;
      const quantised = quantiser === undefined ? undefined : {
        quantiser,
        books: state.books!,
        share: tf.minimum(1, tf.div(tf.cast(step, "float32"), FADE * steps)) as tf.Scalar,
      };
      const pass = through({ rows_B, key }, quantised);
      const { loss, aux, grads } = valueAndGrad((params: CoderParameters) => {
        const z_BhwC = gridEncode(params.encoder, x_BHWC);
        const seen = pass(z_BhwC);
        const output_BHWC = tf.add(gridDecode(params.decoder, seen.z_BhwC, options), 0.5);
        const error = pictureError(x_BHWC, output_BHWC);
        return { loss: tf.add(error, seen.cost) as tf.Scalar, aux: { z_BhwC, error } };
      }, state.coder.params);
      const { learningRate, ...coder } = advance(state.coder, grads, {
        settings: config,
        steps,
        lossScale: 1,
      });
      const decay = emaDecay(step, MOMENT_DECAY);
      const average = (old: tf.Tensor1D, own: tf.Tensor1D) =>
        tf.add(tf.mul(old, decay), tf.mul(own, tf.sub(1, decay))) as tf.Tensor1D;
      const own = moments(aux.z_BhwC);
      const z_ND = tf.reshape(aux.z_BhwC, [-1, channels]) as tf.Tensor2D;
      return [{
        coder,
        ...(quantised === undefined ? {} : {
          books: quantised.quantiser.follow(quantised.books, z_ND, {
            decay: emaDecay(step, BOOK.decay),
            below: BOOK.below,
            all: tf.equal(step, tf.scalar(0, "int32")) as tf.Scalar,
            key: fold(key, "fresh codes"),
          }),
        }),
        mean_C: average(state.mean_C, own.mean_C),
        square_C: average(state.square_C, own.square_C),
      }, {
        loss,
        psnr: errorPsnr(aux.error),
        code_rms: tf.sqrt(tf.mean(tf.square(aux.z_BhwC))),
        learning_rate: learningRate,
      }];
    },
    encode(state, x_BHWC) {
      return tf.div(
        tf.mul(tf.sub(raw(state, x_BHWC), state.mean_C), scale),
        deviation(state),
      ) as tf.Tensor4D;
    },
    decode(state, z_BhwC) {
      const own = tf.add(tf.div(tf.mul(z_BhwC, deviation(state)), scale), state.mean_C);
      return picture(state, own as tf.Tensor4D);
    },
  };
}
