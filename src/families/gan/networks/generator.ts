/**
 * The generator: z, and labels where it is told them, to pictures.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { crop, initMlp, type Mlp, mlp } from "../../../backbones/mod.ts";
import { fold, type Key } from "../../../random/mod.ts";
import { type Conv, initLinear, leakyRelu, type Linear, linear } from "../../../nn/mod.ts";
import {
  type Condition,
  type ConditionTables,
  embedConditions,
  initConditions,
  type Labels,
} from "../../common/conditioning.ts";
import { linearPictures, type LinearStart } from "../../common/mixture/linear_start.ts";
import type { Architecture } from "../presets.ts";
import {
  type Block,
  block,
  initBlock,
  initUp,
  isSmall,
  type Sizes,
  stagesOf,
  up,
} from "./layers.ts";
import { type Batchwise, type DcganGenerator, dcganPictures, initDcganGenerator } from "./dcgan.ts";
import { initStyle, type Noise, type Style, style } from "./stylegan2.ts";

/** A residual block a stage. */
type Residual = {
  readonly stem: Linear;
  readonly blocks: readonly Block[];
  readonly rise: readonly Conv[];
  readonly head: Conv;
};

/** A generator's parameters: one of the bodies. */
export type Generator = {
  readonly plain?: DcganGenerator;
  readonly residual?: Residual;
  readonly style?: Style;
  readonly perceptron?: Mlp;
  readonly classes?: ConditionTables;
  /** Standard deviation of the noise that is added to the picture, by channel. */
  readonly grain?: tf.Tensor1D;
};

/** What a generator is made from. */
export interface GeneratorOptions extends Sizes {
  readonly architecture: Architecture;
  /** Channels for one of the discriminator, where there are stages. */
  readonly wider: number;
  readonly conditions: readonly Condition[];
  /**
   * Whether the picture, and with `style` each convolution, has noise of learned strength; not with
   * `dcgan` and `sngan`.
   */
  readonly noise: boolean;
  /** Whether the pictures are added to a linear map of z. */
  readonly linear: boolean;
}

/** The perceptron's hidden units a unit of width. */
const PERCEPTRON_FACTOR = 2;
const PERCEPTRON_DEPTH = 3;

/** Where the grain starts, of pixels in [−1, 1]: about a sensor's. */
const GRAIN = 0.02;

/** Times He's: pixels of deviation ⅓, where they span [−1, 1]. */
const HEAD_SCALE = Math.SQRT1_2 / 3;
/** Times that, where a new network's pictures are added to others that are like the data. */
const ADDED_SCALE = 0.3;

/** Stages from 4 up. */
function risingStages({ sample, width, wider }: GeneratorOptions) {
  return stagesOf({ sample, width: wider * width }).reverse();
}

/** From the last stage to the picture, of a contrast like the data's. */
function initHead(key: Key, options: GeneratorOptions): Conv {
  return initUp(fold(key, "head"), {
    in: risingStages(options).at(-1)!.channels,
    out: options.sample.channels,
    kernel: 3,
    scale: HEAD_SCALE * (options.linear ? ADDED_SCALE : 1),
  });
}

function initResidual(key: Key, input: number, options: GeneratorOptions): Residual {
  const stages = risingStages(options);
  const [{ height, width, channels }] = stages;
  return {
    stem: initLinear(fold(key, "stem"), { in: input, out: height * width * channels }),
    blocks: stages.map((stage, i) =>
      initBlock(fold(key, `block ${i}`), { channels: stage.channels, scale: 0 })
    ),
    rise: stages.slice(1).map((stage, i) =>
      initUp(fold(key, `up ${i}`), { in: stages[i].channels, out: stage.channels, kernel: 1 })
    ),
    head: initHead(key, options),
  };
}

/** Fresh parameters. */
export function initGenerator(key: Key, options: GeneratorOptions): Generator {
  const { sample, width, latent, architecture, conditions, noise } = options;
  const told = conditions.length > 0;
  const classes = told
    ? { classes: initConditions(fold(key, "classes"), { conditions, width: latent }) }
    : {};
  const input = told ? 2 * latent : latent;
  const body = fold(key, "body");
  if (isSmall(sample)) {
    const perceptron = initMlp(body, {
      in: input,
      out: sample.height * sample.width * sample.channels,
      width: PERCEPTRON_FACTOR * width,
      depth: PERCEPTRON_DEPTH,
      outScale: Math.SQRT1_2,
    });
    return { perceptron, ...classes };
  }
  const rest = {
    ...classes,
    ...(noise ? { grain: tf.fill([sample.channels], GRAIN) as tf.Tensor1D } : {}),
  };
  const stages = risingStages(options);
  if (architecture === "dcgan" || architecture === "sngan") {
    const head = initHead(body, options);
    return { plain: initDcganGenerator(body, { input, stages, head }), ...classes };
  }
  if (architecture === "residual") return { residual: initResidual(body, input, options), ...rest };
  return { style: initStyle(body, { input, stages, sample, noise }), ...rest };
}

/** What a generator is asked for. */
export interface Request {
  readonly z_BZ: tf.Tensor2D;
  readonly labels: Labels;
  readonly noise: Noise;
  /** What the pictures are added to. */
  readonly linear?: LinearStart;
  readonly by?: Batchwise;
}

/** A body's pictures [B, H, W, C] of its inputs [B, I]. */
function bodyOf(
  p: Generator,
  { input_BI, noise, by }: { input_BI: tf.Tensor2D; noise: Noise; by?: Batchwise },
  options: GeneratorOptions,
): tf.Tensor4D {
  const { sample } = options;
  if (p.perceptron !== undefined) {
    const { height, width, channels } = sample;
    return tf.reshape(mlp(p.perceptron, input_BI), [-1, height, width, channels]);
  }
  const stages = risingStages(options);
  if (p.style !== undefined) return style(p.style, { input_BI, noise }, { stages, sample });
  if (p.plain !== undefined) return dcganPictures(p.plain, { input_BI, by }, { stages, sample });
  const [{ height, width, channels }] = stages;
  const { stem, blocks, rise, head } = p.residual!;
  let h_BHWC = block(
    blocks[0],
    tf.reshape(linear(stem, input_BI), [-1, height, width, channels]) as tf.Tensor4D,
  );
  rise.forEach((one, i) => {
    const risen = crop(up(one, leakyRelu(h_BHWC)), stages[i + 1]);
    h_BHWC = block(blocks[i + 1], risen);
  });
  return crop(up(head, leakyRelu(h_BHWC)), sample);
}

/**
 * Pictures [B, H, W, C], meant for [−1, 1] but not clipped to it, so that the gradient never ends.
 * Grain of learned strength goes over them: noise of sensors, which a network would otherwise have
 * to draw from z, and by whose lack a discriminator could tell every picture.
 * @param p with weights as layers take them
 */
export function generate(
  p: Generator,
  { z_BZ, labels, noise, linear, by }: Request,
  options: GeneratorOptions,
): tf.Tensor4D {
  const input_BI = p.classes === undefined
    ? z_BZ
    : tf.concat([z_BZ, embedConditions(p.classes, labels, options.conditions)], 1) as tf.Tensor2D;
  const drawn_BHWC = bodyOf(p, { input_BI, noise, by }, options);
  const x_BHWC = linear === undefined
    ? drawn_BHWC
    : tf.add(drawn_BHWC, tf.reshape(linearPictures(linear, z_BZ), drawn_BHWC.shape)) as tf.Tensor4D;
  if (p.grain === undefined) return x_BHWC;
  return tf.add(x_BHWC, tf.mul(noise("grain", options.sample), p.grain));
}
