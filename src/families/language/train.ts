/**
 * Training: one step of the whole batch, or of its parts one after the other, whose gradients of sums
 * are added. Either way the loss is the mean over all targets of the batch.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { type DecoderParameters, initDecoder } from "../../backbones/mod.ts";
import { leaves, mapTree, type TensorTree } from "../../engine/mod.ts";
import {
  adam,
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
import { initAdapter, settled } from "./adapters/mod.ts";
import { type Config, learningRateOf } from "./config.ts";
import {
  adapterIn,
  movingOf,
  type Setting,
  type State,
  type Sums,
  tokenizerTensor,
  wholeOf,
} from "./model.ts";
import { toldBy } from "./objectives/objective.ts";
import { objectiveOf } from "./objectives/table.ts";

/** Muon's are the decoder's layers' matrices. */
const isLayerMatrix = (path: string, leaf: tf.Tensor) =>
  /^(params\/)?layers\//.test(path) && leaf.rank === 2;

/** Of an adapter, matrices decay: neither magnitudes nor what stands in the place of tokens. */
const isMatrix = (_path: string, leaf: tf.Tensor) => leaf.rank === 2;

function optimiserOf({ optimiser, weightDecay, beta2, adapter }: Config) {
  const options = { beta1: 0.9, beta2, weightDecay };
  if (adapter !== undefined) return adam({ ...options, decays: isMatrix });
  return optimiser === "adam" ? adam(options) : muon({ ...options, matrices: isLayerMatrix });
}

/** What a state is made of beside its weights. */
export type Beside = Pick<State, "adapter" | "head" | "frozen">;

/** What is trained or held beside the decoder, before the first step. */
export function initBeside(
  key: Key,
  setting: Setting,
  { trainSize }: { readonly trainSize: number },
): Beside {
  const { head, frozen } = objectiveOf(setting.config), adapter = adapterIn(setting);
  return {
    ...(adapter && { adapter: initAdapter(fold(key, "adapter"), adapter, setting.shape) }),
    ...(head && { head: head(fold(key, "head"), setting) }),
    ...(frozen && setting.trains !== false && { frozen: frozen(setting, { trainSize }) }),
  };
}

/** The state before the first step, of fresh weights. */
export function initState(key: Key, setting: Setting, beside: Beside = {}): State {
  return stateOf(initDecoder(fold(key, "decoder"), setting.shape), setting, beside);
}

/** The state before the first step, of these weights; an adapter that isn't a file's is fitted to them. */
export function stateOf(
  params: DecoderParameters,
  { trains = true, ...setting }: Pick<
    Setting,
    "config" | "shape" | "adapter" | "tokenizer" | "trains" | "attributes"
  >,
  { frozen, adapter, ...beside }: Beside = {},
): State {
  const { config, tokenizer } = setting;
  const fitted = adapter !== undefined && config.adapter?.file === undefined
    ? settled(adapter, params, adapterIn(setting)!)
    : adapter;
  const whole = { params, ...(fitted && { adapter: fitted }), ...beside };
  const same = { step: tf.scalar(0, "int32"), tokenizer: tokenizerTensor(tokenizer) };
  if (!trains) return { ...whole, ...same };
  const moving = movingOf(whole);
  const tells = toldBy(objectiveOf(config), setting);
  return {
    ...whole,
    ...(config.ema > 0 && { ema: emaInit(moving) }),
    slots: optimiserOf(config).init(moving),
    ...same,
    ...(config.microBatches > 1 && {
      sums: {
        grads: mapTree(moving, (leaf) => tf.zerosLike(leaf)),
        loss: tf.scalar(0),
        aux: Object.fromEntries(tells.map((name) => [name, tf.scalar(0)])),
      },
    }),
    ...(frozen && { frozen }),
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

/** Whether a step leaves out something at random. */
function drops(setting: Setting): boolean {
  const adapter = adapterIn(setting);
  return adapter !== undefined && "dropout" in adapter && adapter.dropout > 0;
}

function sumsOf(state: State, inputs: TensorRecord, { setting, key, whole }: {
  readonly setting: Setting;
  readonly key: Key;
  readonly whole: TensorRecord;
}): Sums {
  const { sums } = objectiveOf(setting.config);
  const own = drops(setting) ? { ...setting, noise: fold(key, "dropout") } : setting;
  const { loss, aux, grads } = valueAndGrad(
    (moving: TensorTree) =>
      sums(wholeOf(state, moving), inputs, { state, setting: own, key, whole }),
    movingOf(state),
  );
  return { loss, aux: aux as Sums["aux"], grads };
}

function added(a: Sums, b: Sums): Sums {
  const others = new Map(leaves(b.grads));
  return {
    loss: tf.add(a.loss, b.loss),
    aux: Object.fromEntries(
      Object.entries(b.aux).map(([name, told]) => [name, tf.add(a.aux[name], told) as tf.Scalar]),
    ),
    grads: mapTree(a.grads, (leaf, path) => tf.add(leaf, others.get(path)!)),
  };
}

/** The optimiser's step by sums over a batch with so many targets, or pairs, or whatever is counted. */
function apply(
  state: State,
  { loss, aux, grads }: Sums,
  { count, setting, steps }: {
    readonly count: tf.Scalar;
    readonly setting: Setting;
    readonly steps: number;
  },
): [State, TensorRecord] {
  const { config } = setting, { counts } = objectiveOf(config);
  // One pass makes means of sums and shortens them to the clip.
  const norm = tf.div(globalNorm(grads), count) as tf.Scalar;
  const clipped = tf.div(config.clipNorm, tf.maximum(norm, config.clipNorm));
  const factor = tf.div(clipped, count);
  const rate = learningRate(state.step, setting, steps);
  const { params: moving, slots } = optimiserOf(config).update({
    grads: mapTree(grads, (leaf) => tf.mul(leaf, factor)),
    slots: state.slots!,
    params: movingOf(state),
    learningRate: rate,
  });
  return [{
    ...state,
    ...wholeOf(state, moving),
    ...(state.ema && { ema: emaUpdate(state.ema, moving, emaDecay(state.step, config.ema)) }),
    slots,
    step: tf.add(state.step, tf.scalar(1, "int32")),
  }, {
    loss: tf.div(loss, count),
    [counts]: count,
    gradient_norm: norm,
    learning_rate: rate,
    ...Object.fromEntries(Object.entries(aux).map(([name, told]) => [name, tf.div(told, count)])),
  }];
}

/** The name of the program that sees part i of a batch; the last part is `train`'s. */
const partName = (i: number) => `part_${i}`;

/** Times that a step trains on its inputs. */
function passesOf(setting: Setting): number {
  return objectiveOf(setting.config).passes?.(setting) ?? 1;
}

/** Programs that a step runs, in order. */
export function stepPrograms(setting: Setting): string[] {
  const { microBatches } = setting.config;
  const once = [...Array.from({ length: microBatches - 1 }, (_, i) => partName(i)), "train"];
  return Array.from({ length: passesOf(setting) }, () => once).flat();
}

/** `train`, and a program for each part of a batch before its last one. */
export function trainPrograms(
  setting: Setting,
  { steps }: { readonly steps: number },
): Readonly<Record<string, FamilyProgram>> {
  const { microBatches } = setting.config;
  const part = (inputs: TensorRecord, i: number) =>
    microBatches === 1 ? inputs : mapTree(inputs, (leaf) => {
      const rows = leaf.shape[0] / microBatches;
      const begin = leaf.shape.map((_, axis) => axis === 0 ? i * rows : 0);
      return tf.slice(leaf, begin, [rows, ...leaf.shape.slice(1)]);
    }) as TensorRecord;
  const partSums = (state: State, inputs: TensorRecord, { i, key }: { i: number; key: Key }) => {
    const own = sumsOf(state, part(inputs, i), {
      setting,
      key: i === 0 ? key : fold(key, i),
      whole: inputs,
    });
    return i === 0 ? own : added(state.sums!, own);
  };
  const { count, renewed } = objectiveOf(setting.config);
  const passes = passesOf(setting);
  return {
    ...Object.fromEntries(
      Array.from({ length: microBatches - 1 }, (_, i) => [
        partName(i),
        updates<State, TensorRecord>((state, inputs, key) => [
          { ...state, sums: partSums(state, inputs, { i, key }) },
          {},
        ]),
      ]),
    ),
    train: updates<State, TensorRecord>((state, inputs, key) => {
      const [next, told] = apply(state, partSums(state, inputs, { i: microBatches - 1, key }), {
        count: count(inputs),
        setting,
        // The rate falls by updates, of which a step has one a pass.
        steps: steps * passes,
      });
      return [renewed ? { ...next, frozen: renewed(next.frozen!, inputs) } : next, told];
    }),
  };
}
