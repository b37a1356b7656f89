/**
 * Training: one step of the whole batch, or of its parts one after the other, whose gradients of sums
 * are added. Either way the loss is the mean over all targets of the batch.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { type DecoderParameters, initDecoder } from "../../backbones/mod.ts";
import { leaves, mapTree } from "../../engine/mod.ts";
import {
  adam,
  type AdamSlots,
  emaInit,
  emaUpdate,
  globalNorm,
  muon,
  valueAndGrad,
  warmupCosine,
  warmupLinear,
} from "../../nn/mod.ts";
import { fold, type Key } from "../../random/mod.ts";
import type { TensorRecord } from "../family.ts";
import { type FamilyProgram, updates } from "../common/programs.ts";
import { emaDecay } from "../common/training.ts";
import { type Config, learningRateOf } from "./config.ts";
import { type Setting, tokenizerTensor, type Weights } from "./model.ts";
import { targetCount, windowNats } from "./objective.ts";

/** What a checkpoint holds. */
export type State = Weights & {
  /** The optimiser's, where it is trained. */
  readonly slots?: AdamSlots<DecoderParameters>;
  /** Steps done, int32. */
  readonly step: tf.Scalar;
  /** Which tokenizer its tokens are of: int32 [8]. */
  readonly tokenizer: tf.Tensor1D;
  /** Gradients and nats of the parts of a batch that were seen, where it has several. */
  readonly sums?: Sums;
};

/** Inputs with windows, int32 [B, T + 1]. */
export type Windows = { readonly tokens_BT: tf.Tensor2D };

/** Muon's are the layers' matrices. */
const isLayerMatrix = (path: string, leaf: tf.Tensor) =>
  path.startsWith("layers/") && leaf.rank === 2;

function optimiserOf({ optimiser, weightDecay, beta2 }: Config) {
  const options = { beta1: 0.9, beta2, weightDecay };
  return optimiser === "adam" ? adam(options) : muon({ ...options, matrices: isLayerMatrix });
}

/** The state before the first step, of fresh weights. */
export function initState(key: Key, setting: Setting): State {
  return stateOf(initDecoder(fold(key, "decoder"), setting.shape), setting);
}

/** The state before the first step, of these weights. */
export function stateOf(
  params: DecoderParameters,
  { config, tokenizer, trains = true }: Pick<Setting, "config" | "tokenizer" | "trains">,
): State {
  const same = { step: tf.scalar(0, "int32"), tokenizer: tokenizerTensor(tokenizer) };
  if (!trains) return { params, ...same };
  const zeros = () => mapTree(params, (leaf) => tf.zerosLike(leaf)) as DecoderParameters;
  return {
    params,
    ...(config.ema > 0 && { ema: emaInit(params) }),
    slots: optimiserOf(config).init(params),
    ...same,
    ...(config.microBatches > 1 && { sums: { grads: zeros(), nats: tf.scalar(0) } }),
  };
}

/** The learning rate of a step. */
function learningRate(
  step: tf.Scalar,
  { config, shape }: Pick<Setting, "config" | "shape">,
  steps: number,
): tf.Scalar {
  const peak = learningRateOf(config, shape);
  const rate = config.schedule === "cosine" ? warmupCosine : warmupLinear;
  return rate(step, {
    peak,
    warmup: Math.floor(config.warmup * steps),
    steps,
    final: peak * config.decay,
  });
}

/** Nats and their gradient, summed over the targets of some windows. */
type Sums = { readonly nats: tf.Scalar; readonly grads: DecoderParameters };

function sumsOf(state: State, tokens_BT: tf.Tensor2D, setting: Setting): Sums {
  const { loss: nats, grads } = valueAndGrad(
    (params: DecoderParameters) => ({ loss: windowNats(params, tokens_BT, setting) }),
    state.params,
  );
  return { nats, grads };
}

function added(a: Sums, b: Sums): Sums {
  const others = new Map(leaves(b.grads));
  return {
    nats: tf.add(a.nats, b.nats),
    grads: mapTree(a.grads, (leaf, path) => tf.add(leaf, others.get(path)!)) as DecoderParameters,
  };
}

/** The optimiser's step by sums over a batch of `count` targets. */
function apply(
  state: State,
  { nats, grads }: Sums,
  { count, setting, steps }: {
    readonly count: tf.Scalar;
    readonly setting: Setting;
    readonly steps: number;
  },
): [State, TensorRecord] {
  const { config } = setting;
  // One pass makes means of sums and shortens them to the clip.
  const norm = tf.div(globalNorm(grads), count) as tf.Scalar;
  const clipped = tf.div(config.clipNorm, tf.maximum(norm, config.clipNorm));
  const factor = tf.div(clipped, count);
  const rate = learningRate(state.step, setting, steps);
  const { params, slots } = optimiserOf(config).update({
    grads: mapTree(grads, (leaf) => tf.mul(leaf, factor)) as DecoderParameters,
    slots: state.slots!,
    params: state.params,
    learningRate: rate,
  });
  return [{
    ...state,
    params,
    ...(state.ema && { ema: emaUpdate(state.ema, params, emaDecay(state.step, config.ema)) }),
    slots,
    step: tf.add(state.step, tf.scalar(1, "int32")),
  }, {
    loss: tf.div(nats, count),
    tokens: count,
    gradient_norm: norm,
    learning_rate: rate,
  }];
}

/** The name of the program that sees part i of a batch; the last part is `train`'s. */
const partName = (i: number) => `part_${i}`;

/** Programs that a step runs, in order. */
export function stepPrograms({ microBatches }: Config): string[] {
  return [...Array.from({ length: microBatches - 1 }, (_, i) => partName(i)), "train"];
}

/** `train`, and a program for each part of a batch before its last one. */
export function trainPrograms(
  setting: Setting,
  { steps }: { readonly steps: number },
): Readonly<Record<string, FamilyProgram>> {
  const { microBatches } = setting.config;
  const part = (tokens_BT: tf.Tensor2D, i: number) => {
    const [batch, columns] = tokens_BT.shape, rows = batch / microBatches;
    return microBatches === 1 ? tokens_BT : tf.slice(tokens_BT, [i * rows, 0], [rows, columns]);
  };
  const partSums = (state: State, tokens_BT: tf.Tensor2D, i: number): Sums => {
    const own = sumsOf(state, part(tokens_BT, i), setting);
    return i === 0 ? own : added(state.sums!, own);
  };
  return {
    ...Object.fromEntries(
      Array.from({ length: microBatches - 1 }, (_, i) => [
        partName(i),
        updates<State, Windows>((state, { tokens_BT }) => [
          { ...state, sums: partSums(state, tokens_BT, i) },
          {},
        ]),
      ]),
    ),
    train: updates<State, Windows>((state, { tokens_BT }) =>
      apply(state, partSums(state, tokens_BT, microBatches - 1), {
        count: targetCount(tokens_BT),
        setting,
        steps,
      })
    ),
  };
}
