/**
 * A model of text: p(x) = Π_t p(x_t | x_{<t}) over the tokens of a document, the separator before it
 * given, by a decoder-only transformer.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { sha256Hex } from "../../base/digest/mod.ts";
import {
  decoderLogits,
  type DecoderParameters,
  type DecoderShape,
  decoderStates,
  documentSight,
} from "../../backbones/mod.ts";
import type { TensorTree } from "../../engine/mod.ts";
import type { AdamSlots } from "../../nn/mod.ts";
import type { Key } from "../../random/mod.ts";
import type { Tokenizer } from "../../tokenizers/mod.ts";
import type { TensorRecord } from "../family.ts";
import {
  type Adapter,
  adapterOf,
  type AdapterTensors,
  attached,
  movingPart,
} from "./adapters/mod.ts";
import type { Config } from "./config.ts";
import type { Rule } from "./objectives/policy/rule.ts";
import type { Attribute } from "./objectives/reward/scales.ts";

/** What fixes a model. */
export interface Setting {
  readonly config: Config;
  readonly shape: DecoderShape;
  readonly tokenizer: Tokenizer;
  /** Tokens that end what is written. Default: the separator. */
  readonly ends?: readonly number[];
  /** Numbers that data say of dialogues, where a model learns to. */
  readonly attributes?: readonly Attribute[];
  /** What judges that which the model writes: of the run that does. */
  readonly judge?: Setting;
  /** Likewise the exact rule, in place of that of the data. */
  readonly rule?: Rule;
  /** The chat template that it is trained with. Default: its tokenizer's own, if there is one. */
  readonly template?: string;
  /** Whether training steps follow: without them a state has nothing but weights. Default: they do. */
  readonly trains?: boolean;
  /** The adapter of a file that the config names; left out where the config says what it is. */
  readonly adapter?: Adapter;
  /** In a training step: of what its adapter leaves out at random. */
  readonly noise?: Key;
}

/** The parts of a model that a loss is of. */
export type Trained = {
  readonly params: DecoderParameters;
  /** What is trained in place of the decoder's own weights, which stay as they are. */
  readonly adapter?: AdapterTensors;
  /** What an objective trains beside the decoder. */
  readonly head?: TensorRecord;
};

/** What a checkpoint holds that reading and writing text needs. */
export type Weights = TensorRecord & Trained & {
  /** The average of what is trained, as `movingOf` has it, where one is kept. */
  readonly ema?: TensorTree;
};

/** What a checkpoint holds. */
export type State = Weights & {
  /** The optimiser's, where it is trained. */
  readonly slots?: AdamSlots;
  /** Steps done, int32. */
  readonly step: tf.Scalar;
  /** Which tokenizer its tokens are of: int32 [8]. */
  readonly tokenizer: tf.Tensor1D;
  /** Sums over the parts of a batch that were seen, where it has several. */
  readonly sums?: Sums;
  /** What an objective holds and doesn't train. */
  readonly frozen?: TensorRecord;
};

/** What is minimised and told, and the gradient, summed over some rows. */
export type Sums = {
  readonly loss: tf.Scalar;
  readonly aux: Readonly<Record<string, tf.Scalar>>;
  readonly grads: TensorTree;
};

/** What steps change: the decoder alone; or what stands beside it, with the decoder or without. */
export function movingOf({ params, adapter, head }: Trained): TensorTree {
  if (adapter === undefined && head === undefined) return params;
  const own: Partial<Trained> = adapter === undefined
    ? { params }
    : { adapter: movingPart(adapter) };
  return { ...own, ...(head && { head }) } as TensorTree;
}

/** All parts, those that steps change as `moving` has them. */
export function wholeOf({ params, adapter, head }: Trained, moving: TensorTree): Trained {
  if (adapter === undefined && head === undefined) return { params: moving as DecoderParameters };
  const parts = moving as Partial<Trained>;
  return { params, ...parts, ...(adapter && { adapter: { ...adapter, ...parts.adapter } }) };
}

/** The parts that everything but training uses. */
export function evaluatedOf(state: Weights): Trained {
  return wholeOf(state, state.ema ?? movingOf(state));
}

/** What is trained in place of the decoder's weights; undefined: they are. */
export function adapterIn(
  { config, shape, adapter }: Pick<Setting, "config" | "shape" | "adapter">,
): Adapter | undefined {
  return adapter ?? (config.adapter && adapterOf(config.adapter, shape));
}

/** The decoder with whatever is trained in its place. */
export function decoderOf({ params, adapter }: Trained, setting: Setting): DecoderParameters {
  if (adapter === undefined) return params;
  const { shape, noise } = setting, own = noise && adapterIn(setting);
  const share = own && "dropout" in own ? own.dropout : 0;
  return attached(params, adapter, { shape, ...(share > 0 && { drop: { share, key: noise! } }) });
}

/** The decoder that everything but training uses. */
export function weightsOf(state: Weights, setting: Setting): DecoderParameters {
  return decoderOf(evaluatedOf(state), setting);
}

/** Inputs with windows, int32 [B, T + 1]. */
export type Windows = { readonly tokens_BT: tf.Tensor2D };

/** A window's inputs and what follows each: int32 [B, T] of [B, T + 1]. */
export function shifted(
  tokens_BT: tf.Tensor2D,
): { readonly inputs_BT: tf.Tensor2D; readonly targets_BT: tf.Tensor2D } {
  const [batch, columns] = tokens_BT.shape;
  return {
    inputs_BT: tf.slice(tokens_BT, [0, 0], [batch, columns - 1]),
    targets_BT: tf.slice(tokens_BT, [0, 1], [batch, columns - 1]),
  };
}

/**
 * Hidden states of windows whose documents don't see each other: [B·T, W].
 * @param inputs_BT int32; −1 pads
 */
export function windowStates(
  params: DecoderParameters,
  inputs_BT: tf.Tensor2D,
  { shape, tokenizer }: Setting,
): tf.Tensor2D {
  const sight = documentSight(inputs_BT, tokenizer.separator);
  const hidden_BTW = decoderStates(params, inputs_BT, { shape, sight });
  return tf.reshape(hidden_BTW, [-1, shape.width]) as tf.Tensor2D;
}

/** Logits of the tokens after those of such windows: [B·T, V]. */
export function windowLogits(
  params: DecoderParameters,
  inputs_BT: tf.Tensor2D,
  setting: Setting,
): tf.Tensor2D {
  return decoderLogits(params, windowStates(params, inputs_BT, setting)) as tf.Tensor2D;
}

/** Numbers of a model that are trained. */
export function sizeOf(shape: DecoderShape): number {
  const { vocabulary, layers, width, heads, keyValueHeads, headWidth, hidden, context } = shape;
  const attention = 2 * width * (heads + keyValueHeads) * headWidth;
  const perceptron = (shape.mlp === "swiglu" ? 3 : 2) * width * hidden;
  const tables = vocabulary * width * (shape.tied ? 1 : 2) +
    (shape.positions === "learnt" ? context * width : 0);
  return layers * (attention + perceptron) + tables;
}

/** Which tokenizer it is, as a checkpoint keeps it: the words of a sha256 of its digest, int32 [8]. */
export function tokenizerTensor({ digest }: Tokenizer): tf.Tensor1D {
  const hex = sha256Hex(digest);
  const words = Int32Array.from({ length: 8 }, (_, i) => parseInt(hex.slice(8 * i, 8 * i + 8), 16));
  return tf.tensor1d(words, "int32");
}
