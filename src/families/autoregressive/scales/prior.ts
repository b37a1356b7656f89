/**
 * Next-scale prediction: a transformer that tells all codes of a scale at once, given those of the
 * coarser scales. Tian et al. 2024, VAR (arXiv:2404.02905), section 3.2.
 *
 *   p(codes) = Π_s Π_i p(code_{s,i} | codes of scales before s)
 *
 * A place is given the sum of the scales before its own, brought to its scale; the first scale is
 * given only what the model is told. Attention reaches the own scale and those before, never later.
 *
 * Shapes: as in `pyramid.ts`; W width.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { type Blocks, blocks, initBlocks } from "../../../backbones/mod.ts";
import { fold, type Key } from "../../../random/mod.ts";
import {
  initEmbedding,
  initLinear,
  type Linear,
  linear,
  softmaxCrossEntropy,
} from "../../../nn/mod.ts";
import {
  type Condition,
  type ConditionTables,
  embedConditions,
  initConditions,
  type Labels,
} from "../../common/conditioning.ts";
import type { Config } from "../config.ts";
import { down, placesOf, type Scale, spanOf, sumsOf } from "./pyramid.ts";

/** Parameters. */
export type Prior = {
  /** [D, W] */
  readonly input: Linear;
  /** [T, W]: a place of a scale. */
  readonly positions: { readonly weight: tf.Tensor2D };
  readonly blocks: Blocks;
  /** [W, K] a scale. */
  readonly heads: readonly Linear[];
  readonly told?: ConditionTables;
};

/** What fixes a prior. */
export interface PriorSetting {
  readonly config: Config;
  readonly scales: readonly Scale[];
  readonly conditions: readonly Condition[];
}

/** What a place may not see gets this score. */
const UNSEEN = -1e9;
const POSITION_SCALE = 0.1;

/** W: the setting is for the finest of several levels of pixels. */
function widthOf({ width }: Config): number {
  return 4 * width;
}

/** Fresh parameters: the first loss is ln K. */
export function initPrior(key: Key, { config, scales, conditions }: PriorSetting): Prior {
  const { layers, heads, codes, codeLength } = config;
  const width = widthOf(config);
  const { to: count } = spanOf(scales, scales.length - 1);
  return {
    input: initLinear(fold(key, "input"), { in: codeLength, out: width, scale: Math.SQRT1_2 }),
    positions: initEmbedding(fold(key, "positions"), { count, width, scale: POSITION_SCALE }),
    blocks: initBlocks(fold(key, "blocks"), { layers, width, heads }),
    heads: scales.map((_, s) =>
      initLinear(fold(key, `head ${s}`), { in: width, out: codes, scale: 0 })
    ),
    ...(conditions.length === 0
      ? {}
      : { told: initConditions(fold(key, "told"), { conditions, width }) }),
  };
}

/** 0 where a place may see another, of its own scale or an earlier one; −10⁹ elsewhere: [1, T, T]. */
export function scaleMask(scales: readonly Scale[]): tf.Tensor3D {
  const scale_T = tf.tensor1d(
    scales.flatMap((scale, s) => new Array<number>(placesOf(scale)).fill(s)),
    "int32",
  );
  const later = tf.greater(tf.reshape(scale_T, [1, 1, -1]), tf.reshape(scale_T, [1, -1, 1]));
  return tf.mul(tf.cast(later, "float32"), UNSEEN);
}

/** What is known before a scale is told. */
export interface Known {
  /** Codes of the scales before, int32 [B, T_{<s}]; undefined before the first. */
  readonly codes_BT?: tf.Tensor2D;
  /** [K, D] a scale. */
  readonly tables: readonly tf.Tensor2D[];
  readonly batch: number;
  readonly labels?: Labels;
}

/** Inputs of the places of scales 0 to s, from the codes before s: [B, T_{≤s}, D]. */
function inputs(
  { codes_BT, tables, batch }: Known,
  s: number,
  { scales, config }: PriorSetting,
): tf.Tensor3D {
  const finest = scales[scales.length - 1];
  const first = tf.zeros([batch, placesOf(scales[0]), config.codeLength]) as tf.Tensor3D;
  if (s === 0) return first;
  const sums = sumsOf(codes_BT!, tables, scales);
  const later = scales.slice(1, s + 1).map((scale, i) => down(sums[i], scale, finest));
  return tf.concat([first, ...later], 1) as tf.Tensor3D;
}

/** Logits of the codes of scales 0 to s, given all codes of the scales before s: [B, T_i, K] each. */
export function scaleLogits(
  p: Prior,
  known: Known,
  { s, setting }: { s: number; setting: PriorSetting },
): tf.Tensor3D[] {
  const { scales, config, conditions } = setting;
  const { heads } = config;
  const width = widthOf(config);
  const upTo = scales.slice(0, s + 1);
  const { to: length } = spanOf(scales, s);
  const positions_TW = tf.slice(p.positions.weight, [0, 0], [length, width]);
  let x_BTW = tf.add(linear(p.input, inputs(known, s, setting)), positions_TW) as tf.Tensor3D;
  if (p.told !== undefined) {
    const told_BW = embedConditions(p.told, known.labels!, conditions);
    x_BTW = tf.add(x_BTW, tf.reshape(told_BW, [-1, 1, width]));
  }
  const hidden_BTW = blocks(p.blocks, x_BTW, { heads, mask: scaleMask(upTo) });
  return upTo.map((_, i) => {
    const { from, to } = spanOf(scales, i);
    const of = tf.slice(hidden_BTW, [0, from, 0], [known.batch, to - from, width]);
    return linear(p.heads[i], of);
  });
}

/** −ln p(codes), nats a code, on average over the batch. Scalar. */
export function priorLoss(
  p: Prior,
  { codes_BT, ...known }: Known & { readonly codes_BT: tf.Tensor2D },
  setting: PriorSetting,
): tf.Scalar {
  const { scales } = setting;
  const last = scales.length - 1;
  const [B, T] = codes_BT.shape;
  const logits = scaleLogits(p, { ...known, codes_BT }, { s: last, setting });
  const K = setting.config.codes;
  const logits_NK = tf.reshape(tf.concat(logits, 1), [B * T, K]) as tf.Tensor2D;
  return softmaxCrossEntropy(logits_NK, tf.reshape(codes_BT, [-1]) as tf.Tensor1D);
}
