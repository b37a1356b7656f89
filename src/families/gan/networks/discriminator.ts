/**
 * The discriminator: pictures to one number each. But for DCGAN's nothing in it looks across the
 * batch, so that a picture's score is its own and one gradient of the sum gives every picture's slope.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { initMlp, type Mlp, mlp, spaceToDepth } from "../../../backbones/mod.ts";
import { fold, type Key } from "../../../random/mod.ts";
import {
  type Conv,
  conv,
  initConv,
  initLinear,
  leakyRelu,
  type Linear,
  linear,
} from "../../../nn/mod.ts";
import {
  type Condition,
  type ConditionTables,
  embedConditions,
  initConditions,
  type Labels,
} from "../../common/conditioning.ts";
import type { Architecture } from "../presets.ts";
import {
  type Block,
  block,
  down,
  initBlock,
  initDown,
  isSmall,
  type Sizes,
  stagesOf,
} from "./layers.ts";
import {
  type Batchwise,
  type DcganDiscriminator,
  dcganFeatures,
  initDcganDiscriminator,
} from "./dcgan.ts";

/** A residual block a stage. */
type Residual = {
  readonly stem: Conv;
  readonly blocks: readonly Block[];
  readonly down: readonly Conv[];
};

/** A discriminator's parameters: one of the bodies, and what makes a number of its features. */
export type Discriminator = {
  readonly plain?: DcganDiscriminator;
  readonly residual?: Residual;
  readonly perceptron?: Mlp;
  readonly head: Linear;
  readonly classes?: ConditionTables;
};

/** What a discriminator is made from. */
export interface DiscriminatorOptions extends Sizes {
  readonly architecture: Architecture;
  readonly conditions: readonly Condition[];
  /** Whether weights are divided by their norm, so that none may start at zero. */
  readonly spectralNorm: boolean;
}

/** Features of the perceptron, and its hidden units, a unit of width. */
const PERCEPTRON_FACTOR = 2;
const PERCEPTRON_DEPTH = 3;

function initResidual(key: Key, options: DiscriminatorOptions): Residual {
  const stages = stagesOf(options);
  const scale = options.spectralNorm ? 1 : 0;
  return {
    stem: initConv(fold(key, "stem"), {
      in: 4 * options.sample.channels,
      out: stages[0].channels,
    }),
    blocks: stages.map(({ channels }, i) =>
      initBlock(fold(key, `block ${i}`), { channels, scale })
    ),
    down: stages.slice(1).map(({ channels }, i) =>
      initDown(fold(key, `down ${i}`), { in: stages[i].channels, out: channels })
    ),
  };
}

/** Fresh parameters. */
export function initDiscriminator(key: Key, options: DiscriminatorOptions): Discriminator {
  const { sample, width, architecture, conditions } = options;
  const told = (features: number) => ({
    head: initLinear(fold(key, "head"), { in: features, out: 1, scale: Math.SQRT1_2 }),
    ...(conditions.length === 0 ? {} : {
      classes: initConditions(fold(key, "classes"), { conditions, width: features }),
    }),
  });
  const body = fold(key, "body");
  if (isSmall(sample)) {
    const units = PERCEPTRON_FACTOR * width;
    const perceptron = initMlp(body, {
      in: sample.height * sample.width * sample.channels,
      out: units,
      width: units,
      depth: PERCEPTRON_DEPTH,
      outScale: 1,
    });
    return { perceptron, ...told(units) };
  }
  const stages = stagesOf(options);
  const last = stages.at(-1)!;
  const features = last.height * last.width * last.channels;
  return architecture === "dcgan"
    ? {
      plain: initDcganDiscriminator(body, { channels: sample.channels, stages }),
      ...told(features),
    }
    : { residual: initResidual(body, options), ...told(features) };
}

/** Pictures in [−1, 1] to features [B, F]. */
function featuresOf(p: Discriminator, x_BHWC: tf.Tensor4D, by?: Batchwise): tf.Tensor2D {
  const flat = (h: tf.Tensor4D) => tf.reshape(h, [x_BHWC.shape[0], -1]) as tf.Tensor2D;
  if (p.perceptron !== undefined) return leakyRelu(mlp(p.perceptron, flat(x_BHWC)));
  if (p.plain !== undefined) return flat(dcganFeatures(p.plain, x_BHWC, by));
  const { stem, blocks, down: downs } = p.residual!;
  let h_BHWC = conv(stem, spaceToDepth(x_BHWC));
  blocks.forEach((one, i) => {
    h_BHWC = block(one, i === 0 ? h_BHWC : down(downs[i - 1], leakyRelu(h_BHWC)));
  });
  return flat(leakyRelu(h_BHWC));
}

/**
 * D(x, y) = a·φ(x) + b + ⟨e(y), φ(x)⟩, e(y) a vector learned for the labels, or for their absence.
 * Miyato & Koyama 2018 (arXiv:1802.05637), eq. 3.
 * @param p with weights as layers take them
 */
export function discriminate(
  p: Discriminator,
  { x_BHWC, labels, by }: { x_BHWC: tf.Tensor4D; labels: Labels; by?: Batchwise },
  conditions: readonly Condition[],
): tf.Tensor1D {
  const features_BF = featuresOf(p, x_BHWC, by);
  const score_B = tf.reshape(linear(p.head, features_BF), [-1]) as tf.Tensor1D;
  if (p.classes === undefined) return score_B;
  const class_BF = embedConditions(p.classes, labels, conditions);
  return tf.add(score_B, tf.sum(tf.mul(class_BF, features_BF), 1));
}
