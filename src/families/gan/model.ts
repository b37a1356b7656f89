/**
 * The model: a GAN's state, and its two networks as training and sampling call them.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { adam, type AdamSlots, emaInit, type Moments } from "../../nn/mod.ts";
import { atHeScale, atUnitScale } from "./networks/equalised_rate.ts";
import { discriminatorMoments, generatorMoments } from "./networks/dcgan.ts";
import {
  type Directions,
  initDirections,
  iterate,
  type Pair,
  spectrallyNormal,
} from "./networks/spectral_norm.ts";
import { type Discriminator, initDiscriminator } from "./networks/discriminator.ts";
import { type Generator, type GeneratorOptions, initGenerator } from "./networks/generator.ts";
import { initLinearStart, type LinearStart } from "../common/mixture/linear_start.ts";
import type { Grid } from "../../kinds/mod.ts";
import { fold, type Key, normal } from "../../random/mod.ts";
import type { Condition } from "../common/conditioning.ts";
import type { Adaptation } from "./augment.ts";
import type { Settings } from "./config.ts";
import { isSmall } from "./networks/layers.ts";
import type { Noise } from "./networks/stylegan2.ts";

/** What fixes a GAN's shapes and game. */
export interface Setting {
  readonly config: Settings;
  readonly sample: Grid;
  readonly conditions: readonly Condition[];
  /** Steps of the whole training. */
  readonly steps: number;
}

/** What a GAN's checkpoint holds. */
export type State = {
  readonly generator: {
    readonly params: Generator;
    readonly ema: Generator;
    readonly slots: AdamSlots<Generator>;
    /** Averages of its layers' moments, where they normalise over the batch. */
    readonly moments?: readonly Moments[];
  };
  readonly discriminator: {
    readonly params: Discriminator;
    readonly slots: AdamSlots<Discriminator>;
    /** Averages of its layers' moments, over real and generated pictures alike. */
    readonly moments?: readonly Moments[];
    /** With spectral normalisation. */
    readonly directions?: Directions;
  };
  readonly augmentation: Adaptation;
  /** Where the generator starts from the data's Gaussian; never trained. */
  readonly linear?: LinearStart;
  readonly step: tf.Scalar;
};

/** What the generator is made with. */
export function generatorOptions({ config, sample, conditions }: Setting): GeneratorOptions {
  const { width, wider, latent, architecture, noise, linear } = config;
  return { sample, width, wider, latent, architecture, noise, linear, conditions };
}

/** Whether the discriminator sees pictures changed. */
export function augments({ config, sample }: Setting): boolean {
  return config.augment !== "none" && config.augment !== 0 && !isSmall(sample);
}

/** z and noise of rows: row i's depend on rows_B[i] and the key alone. */
export function drawInputs(
  key: Key,
  rows_B: tf.Tensor1D,
  { config }: Setting,
): { z_BZ: tf.Tensor2D; noise: Noise } {
  const B = rows_B.shape[0];
  return {
    z_BZ: normal(fold(key, "z"), [B, config.latent], { rows_B }) as tf.Tensor2D,
    noise: (name, { height, width, channels }) =>
      normal(fold(key, name), [B, height, width, channels], { rows_B }) as tf.Tensor4D,
  };
}

/** Weights of the discriminator as its layers take them. */
export function layersOf(
  params: Discriminator,
  { config }: Setting,
  pairs: readonly Pair[],
): Discriminator {
  return config.spectralNorm ? spectrallyNormal(params, pairs) : atHeScale(params);
}

/** Singular directions of the weights as they are now; none where they aren't normalised. */
export function pairsOf({ params, directions }: State["discriminator"]): Pair[] {
  return directions === undefined ? [] : iterate(params, directions);
}

/** Moments of a body that keeps any. */
function momentsOf<B>(body: B | undefined, initial: (body: B) => Moments[]) {
  return body === undefined ? {} : { moments: initial(body) };
}

/** The state before the first step. */
export function initState(key: Key, setting: Setting): State {
  const { config, sample, conditions } = setting;
  const { width, latent, architecture, spectralNorm, augment } = config;
  const generator = atUnitScale(
    initGenerator(fold(key, "generator"), generatorOptions(setting)),
  );
  const discriminator = atUnitScale(initDiscriminator(fold(key, "discriminator"), {
    ...{ sample, width, latent, architecture, conditions, spectralNorm },
  }));
  const optimiser = adam();
  return {
    generator: {
      params: generator,
      ema: emaInit(generator),
      slots: optimiser.init(generator),
      ...momentsOf(generator.plain, generatorMoments),
    },
    discriminator: {
      params: discriminator,
      slots: optimiser.init(discriminator),
      ...(spectralNorm
        ? { directions: initDirections(fold(key, "directions"), discriminator) }
        : {}),
      ...momentsOf(discriminator.plain, discriminatorMoments),
    },
    augmentation: {
      p: tf.scalar(typeof augment === "number" ? augment : 0),
      sign: tf.scalar(0),
    },
    ...(config.linear ? { linear: initLinearStart({ latent, sample }) } : {}),
    step: tf.scalar(0, "int32"),
  };
}
