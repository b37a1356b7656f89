/**
 * The harness's side of each model: its parameters, and the step as a program that an engine
 * compiles. All draws come in as inputs, so that every contender computes on the same numbers.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import {
  type DecoderCache,
  type DecoderParameters,
  decoderStep,
  decodeStep,
  emptyCache,
  initDecoder,
  initTransformer,
  initUnet,
  type KeyValueCache,
  type Transformer,
  transformer,
  type Unet,
  unet,
} from "../../../backbones/mod.ts";
import { disposeTree, mapTree, type Program, type TensorTree } from "../../../engine/mod.ts";
import { fold, type Key, keyTensor, normal } from "../../../random/mod.ts";
import type { Model, TensorRecord } from "../../../families/mod.ts";
import { config as languageConfig, language } from "../../../families/language/mod.ts";
import type { Tokenizer } from "../../../tokenizers/mod.ts";
import { initParameters, type Parameters, pass, terms } from "../../../families/vae/mod.ts";
import { advance, initTrained, type Trained } from "../../../families/common/mod.ts";
import { adam, type AdamSlots, fanOf, softmaxCrossEntropy, valueAndGrad } from "../../../nn/mod.ts";
import {
  type LanguageSettings,
  type ModelSettings,
  type TransformerSettings,
  type UnetSettings,
  vaeConfig,
  type VaeSettings,
} from "../models.ts";

/** One step: training gives `loss` (scalar), decoding `logits_BK`. */
export type PeerProgram = Program<TensorTree, Readonly<Record<string, tf.Tensor>>, {
  readonly [name: string]: tf.Tensor;
}>;

/** A model, ready to be compiled. */
export interface PeerModel {
  /** The state before the first step. The parameters become part of it. */
  state(params: TensorTree): TensorTree;
  readonly program: PeerProgram;
}

/**
 * How far parameters are moved from where they start, so that layers that start at zero take part:
 * weights by this share of 1/√(fan in), vectors by this number.
 */
const WAKE = { weights: 0.5, vectors: 0.1 } as const;

/** Parameters as the model's own code draws them. */
export function freshParameters(key: Key, settings: ModelSettings): TensorTree {
  if (settings.model === "vae") return initParameters(key, settings);
  if (settings.model === "unet") return initUnet(key, settings);
  return settings.model === "language"
    ? initDecoder(key, settings)
    : initTransformer(key, settings);
}

/** Parameters that every contender starts from. */
export function initialParameters(key: Key, settings: ModelSettings): TensorTree {
  return tf.tidy(() =>
    mapTree(
      freshParameters(key, settings),
      (leaf, path) => {
        const step = leaf.rank < 2 ? WAKE.vectors : WAKE.weights / Math.sqrt(fanOf(leaf.shape).in);
        return tf.add(leaf, tf.mul(normal(fold(key, path), leaf.shape), step));
      },
    ) as tf.TensorContainer
  ) as TensorTree;
}

type Inputs = Readonly<Record<string, tf.Tensor>>;

function vaeModel(settings: VaeSettings): PeerModel {
  const config = vaeConfig({ ...settings, learningRate: settings.optimiser?.learningRate });
  const { sample, optimiser } = settings;
  const setting = { config, sample, trainSize: 1 };
  const program = (state: Trained<Parameters>, { x, noise }: Inputs) => {
    const noise_BKZ = tf.expandDims(noise, 1) as tf.Tensor3D;
    const { loss, grads } = valueAndGrad((params: Parameters) => {
      const done = pass(params, { x_BHWC: x as tf.Tensor4D, noise_BKZ }, setting);
      return { loss: terms(done, { beta: config.beta, setting }).loss };
    }, state.params);
    const { learningRate: _rate, ...next } = advance(state, grads, {
      settings: config,
      steps: optimiser!.steps!,
      lossScale: sample.height * sample.width * sample.channels,
    });
    return [next, { loss }];
  };
  return {
    state: (params) => initTrained(params),
    program: program as unknown as PeerProgram,
  };
}

type Bare<P extends TensorTree> = { readonly params: P; readonly slots: AdamSlots<P> };

/** Adam at a constant rate on a loss. */
function bareModel<P extends TensorTree>(
  settings: ModelSettings,
  lossOf: (params: P, inputs: Inputs) => tf.Scalar,
): PeerModel {
  const optimiser = adam();
  const program = (state: Bare<P>, inputs: Inputs) => {
    const { loss, grads } = valueAndGrad(
      (params: P) => ({ loss: lossOf(params, inputs) }),
      state.params,
    );
    const learningRate = tf.scalar(settings.optimiser!.learningRate);
    return [optimiser.update({ grads, ...state, learningRate }), { loss }];
  };
  return {
    state: (params) => ({ params, slots: optimiser.init(params) as TensorTree }),
    program: program as unknown as PeerProgram,
  };
}

/**
 * A rectified flow: x(t) = (1 − t)·x + t·ε; the network says dx/dt = ε − x. Mean squared error.
 * Liu et al. 2022 (arXiv:2209.03003).
 */
function unetModel(settings: UnetSettings): PeerModel {
  return bareModel<Unet>(settings, (params, { x, noise, time }) => {
    const t = tf.reshape(time, [-1, 1, 1, 1]);
    const noisy = tf.add(tf.mul(x, tf.sub(1, t)), tf.mul(noise, t)) as tf.Tensor4D;
    const out = unet(params, noisy, time as tf.Tensor1D);
    return tf.mean(tf.square(tf.sub(out, tf.sub(noise, x)))) as tf.Scalar;
  });
}

function transformerModel(settings: TransformerSettings): PeerModel {
  return bareModel<Transformer>(settings, (params, { tokens, targets }) => {
    const logits = transformer(params, tokens as tf.Tensor2D, settings);
    return softmaxCrossEntropy(
      tf.reshape(logits, [-1, settings.vocabulary]),
      tf.reshape(targets, [-1]) as tf.Tensor1D,
    );
  });
}

type Decoding = { readonly params: Transformer; readonly cache: KeyValueCache };

function decodeModel(settings: TransformerSettings): PeerModel {
  const program = ({ params, cache }: Decoding, { token, pos, rows }: Inputs) => {
    const { logits_BK, cache: next } = decodeStep(params, cache, {
      ...settings,
      token_B: token as tf.Tensor1D,
      pos: pos as tf.Scalar,
      rows_S: rows as tf.Tensor1D,
    });
    return [{ params, cache: next }, { logits_BK }];
  };
  return {
    state: (params) => ({ params, cache: emptyCache(settings.batch, settings) }),
    program: program as unknown as PeerProgram,
  };
}

/** Tokens that stand for no text: what a family is told of those that contenders are given. */
function bareTokens({ vocabulary, separator }: LanguageSettings): Tokenizer {
  const refuse = () => {
    throw new Error("the contenders' tokens stand for no text");
  };
  return {
    name: "tokens",
    digest: "tokens",
    vocabulary,
    separator,
    special: {},
    encode: refuse,
    decode: refuse,
    lengths: new Uint8Array(vocabulary),
  };
}

/** families/language's own model, over the tokens of a tokenizer or over bare ones. */
export function languageFamily(
  settings: LanguageSettings,
  tokenizer: Tokenizer = bareTokens(settings),
): Model {
  const { config, batch, context: length, optimiser } = settings;
  return language.build(languageConfig.parse(config), {
    sample: { kind: "text", tokenizer, length },
    steps: optimiser?.steps ?? 1,
    trainSize: batch,
    batch,
    factors: [],
  });
}

function languageModel(settings: LanguageSettings): PeerModel {
  const { init, programs: { train } } = languageFamily(settings);
  return {
    state: (params) => {
      const { params: fresh, ...state } = init(keyTensor([0, 0]));
      disposeTree(fresh);
      return { ...state, params };
    },
    program: ((state, { tokens }, key) => {
      const [next, { loss }] = train(state as TensorRecord, { tokens_BT: tokens }, key);
      return [next, { loss }];
    }) as PeerProgram,
  };
}

type LanguageDecoding = { readonly params: DecoderParameters; readonly cache: DecoderCache };

function languageDecodeModel(settings: LanguageSettings): PeerModel {
  const { batch, keyValueHeads, context, headWidth, layers } = settings;
  const program = ({ params, cache }: LanguageDecoding, { token, pos, rows }: Inputs) => {
    const { logits_BV, cache: next } = decoderStep(params, {
      cache,
      token_B: token as tf.Tensor1D,
      pos: pos as tf.Scalar,
      start_B: tf.zeros([batch], "int32") as tf.Tensor1D,
      rows_S: rows as tf.Tensor1D,
    }, settings);
    return [{ params, cache: next }, { logits_BK: logits_BV }];
  };
  const empty = () =>
    Array.from(
      { length: layers },
      () => tf.zeros([batch * keyValueHeads, context, headWidth]) as tf.Tensor3D,
    );
  return {
    state: (params) => ({ params, cache: { keys: empty(), values: empty() } }),
    program: program as unknown as PeerProgram,
  };
}

/** The model of some settings. */
export function peerModel(settings: ModelSettings): PeerModel {
  if (settings.model === "vae") return vaeModel(settings);
  if (settings.model === "unet") return unetModel(settings);
  const decodes = settings.task === "decode";
  if (settings.model === "language") {
    return decodes ? languageDecodeModel(settings) : languageModel(settings);
  }
  return decodes ? decodeModel(settings) : transformerModel(settings);
}
