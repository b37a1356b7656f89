/**
 * The model of pictures by pixels: a trunk over patches, a head within them, a mixture a pixel.
 *
 *   p(x) = Π_t Π_i p(x_{t,i} | x_{t,<i}, x_{<t}),   t patches, i pixels of a patch.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { ImageSpec } from "../../data/dataset.ts";
import type { Key } from "../../engine/engine.ts";
import { logMixture, type MixtureNumbers, type MixtureShape } from "../../nn/logistic_mixture.ts";
import { fold } from "../../random/key.ts";
import {
  type Condition,
  type ConditionTables,
  embedConditions,
  initConditions,
  type Labels,
} from "../conditioning.ts";
import type { TensorRecord } from "../family.ts";
import { neighbours } from "./around.ts";
import type { Config } from "./config.ts";
import { type Head, type HeadOptions, headOutputs, initHead } from "./head.ts";
import { centred, countsOf, insidePicture, type Patches, patchesOf, toPatches } from "./patches.ts";
import { pixelCnn } from "./pixelcnn.ts";
import { patchTransformer } from "./transformer.ts";
import type { Trunk } from "./trunk.ts";

/** What fixes a model. */
export interface Setting {
  readonly config: Config;
  readonly sample: ImageSpec;
  readonly conditions: readonly Condition[];
  /** Levels of a pixel value; 256 of all our data. */
  readonly levels: number;
}

/** Everything that is trained. */
export type Parameters = {
  readonly trunk: TensorRecord;
  readonly head: Head;
  readonly told?: ConditionTables;
};

/** A setting's parts. */
export interface Parts {
  readonly patches: Patches;
  readonly trunk: Trunk<TensorRecord, TensorRecord>;
  readonly mixture: MixtureShape;
  readonly head: HeadOptions;
}

/** Components' locations start this far apart, about a guess that is near already. */
const SPREAD = 0.2;

/** The parts of a setting. */
export function partsOf({ config, sample, levels }: Setting): Parts {
  const patches = patchesOf(sample, config.patch);
  const options = { patches, width: config.width, layers: config.layers, heads: config.heads };
  const { components } = config;
  const mixture = { components, channels: sample.channels, levels, spread: SPREAD };
  const trunk = config.form === "pixelcnn" ? pixelCnn(options) : patchTransformer(options);
  return {
    patches,
    trunk: trunk as unknown as Trunk<TensorRecord, TensorRecord>,
    mixture,
    head: {
      mixture,
      patch: { height: patches.height, width: patches.width },
      width: config.width,
      units: config.units,
      layers: config.headLayers,
    },
  };
}

/** Fresh parameters. */
export function initParameters(key: Key, setting: Setting): Parameters {
  const { trunk, head } = partsOf(setting);
  const { conditions, config: { width } } = setting;
  return {
    trunk: trunk.init(fold(key, "trunk")),
    head: initHead(fold(key, "head"), head),
    ...(conditions.length === 0
      ? {}
      : { told: initConditions(fold(key, "told"), { conditions, width }) }),
  };
}

/** Vectors of the labels: [B, W]; undefined for a model without conditions. */
export function toldBy(
  params: Parameters,
  labels: Labels | undefined,
  { conditions }: Setting,
): tf.Tensor2D | undefined {
  if (params.told === undefined) return undefined;
  return embedConditions(params.told, labels!, conditions);
}

/** Pictures with what the model is told of them. */
export interface Told {
  readonly x_BHWC: tf.Tensor4D;
  readonly labels?: Labels;
}

/** The mixtures of all pixels in the order in which they are told: [B·T·P, Q], [B·T·P, C]. */
export function mixtures(
  params: Parameters,
  { x_BHWC, labels }: Told,
  setting: Setting,
): MixtureNumbers {
  const { patches, trunk } = partsOf(setting);
  const { T } = countsOf(patches);
  const B = x_BHWC.shape[0];
  // What lies beyond the picture is grey.
  const x_NPC = toPatches(centred(x_BHWC), patches);
  const x_BTF = tf.reshape(x_NPC, [B, T, -1]) as tf.Tensor3D;
  const around_BTG = neighbours(x_BTF, patches);
  const told_BW = toldBy(params, labels, setting);
  const state_BTW = trunk.states(params.trunk, { x_BTF, around_BTG, told_BW });
  return headOutputs(params.head, {
    x_NPC,
    around_NG: tf.reshape(around_BTG, [B * T, -1]),
    state_NW: tf.reshape(state_BTW, [B * T, -1]),
  });
}

/** log p(x), nats a picture: [B]. */
export function logProbability(params: Parameters, told: Told, setting: Setting): tf.Tensor1D {
  const { patches, mixture } = partsOf(setting);
  const { T, P } = countsOf(patches);
  const numbers = mixtures(params, told, setting);
  const x_NC = tf.reshape(toPatches(told.x_BHWC, patches), [-1, mixture.channels]) as tf.Tensor2D;
  const logP = tf.reshape(logMixture(x_NC, numbers, mixture), [-1, T * P]) as tf.Tensor2D;
  const inside = insidePicture(patches);
  const counted = inside === undefined ? logP : tf.mul(logP, tf.reshape(inside, [1, T * P]));
  return tf.sum(counted, 1) as tf.Tensor1D;
}
