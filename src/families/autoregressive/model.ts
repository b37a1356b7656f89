/**
 * The model of pictures by pixels: at each level a trunk over patches, a head within them, and a
 * mixture a pixel.
 *
 *   p(x_ℓ | x_{ℓ−1}) = Π_t Π_i p(x_{t,i} | x_{t,<i}, x_{<t}, x_{ℓ−1}),   t patches, i new pixels.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Grid } from "../../kinds/mod.ts";
import { fold, type Key } from "../../random/mod.ts";
import type { MixtureNumbers, MixtureShape } from "../../nn/mod.ts";
import {
  type Condition,
  type ConditionTables,
  embedConditions,
  initConditions,
  type Labels,
} from "../common/conditioning.ts";
import type { TensorRecord } from "../family.ts";
import { neighbours } from "./ordering/neighbours.ts";
import type { Config } from "./config.ts";
import {
  initPatchModel,
  patchMixtures,
  type PatchModel,
  type PatchModelOptions,
} from "./networks/patch_model.ts";
import { type CoarseEncoder, encodeCoarse, initCoarseEncoder } from "./networks/coarse_encoder.ts";
import { type Level, levelsOf, near, pyramid } from "./ordering/levels.ts";
import { countsOf, toPatches } from "./ordering/patches.ts";
import { centred } from "../common/pixels.ts";
import { pixelCnn } from "./networks/pixelcnn.ts";
import { patchTransformer } from "./networks/patch_transformer.ts";
import type { Trunk } from "./networks/trunk.ts";

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
  readonly head: PatchModel;
  /** At an upper level. */
  readonly known?: CoarseEncoder;
  readonly told?: ConditionTables;
};

/** Everything that is trained, coarse level first. */
export type Parameters = { readonly levels: readonly LevelParameters[] };

/** The networks of a level, with their sizes. */
export interface LevelModel {
  readonly level: Level;
  readonly trunk: Trunk<TensorRecord, TensorRecord>;
  readonly mixture: MixtureShape;
  readonly head: PatchModelOptions;
}

/** Components' locations start this far apart, about a guess that is near already. */
const SPREAD = 0.2;

/** Those of all levels, coarse first. */
export function levelModels({ config, sample, values }: Setting): LevelModel[] {
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
  const levels = levelModels(setting).map(({ level: { width, upper }, trunk, head }, l) => {
    const own = fold(key, l);
    return {
      trunk: trunk.init(fold(own, "trunk")),
      head: initPatchModel(fold(own, "head"), head),
      ...(upper
        ? { known: initCoarseEncoder(fold(own, "known"), { channels, width, blocks }) }
        : {}),
      ...(conditions.length === 0
        ? {}
        : { told: initConditions(fold(own, "told"), { conditions, width }) }),
    };
  });
  return { levels };
}

/** What a level is told beside its own pixels. */
export interface LevelConditions {
  readonly labels?: Labels;
  /** The picture of the level before, centred; undefined at the first level. */
  readonly known_BhwC?: tf.Tensor4D;
  readonly batch: number;
}

/**
 * Vectors for a level's trunk, [B, T, W], undefined where nothing is told; and the known pixels about
 * each patch, [B, T, 9C], undefined at the first level.
 */
export function conditioningOf(
  p: LevelParameters,
  { labels, known_BhwC, batch }: LevelConditions,
  { parts: { level }, setting }: { parts: LevelModel; setting: Setting },
): { readonly told_BTW?: tf.Tensor3D; readonly near_BTN?: tf.Tensor3D } {
  const { T } = countsOf(level.patches);
  const told: tf.Tensor3D[] = [];
  if (p.told !== undefined) {
    const label_BW = embedConditions(p.told, labels!, setting.conditions);
    const everywhere = tf.ones([1, T, 1]) as tf.Tensor3D;
    told.push(tf.mul(tf.reshape(label_BW, [batch, 1, level.width]), everywhere));
  }
  if (known_BhwC === undefined) return told.length === 0 ? {} : { told_BTW: told[0] };
  told.push(encodeCoarse(p.known!, known_BhwC));
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
  { x_BHWC, ...beside }: LevelConditions & { readonly x_BHWC: tf.Tensor4D },
  context: { parts: LevelModel; setting: Setting },
): MixtureNumbers {
  const { level: { patches }, trunk } = context.parts;
  const { T } = countsOf(patches);
  const { told_BTW, near_BTN } = conditioningOf(p, beside, context);
  // What lies beyond the picture is grey.
  const x_NPC = toPatches(x_BHWC, patches);
  const x_BTF = tf.reshape(x_NPC, [beside.batch, T, -1]) as tf.Tensor3D;
  const around_BTG = neighbours(x_BTF, patches);
  const state_BTW = trunk.states(p.trunk, { x_BTF, around_BTG, told_BTW });
  return patchMixtures(p.head, {
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
  const models = levelModels(setting);
  const pictures = pyramid(centred(x_BHWC), models.map(({ level }) => level));
  const batch = x_BHWC.shape[0];
  return models.map((own, l) =>
    levelMixtures(params.levels[l], {
      x_BHWC: pictures[l],
      known_BhwC: l === 0 ? undefined : pictures[l - 1],
      labels,
      batch,
    }, { parts: own, setting })
  );
}
