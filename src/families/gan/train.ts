/**
 * The training programs of a GAN: which player moves, and by how much.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { TensorTree } from "../../engine/mod.ts";
import {
  adam,
  type AdamSlots,
  emaUpdate,
  type Moments,
  valueAndGrad,
  warmupCosine,
} from "../../nn/mod.ts";
import { pow } from "../../numeric/mod.ts";
import { fold } from "../../random/mod.ts";
import { dropLabels } from "../common/conditioning.ts";
import type { TensorRecord } from "../family.ts";
import { emaDecay } from "../common/training.ts";
import { adapt } from "./augment.ts";
import type { Discriminator } from "./networks/discriminator.ts";
import type { Generator } from "./networks/generator.ts";
import { adversarialLosses, diagnose } from "./objective.ts";
import { augments, layersOf, pairsOf, type Setting, type State } from "./model.ts";
import { centred } from "../common/pixels.ts";
import {
  augmented,
  type Batch,
  criticOf,
  discriminatorTurn,
  fakes,
  playerGradients,
  type Step,
  type Turn,
  weighedPenalty,
} from "./player_gradients.ts";

function prepare(state: State, batch: Batch, setting: Setting): Step {
  const { config, conditions, steps } = setting;
  const { labels, rows_B, key } = batch;
  return {
    ...batch,
    labels: dropLabels(labels, {
      conditions,
      share: config.labelDrop,
      key: fold(key, "labels"),
      rows_B,
    }),
    state,
    setting,
    pairs: pairsOf(state.discriminator),
    real_BHWC: centred(batch.x_BHWC),
    learningRate: warmupCosine(state.step, {
      peak: config.learningRate,
      warmup: Math.floor(config.warmup * steps),
      steps,
      final: config.learningRate * config.decay,
    }),
  };
}

/** Decay a step of a half-life in pictures; 0 for none. */
export function halfLifeDecay(halfLife: number, batch: number): number {
  return halfLife === 0 ? 0 : pow(2, -batch / halfLife);
}

function optimised<P extends TensorTree>(
  now: { readonly params: P; readonly slots: AdamSlots<P> },
  grads: P,
  { setting: { config }, learningRate }: Step,
): { params: P; slots: AdamSlots<P> } {
  const { beta1, beta2 } = config;
  return adam({ beta1, beta2 }).update({ ...now, grads, learningRate });
}

/** Decay a step of the averages of a batch's moments, at the least: that which is usual. */
const MOMENTUM = 0.9;

/** The averages of moments after a step, where there are any. */
function averaged(
  { moments }: { readonly moments?: readonly Moments[] },
  seen: readonly Moments[],
  decay: tf.Scalar,
) {
  return moments === undefined ? {} : { moments: emaUpdate(moments, seen, decay) };
}

/** The generator after its turn, with its averages: the moments' reach as far back as the weights'. */
function movedGenerator(
  step: Step,
  { grads, moments }: { grads: Generator; moments: readonly Moments[] },
): State["generator"] {
  const { state, setting: { config } } = step;
  const learningRate = tf.mul(step.learningRate, config.generatorRate) as tf.Scalar;
  const { params, slots } = optimised(state.generator, grads, { ...step, learningRate });
  const wanted = halfLifeDecay(config.ema, step.rows_B.shape[0]);
  return {
    params,
    slots,
    ema: emaUpdate(state.generator.ema, params, emaDecay(state.step, wanted)),
    ...averaged(state.generator, moments, emaDecay(state.step, Math.max(MOMENTUM, wanted))),
  };
}

/** The discriminator after its turn, and what it reports. */
function movedDiscriminator(step: Step, { loss, grads, scores, moments, found }: Turn) {
  const { state, setting: { config } } = step;
  const diagnostics = diagnose(scores, adversarialLosses[config.loss]);
  return {
    discriminator: {
      ...discriminatorAfter(step, grads),
      ...averaged(state.discriminator, moments, emaDecay(state.step, MOMENTUM)),
    },
    diagnostics,
    outputs: { discriminator_loss: loss, ...diagnostics, ...found },
  };
}

/** Weights and slots a step on, and the directions that the step has found. */
function discriminatorAfter(step: Step, grads: Discriminator): State["discriminator"] {
  const { state: { discriminator }, pairs } = step;
  return {
    ...discriminator,
    ...optimised(discriminator, grads, step),
    ...(pairs.length === 0 ? {} : { directions: pairs.map(({ u }) => u) }),
  };
}

/** What every step ends with: the chance of augmentation, and the step's number. */
function concluded(step: Step, realSign: tf.Scalar) {
  const { state, setting: { config }, rows_B } = step;
  const augmentation = config.augment === "adaptive" && augments(step.setting)
    ? adapt(state.augmentation, {
      realSign,
      batch: rows_B.shape[0],
      target: config.augmentTarget,
      pictures: config.augmentPictures,
    })
    : state.augmentation;
  return {
    augmentation,
    ...(state.linear === undefined ? {} : { linear: state.linear }),
    step: tf.add(state.step, tf.scalar(1, "int32")) as tf.Scalar,
  };
}

/** What every step reports beside its losses. */
function reported({ state, learningRate }: Step) {
  return { augment_p: state.augmentation.p, learning_rate: learningRate };
}

/**
 * The `train` program: both players move, each against the other as it was before the step; see the
 * table in `../family.ts`.
 */
export function trainStep(state: State, batch: Batch, setting: Setting): [State, TensorRecord] {
  const step = prepare(state, batch, setting);
  const { turn, ...own } = playerGradients(step);
  const generator = movedGenerator(step, own);
  const { discriminator, diagnostics, outputs } = movedDiscriminator(step, turn);
  const rest = concluded(step, diagnostics.real_sign);
  const loss = tf.mean(adversarialLosses[setting.config.loss].generator(turn.scores));
  return [{ generator, discriminator, ...rest }, { loss, ...outputs, ...reported(step) }];
}

/** The `discriminate` program: the discriminator moves alone. */
export function criticStep(state: State, batch: Batch, setting: Setting): [State, TensorRecord] {
  const step = prepare(state, batch, setting);
  const turn = discriminatorTurn(step, fakes(state.generator.params, step));
  const { discriminator, diagnostics, outputs } = movedDiscriminator(step, turn);
  const rest = concluded(step, diagnostics.real_sign);
  return [{ generator: state.generator, discriminator, ...rest }, outputs];
}

/**
 * The `penalise` program: a step of the discriminator on its penalty alone, which weighs as much as
 * those of the steps that it stands for. Karras et al. 2020 (arXiv:1912.04958), section 3.1.
 */
export function penaltyStep(state: State, batch: Batch, setting: Setting): [State, TensorRecord] {
  const step = prepare(state, batch, setting);
  const { config } = setting;
  const fake = config.penalty === "r1"
    ? step.real_BHWC
    : augmented(fakes(state.generator.params, step), "fake", step);
  const real_BHWC = augmented(step.real_BHWC, "real", step);
  const { aux, grads } = valueAndGrad((params: Discriminator) => {
    const critic = criticOf(layersOf(params, setting, step.pairs), step);
    const { weighed, ...found } = weighedPenalty(critic, {
      step: { ...step, real_BHWC },
      fake_BHWC: fake,
      factor: config.penaltyEvery,
    });
    return { loss: weighed, aux: found };
  }, state.discriminator.params);
  return [{ ...state, discriminator: discriminatorAfter(step, grads) }, aux];
}

/** Which programs a step runs. */
export function schedule({ config }: Setting): (step: number) => readonly string[] {
  const { penalty, penaltyEvery, criticSteps } = config;
  const lazily = penalty !== "none" && penaltyEvery > 1;
  return (step) => [
    ...(lazily && step % penaltyEvery === 0 ? ["penalise"] : []),
    step % criticSteps === 0 ? "train" : "discriminate",
  ];
}
