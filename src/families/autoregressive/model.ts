/**
 * The model of pictures by pixels: at each level a trunk over patches, a head within them, and a
 * mixture a pixel.
 *
 *   p(x_ℓ | x_{ℓ−1}) = Π_t Π_i p(x_{t,i} | x_{t,<i}, x_{<t}, x_{ℓ−1}),   t patches, i new pixels.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Grid } from "../../kinds/grid.ts";
import { fold, type Key } from "../../random/key.ts";
import { logMixture, type MixtureNumbers, type MixtureShape } from "../../nn/logistic_mixture.ts";
import {
  type Condition,
  type ConditionTables,
  embedConditions,
  initConditions,
  type Labels,
} from "../common/conditioning.ts";
import type { TensorRecord } from "../family.ts";
import { neighbours } from "./around.ts";
import type { Config } from "./config.ts";
import { type Head, type HeadOptions, headOutputs, initHead } from "./head.ts";
import { initKnown, type Known, tellKnown } from "./known.ts";
import { type Level, levelsOf, near, pyramid, toldMask } from "./levels.ts";
import { centred, countsOf, toPatches } from "./patches.ts";
import { pixelCnn } from "./pixelcnn.ts";
import { patchTransformer } from "./transformer.ts";
import type { Trunk } from "./trunk.ts";

/** What fixes a model. */
export interface Setting {
  readonly config: Config;
  readonly sample: Grid;
  readonly conditions: readonly Condition[];
  /** Levels of a pixel value; 256 of all our data. */
  readonly values: number;
}

/** What is trained at a level. */
export type LevelParameters = {
  readonly trunk: TensorRecord;
  readonly head: Head;
  /** At an upper level. */
  readonly known?: Known;
  readonly told?: ConditionTables;
};

/** Everything that is trained, coarse level first. */
export type Parameters = { readonly levels: readonly LevelParameters[] };

/** A level's parts. */
export interface Parts {
  readonly level: Level;
  readonly trunk: Trunk<TensorRecord, TensorRecord>;
  readonly mixture: MixtureShape;
  readonly head: HeadOptions;
}

/** Components' locations start this far apart, about a guess that is near already. */
const SPREAD = 0.2;

/** The parts of all levels, coarse first. */
export function partsOf({ config, sample, values }: Setting): Parts[] {
  const { components, form, layers, heads, units, headLayers } = config;
  const mixture = { components, channels: sample.channels, levels: values, spread: SPREAD };
  return levelsOf(sample, config).map((level) => {
    const { patches, width, upper } = level;
    const options = { patches, width, layers, heads };
    const trunk = form === "pixelcnn" ? pixelCnn(options) : patchTransformer(options);
    return {
      level,
      trunk: trunk as unknown as Trunk<TensorRecord, TensorRecord>,
      mixture,
      head: {
        mixture,
        patch: { height: patches.height, width: patches.width },
        upper,
        width,
        units,
        layers: headLayers,
      },
    };
  });
}

/** Fresh parameters. */
export function initParameters(key: Key, setting: Setting): Parameters {
  const { conditions, config: { knownBlocks: blocks }, sample: { channels } } = setting;
  const levels = partsOf(setting).map(({ level: { width, upper }, trunk, head }, l) => {
    const own = fold(key, l);
    return {
      trunk: trunk.init(fold(own, "trunk")),
      head: initHead(fold(own, "head"), head),
      ...(upper ? { known: initKnown(fold(own, "known"), { channels, width, blocks }) } : {}),
      ...(conditions.length === 0
        ? {}
        : { told: initConditions(fold(own, "told"), { conditions, width }) }),
    };
  });
  return { levels };
}

/** What a level is told beside its own pixels. */
export interface Beside {
  readonly labels?: Labels;
  /** The picture of the level before, centred; undefined at the first level. */
  readonly known_BhwC?: tf.Tensor4D;
  readonly batch: number;
}

/**
 * Vectors for a level's trunk, [B, T, W], undefined where nothing is told; and the known pixels about
 * each patch, [B, T, 9C], undefined at the first level.
 */
export function toldBeside(
  p: LevelParameters,
  { labels, known_BhwC, batch }: Beside,
  { parts: { level }, setting }: { parts: Parts; setting: Setting },
): { readonly told_BTW?: tf.Tensor3D; readonly near_BTN?: tf.Tensor3D } {
  const { T } = countsOf(level.patches);
  const told: tf.Tensor3D[] = [];
  if (p.told !== undefined) {
    const label_BW = embedConditions(p.told, labels!, setting.conditions);
    const everywhere = tf.ones([1, T, 1]) as tf.Tensor3D;
    told.push(tf.mul(tf.reshape(label_BW, [batch, 1, level.width]), everywhere));
  }
  if (known_BhwC === undefined) return told.length === 0 ? {} : { told_BTW: told[0] };
  told.push(tellKnown(p.known!, known_BhwC));
  return {
    told_BTW: told.length === 1 ? told[0] : tf.add(told[0], told[1]),
    near_BTN: near(known_BhwC),
  };
}

/** Pictures with what the model is told of them. */
export interface Told {
  readonly x_BHWC: tf.Tensor4D;
  readonly labels?: Labels;
}

/** The mixtures of all pixels of a level in the order in which they are told: [B·T·P, Q]. */
function levelMixtures(
  p: LevelParameters,
  { x_BHWC, ...beside }: Beside & { readonly x_BHWC: tf.Tensor4D },
  context: { parts: Parts; setting: Setting },
): MixtureNumbers {
  const { level: { patches }, trunk } = context.parts;
  const { T } = countsOf(patches);
  const { told_BTW, near_BTN } = toldBeside(p, beside, context);
  // What lies beyond the picture is grey.
  const x_NPC = toPatches(x_BHWC, patches);
  const x_BTF = tf.reshape(x_NPC, [beside.batch, T, -1]) as tf.Tensor3D;
  const around_BTG = neighbours(x_BTF, patches);
  const state_BTW = trunk.states(p.trunk, { x_BTF, around_BTG, told_BTW });
  return headOutputs(p.head, {
    x_NPC,
    given_NG: tf.reshape(given(around_BTG, near_BTN), [beside.batch * T, -1]),
    state_NW: tf.reshape(state_BTW, [beside.batch * T, -1]),
  });
}

/** Neighbours and known pixels, as the head takes them. */
export function given<T extends tf.Tensor>(around: T, near: T | undefined): T {
  return near === undefined ? around : tf.concat([around, near], around.rank - 1) as T;
}

/** The mixtures of all levels, coarse first; see `levelMixtures`. */
export function mixtures(
  params: Parameters,
  { x_BHWC, labels }: Told,
  setting: Setting,
): MixtureNumbers[] {
  const parts = partsOf(setting);
  const pictures = pyramid(centred(x_BHWC), parts.map(({ level }) => level));
  const batch = x_BHWC.shape[0];
  return parts.map((own, l) =>
    levelMixtures(params.levels[l], {
      x_BHWC: pictures[l],
      known_BhwC: l === 0 ? undefined : pictures[l - 1],
      labels,
      batch,
    }, { parts: own, setting })
  );
}

/** log p of the new pixels of each level, nats a picture: [B] each, coarse first. */
export function levelLogProbabilities(
  params: Parameters,
  told: Told,
  setting: Setting,
): tf.Tensor1D[] {
  const parts = partsOf(setting);
  const pictures = pyramid(told.x_BHWC, parts.map(({ level }) => level));
  return mixtures(params, told, setting).map((numbers, l) => {
    const { level, mixture } = parts[l];
    const { T, P } = countsOf(level.patches);
    const x_NC = tf.reshape(toPatches(pictures[l], level.patches), [-1, mixture.channels]);
    const logP = tf.reshape(logMixture(x_NC as tf.Tensor2D, numbers, mixture), [-1, T, P]);
    const mask = toldMask(level);
    const counted = mask === undefined ? logP : tf.mul(logP, tf.expandDims(mask, 0));
    return tf.sum(counted, [1, 2]) as tf.Tensor1D;
  });
}

/** log p(x), nats a picture: [B]. */
export function logProbability(params: Parameters, told: Told, setting: Setting): tf.Tensor1D {
  const levels = levelLogProbabilities(params, told, setting);
  return (levels.length === 1 ? levels[0] : tf.addN(levels)) as tf.Tensor1D;
}
