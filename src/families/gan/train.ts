/**
 * Training steps of the two players.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { ImageSpec } from "../../data/dataset.ts";
import type { Key } from "../../engine/engine.ts";
import type { TensorTree } from "../../engine/tree.ts";
import { adam, type AdamSlots, emaUpdate, valueAndGrad, warmupCosine } from "../../nn/mod.ts";
import { pow } from "../../numeric/elementary.ts";
import { fold, normal } from "../../random/key.ts";
import { type Condition, dropLabels, type Labels } from "../conditioning.ts";
import type { TensorRecord } from "../family.ts";
import { emaDecay } from "../training.ts";
import { adapt, type Adaptation, applyPlan, drawPlan } from "./augment.ts";
import type { Settings } from "./config.ts";
import { discriminate, type Discriminator } from "./discriminator.ts";
import { generate, type Generator, type GeneratorOptions } from "./generator.ts";
import { isSmall } from "./layers.ts";
import { adversarialLosses, diagnose } from "./objective.ts";
import { type Critic, gradientPenalties, type Penalty } from "./penalty.ts";
import { type Directions, iterate, type Pair, spectrallyNormal } from "./spectral.ts";
import type { Noise } from "./style.ts";
import { atHeScale } from "./weights.ts";

/** What fixes a GAN's shapes and game. */
export interface Setting {
  readonly config: Settings;
  readonly sample: ImageSpec;
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
  };
  readonly discriminator: {
    readonly params: Discriminator;
    readonly slots: AdamSlots<Discriminator>;
    /** With spectral normalisation. */
    readonly directions?: Directions;
  };
  readonly augmentation: Adaptation;
  readonly step: tf.Scalar;
};

/** A batch and its key. */
export interface Batch {
  readonly x_BHWC: tf.Tensor4D;
  readonly rows_B: tf.Tensor1D;
  readonly labels: Labels;
  readonly key: Key;
}

/** What the generator is made with. */
export function generatorOptions({ config, sample, conditions }: Setting): GeneratorOptions {
  const { width, latent, architecture, noise } = config;
  return { sample, width, latent, architecture, noise, conditions };
}

/** Pixels in [0, 1] as the networks take them. */
export function toNetwork(x_BHWC: tf.Tensor4D): tf.Tensor4D {
  return tf.sub(tf.mul(x_BHWC, 2), 1);
}

/** Whether the discriminator sees pictures changed. */
function augments({ config, sample }: Setting): boolean {
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

/** Everything that a step's parts share. */
interface Step extends Batch {
  readonly state: State;
  readonly setting: Setting;
  readonly pairs: readonly Pair[];
  readonly real_BHWC: tf.Tensor4D;
  readonly learningRate: tf.Scalar;
}

function prepare(state: State, batch: Batch, setting: Setting): Step {
  const { config, conditions, steps } = setting;
  const { labels, rows_B, key } = batch;
  return {
    ...batch,
    labels: conditions.length === 0 ? {} : dropLabels(labels, {
      conditions,
      share: config.labelDrop,
      key: fold(key, "labels"),
      rows_B,
    }),
    state,
    setting,
    pairs: pairsOf(state.discriminator),
    real_BHWC: toNetwork(batch.x_BHWC),
    learningRate: warmupCosine(state.step, {
      peak: config.learningRate,
      warmup: Math.floor(config.warmup * steps),
      steps,
      final: config.learningRate * config.decay,
    }),
  };
}

/** Pictures as the discriminator sees them. */
function seen(x_BHWC: tf.Tensor4D, purpose: string, step: Step): tf.Tensor4D {
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
function criticOf(layers: Discriminator, { labels, setting }: Step): Critic {
  return (x_BHWC) => discriminate(layers, { x_BHWC, labels }, setting.conditions);
}

/** Pictures of the live generator. */
function fakes(params: Generator, step: Step): tf.Tensor4D {
  const { z_BZ, noise } = drawInputs(fold(step.key, "generate"), step.rows_B, step.setting);
  const request = { z_BZ, noise, labels: step.labels };
  return generate(atHeScale(params), request, generatorOptions(step.setting));
}

function optimised<P extends TensorTree>(
  now: { readonly params: P; readonly slots: AdamSlots<P> },
  grads: P,
  { setting: { config }, learningRate }: Step,
): { params: P; slots: AdamSlots<P> } {
  const { beta1, beta2 } = config;
  return adam({ beta1, beta2 }).update({ ...now, grads, learningRate });
}

/** The generator's step, and the pictures that it made for it. */
function generatorStep(step: Step) {
  const { state, setting, real_BHWC } = step;
  const { config } = setting;
  const game = adversarialLosses[config.loss];
  const critic = criticOf(layersOf(state.discriminator.params, setting, step.pairs), step);
  const real_B = game.paired ? critic(seen(real_BHWC, "real", step)) : undefined;
  const { loss, aux, grads } = valueAndGrad((params: Generator) => {
    const fake_BHWC = fakes(params, step);
    const fake_B = critic(seen(fake_BHWC, "fake", step));
    const loss_B = game.generator({ real_B: real_B ?? fake_B, fake_B });
    return { loss: tf.mean(loss_B) as tf.Scalar, aux: { fake_BHWC } };
  }, state.generator.params);
  const { params, slots } = optimised(state.generator, grads, step);
  const decay = emaDecay(state.step, halfLifeDecay(config.ema, step.rows_B.shape[0]));
  const ema = emaUpdate(state.generator.ema, params, decay);
  return { generator: { params, slots, ema }, loss, fake_BHWC: aux.fake_BHWC };
}

/** Decay a step of a half-life in pictures; 0 for none. */
export function halfLifeDecay(halfLife: number, batch: number): number {
  return halfLife === 0 ? 0 : pow(2, -batch / halfLife);
}

/** The penalty that a config asks for, times its weight, at pictures as the discriminator sees them. */
function weighedPenalty(
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

/** The discriminator's step on the batch and as many generated pictures, and what it reports. */
function discriminatorStep(step: Step, fake_BHWC: tf.Tensor4D) {
  const { state, setting, pairs, labels, real_BHWC } = step;
  const { config, conditions } = setting;
  const game = adversarialLosses[config.loss];
  const real = seen(real_BHWC, "real", step);
  const fake = seen(fake_BHWC, "fake", step);
  const both = Object.fromEntries(
    conditions.map(({ name }) => [name, tf.concat([labels[name], labels[name]])]),
  ) as Labels;
  const { loss, aux, grads } = valueAndGrad((params: Discriminator) => {
    const layers = layersOf(params, setting, pairs);
    const scores = discriminate(
      layers,
      { x_BHWC: tf.concat([real, fake]), labels: both },
      conditions,
    );
    const [real_B, fake_B] = tf.split(scores, 2) as tf.Tensor1D[];
    const adversarial = tf.mean(game.discriminator({ real_B, fake_B })) as tf.Scalar;
    if (!penalisesAlways(setting)) return { loss: adversarial, aux: { real_B, fake_B } };
    const { weighed, ...found } = weighedPenalty(criticOf(layers, step), {
      step: { ...step, real_BHWC: real },
      fake_BHWC: fake,
      factor: 1,
    });
    return {
      loss: tf.add(adversarial, weighed) as tf.Scalar,
      aux: { real_B, fake_B, ...found } as TensorRecord,
    };
  }, state.discriminator.params);
  const { real_B, fake_B, ...found } = aux as { real_B: tf.Tensor1D; fake_B: tf.Tensor1D };
  const diagnostics = diagnose({ real_B, fake_B }, game);
  return {
    discriminator: withDirections(optimised(state.discriminator, grads, step), pairs),
    diagnostics,
    outputs: { discriminator_loss: loss, ...diagnostics, ...found },
  };
}

function withDirections(
  next: Pick<State["discriminator"], "params" | "slots">,
  pairs: readonly Pair[],
): State["discriminator"] {
  return pairs.length === 0 ? next : { ...next, directions: pairs.map(({ u }) => u) };
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
  return { augmentation, step: tf.add(state.step, tf.scalar(1, "int32")) as tf.Scalar };
}

/** What every step reports beside its losses. */
function reported({ state, learningRate }: Step) {
  return { augment_p: state.augmentation.p, learning_rate: learningRate };
}

/**
 * The `train` program: both players move, each against the other as it was before the step. The
 * generator goes first, so that its pictures serve the discriminator too; see the table in
 * `../family.ts`.
 */
export function trainStep(state: State, batch: Batch, setting: Setting): [State, TensorRecord] {
  const step = prepare(state, batch, setting);
  const { generator, loss, fake_BHWC } = generatorStep(step);
  const { discriminator, diagnostics, outputs } = discriminatorStep(step, fake_BHWC);
  const rest = concluded(step, diagnostics.real_sign);
  return [{ generator, discriminator, ...rest }, { loss, ...outputs, ...reported(step) }];
}

/** The `discriminate` program: the discriminator moves alone. */
export function criticStep(state: State, batch: Batch, setting: Setting): [State, TensorRecord] {
  const step = prepare(state, batch, setting);
  const { discriminator, diagnostics, outputs } = discriminatorStep(
    step,
    fakes(state.generator.params, step),
  );
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
    : seen(fakes(state.generator.params, step), "fake", step);
  const real_BHWC = seen(step.real_BHWC, "real", step);
  const { aux, grads } = valueAndGrad((params: Discriminator) => {
    const critic = criticOf(layersOf(params, setting, step.pairs), step);
    const { weighed, ...found } = weighedPenalty(critic, {
      step: { ...step, real_BHWC },
      fake_BHWC: fake,
      factor: config.penaltyEvery,
    });
    return { loss: weighed, aux: found };
  }, state.discriminator.params);
  const discriminator = withDirections(optimised(state.discriminator, grads, step), step.pairs);
  return [{ ...state, discriminator }, aux];
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
