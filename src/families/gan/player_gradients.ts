/**
 * The players' turns on one batch: losses and gradients, from one pass of the discriminator.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { fold, type Key } from "../../random/mod.ts";
import { detached, emaUpdate, type Moments, valueAndGrad } from "../../nn/mod.ts";
import type { Labels } from "../common/conditioning.ts";
import type { TensorRecord } from "../family.ts";
import { applyPlan, drawPlan } from "./augment.ts";
import { discriminate, type Discriminator } from "./networks/discriminator.ts";
import { generate, type Generator } from "./networks/generator.ts";
import { adversarialLosses, type Scores } from "./objective.ts";
import { type Critic, gradientPenalties, type Penalty } from "./gradient_penalty.ts";
import {
  augments,
  drawInputs,
  generatorOptions,
  layersOf,
  type Setting,
  type State,
} from "./model.ts";
import type { Pair } from "./networks/spectral_norm.ts";
import { atHeScale } from "./networks/equalised_rate.ts";

/** A batch and its key. */
export interface Batch {
  readonly x_BHWC: tf.Tensor4D;
  readonly rows_B: tf.Tensor1D;
  readonly labels: Labels;
  readonly key: Key;
}

/** Everything that a step's parts share. */
export interface Step extends Batch {
  readonly state: State;
  readonly setting: Setting;
  readonly pairs: readonly Pair[];
  readonly real_BHWC: tf.Tensor4D;
  readonly learningRate: tf.Scalar;
}

/** Pictures as the discriminator sees them. */
export function augmented(x_BHWC: tf.Tensor4D, purpose: string, step: Step): tf.Tensor4D {
  if (!augments(step.setting)) return x_BHWC;
  const { sample: { height, width } } = step.setting;
  const plan = drawPlan(fold(fold(step.key, "augment"), purpose), {
    p: step.state.augmentation.p,
    rows_B: step.rows_B,
    height,
    width,
  });
  return applyPlan(plan, x_BHWC);
}

/** D of pictures under given weights. */
export function criticOf(layers: Discriminator, { labels, setting }: Step): Critic {
  return (x_BHWC) => discriminate(layers, { x_BHWC, labels }, setting.conditions);
}

/** Pictures of the live generator; its layers' moments, where it has any, are added to `moments`. */
export function fakes(params: Generator, step: Step, moments?: Moments[]): tf.Tensor4D {
  const { z_BZ, noise } = drawInputs(fold(step.key, "generate"), step.rows_B, step.setting);
  const { labels, state: { linear } } = step;
  const request = { z_BZ, noise, labels, linear, by: moments && { seen: moments } };
  return generate(atHeScale(params), request, generatorOptions(step.setting));
}

/** The penalty that a config asks for, times its weight, at pictures as the discriminator sees them. */
export function weighedPenalty(
  critic: Critic,
  { step, fake_BHWC, factor }: { step: Step; fake_BHWC: tf.Tensor4D; factor: number },
): Penalty & { readonly weighed: tf.Scalar } {
  const { penalty: name, penaltyWeight } = step.setting.config;
  if (name === "none") throw new Error("no penalty is asked for");
  const found = gradientPenalties[name](critic, {
    real_BHWC: step.real_BHWC,
    fake_BHWC,
    key: fold(step.key, "penalty"),
    rows_B: step.rows_B,
  });
  return { ...found, weighed: tf.mul(found.penalty, penaltyWeight * factor) as tf.Scalar };
}

/** Whether every step's loss holds the penalty. */
function penalisesAlways({ config }: Setting): boolean {
  return config.penalty !== "none" && config.penaltyEvery === 1;
}

/** What the discriminator makes of a batch and as many generated pictures. */
export type Turn = {
  readonly loss: tf.Scalar;
  readonly grads: Discriminator;
  readonly scores: Scores;
  /** Moments of its layers, where it normalises over the batch. */
  readonly moments: readonly Moments[];
  /** ∂loss/∂x̃. */
  readonly slopes_BHWC: tf.Tensor4D;
  /** What its penalty reports, where every step has one. */
  readonly found: TensorRecord;
};

/** D of both halves: in one pass, but where layers normalise over the batch, each half for itself. */
function scored(
  layers: Discriminator,
  { real_BHWC, fake_BHWC }: { real_BHWC: tf.Tensor4D; fake_BHWC: tf.Tensor4D },
  { labels, setting: { conditions } }: Step,
): Pick<Turn, "scores" | "moments"> {
  if (layers.plain === undefined) {
    const both = Object.fromEntries(
      conditions.map(({ name }) => [name, tf.concat([labels[name], labels[name]])]),
    ) as Labels;
    const x_BHWC = tf.concat([real_BHWC, fake_BHWC]);
    const score_B = discriminate(layers, { x_BHWC, labels: both }, conditions);
    const [real_B, fake_B] = tf.split(score_B, 2) as tf.Tensor1D[];
    return { scores: { real_B, fake_B }, moments: [] };
  }
  const [real, fake] = [real_BHWC, fake_BHWC].map((x_BHWC) => {
    const moments: Moments[] = [];
    const by = { seen: moments };
    return { score_B: discriminate(layers, { x_BHWC, labels, by }, conditions), moments };
  });
  return {
    scores: { real_B: real.score_B, fake_B: fake.score_B },
    moments: emaUpdate(real.moments, fake.moments, 0.5),
  };
}

/** The discriminator's loss with its gradients in the weights and in the generated pictures. */
export function discriminatorTurn(step: Step, fake_BHWC: tf.Tensor4D): Turn {
  const { state, setting, pairs } = step;
  const { config } = setting;
  const game = adversarialLosses[config.loss];
  const real = augmented(step.real_BHWC, "real", step);
  const moved = { params: state.discriminator.params, fake_BHWC };
  const { loss, aux, grads } = valueAndGrad(({ params, fake_BHWC }: typeof moved) => {
    const layers = layersOf(params, setting, pairs);
    const halves = { real_BHWC: real, fake_BHWC: augmented(fake_BHWC, "fake", step) };
    const { scores, moments } = scored(layers, halves, step);
    const adversarial = tf.mean(game.discriminator(scores)) as tf.Scalar;
    if (!penalisesAlways(setting)) {
      return { loss: adversarial, aux: { scores, moments, found: {} } };
    }
    const { weighed, ...found } = weighedPenalty(criticOf(layers, step), {
      step: { ...step, real_BHWC: real },
      // Those of the argument outside: the penalty moves the discriminator alone.
      fake_BHWC: augmented(moved.fake_BHWC, "fake", step),
      factor: 1,
    });
    return { loss: tf.add(adversarial, weighed) as tf.Scalar, aux: { scores, moments, found } };
  }, moved);
  const told = aux as unknown as Pick<Turn, "scores" | "moments" | "found">;
  return { loss, grads: grads.params, slopes_BHWC: grads.fake_BHWC, ...told };
}

/** Slopes of the generator's loss in its pictures. */
function generatorSlopes(
  { scores, slopes_BHWC }: Turn,
  { step, fake_BHWC }: { step: Step; fake_BHWC: tf.Tensor4D },
): tf.Tensor4D {
  const { setting, state } = step;
  const game = adversarialLosses[setting.config.loss];
  if (game.exchange !== undefined && state.discriminator.params.plain === undefined) {
    // No picture's score depends on another picture: each slope is the discriminator's times a number.
    return tf.mul(slopes_BHWC, tf.reshape(game.exchange(scores), [-1, 1, 1, 1]));
  }
  const critic = criticOf(layersOf(state.discriminator.params, setting, step.pairs), step);
  return valueAndGrad((fake_BHWC: tf.Tensor4D) => {
    const fake_B = critic(augmented(fake_BHWC, "fake", step));
    return { loss: tf.mean(game.generator({ ...scores, fake_B })) as tf.Scalar };
  }, fake_BHWC).grads;
}

/**
 * Both players' turns on the same pictures: the generator's gradient is that of ⟨G(z), v⟩ with v the
 * slopes of its loss in the pictures, held constant.
 */
export function playerGradients(
  step: Step,
): { turn: Turn; grads: Generator; moments: readonly Moments[] } {
  const { aux, grads } = valueAndGrad((params: Generator) => {
    const moments: Moments[] = [];
    const fake_BHWC = fakes(params, step, moments);
    const given_BHWC = detached(fake_BHWC);
    const turn = discriminatorTurn(step, given_BHWC);
    const slopes_BHWC = detached(generatorSlopes(turn, { step, fake_BHWC: given_BHWC }));
    return { loss: tf.sum(tf.mul(fake_BHWC, slopes_BHWC)) as tf.Scalar, aux: { turn, moments } };
  }, step.state.generator.params);
  return { ...(aux as unknown as { turn: Turn; moments: readonly Moments[] }), grads };
}
