/**
 * Decoder-only transformers in the forms that checkpoints come in: what fixes their shapes, and their
 * parameters.
 *
 * | form   | norm  | positions | bias | queryKeyNorm | mlp    | source                            |
 * | ------ | ----- | --------- | ---- | ------------ | ------ | --------------------------------- |
 * | Llama  | rms   | rotary    | none | no           | swiglu | Touvron et al. 2023 (2302.13971)  |
 * | Qwen 2 | rms   | rotary    | qkv  | no           | swiglu | Yang et al. 2024 (2407.10671)     |
 * | Qwen 3 | rms   | rotary    | none | yes          | swiglu | Yang et al. 2025 (2505.09388)     |
 * | GPT-2  | layer | learnt    | all  | no           | gelu   | Radford et al. 2019               |
 *
 * Shapes: V vocabulary, W width, H heads of queries, K heads of keys and values, D width of a head,
 * F hidden units, P positions.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { heNormal, type Linear, type PackedMatrix } from "../../nn/mod.ts";
import { fold, type Key } from "../../random/mod.ts";

/** How rotary angles are stretched to longer contexts than were trained first. */
export type RotaryScaling =
  | {
    readonly kind: "llama3";
    readonly factor: number;
    readonly lowFrequency: number;
    readonly highFrequency: number;
    /** Positions that were trained first. */
    readonly original: number;
  }
  | { readonly kind: "linear"; readonly factor: number };

/** Rotary embedding. Su et al. 2021 (arXiv:2104.09864). */
export interface Rotary {
  /** θ: pair i of D/2 turns by θ^(−2i/D) a position. */
  readonly base: number;
  readonly scaling?: RotaryScaling;
}

/** What fixes the shapes and the form. */
export interface DecoderShape {
  readonly vocabulary: number;
  readonly layers: number;
  readonly width: number;
  /** Heads of queries. */
  readonly heads: number;
  /** Heads of keys and values, each for heads/keyValueHeads queries. Ainslie et al. 2023 (2305.13245). */
  readonly keyValueHeads: number;
  readonly headWidth: number;
  /** Units of the perceptron. */
  readonly hidden: number;
  /** Positions at most. */
  readonly context: number;
  readonly norm: "rms" | "layer";
  /** Added to a variance before its root. */
  readonly epsilon: number;
  readonly positions: "rotary" | "learnt";
  /** Where positions are rotary. */
  readonly rotary?: Rotary;
  /** Which linear maps add a bias. */
  readonly bias: "none" | "qkv" | "all";
  /** Whether queries and keys are normalised before they are turned. */
  readonly queryKeyNorm: boolean;
  readonly mlp: "swiglu" | "gelu";
  /** Whether logits are products with the embeddings. */
  readonly tied: boolean;
}

/** A linear map: its weight is whole or packed. What is beside it is an adapter's. */
export type DecoderLinear = PackedMatrix & {
  /** [in, out]; left out where it is packed. */
  readonly weight?: tf.Tensor2D;
  /** [out] */
  readonly bias?: tf.Tensor1D;
  readonly low?: LowRank;
};

/** Added to a linear map: x·down·up. Hu et al. 2021 (arXiv:2106.09685), eq. 3. */
export type LowRank = {
  /** [in, r] */
  readonly down: tf.Tensor2D;
  /** [r, out], with the scale α/r in it. */
  readonly up: tf.Tensor2D;
  /** [out]: each output of the sum is multiplied by its own. Liu et al. 2024 (arXiv:2402.09353). */
  readonly ratio?: tf.Tensor1D;
  /** In training: inputs of `down` are kept with this probability, then divided by it. */
  readonly drop?: { readonly key: Key; readonly keep: tf.Scalar };
};

/** Keys and values that every position of a layer sees before its row's: [K, P, D], not turned any more. */
export type Prefix = { readonly keys: tf.Tensor3D; readonly values: tf.Tensor3D };

/** Added to what a part of a layer gives: gelu(h·down)·up. Houlsby et al. 2019 (arXiv:1902.00751). */
export type Bottleneck = { readonly down: Linear; readonly up: Linear };

/** A normalisation: both [W]; no bias where the norm is `rms`. */
export type DecoderNorm = { readonly gain: tf.Tensor1D; readonly bias?: tf.Tensor1D };

/** A layer's parameters. */
export type DecoderLayer = {
  readonly norm1: DecoderNorm;
  /** [W, H·D] */
  readonly query: DecoderLinear;
  /** [W, K·D] */
  readonly key: DecoderLinear;
  /** [W, K·D] */
  readonly value: DecoderLinear;
  /** [H·D, W] */
  readonly out: DecoderLinear;
  /** [D] */
  readonly queryNorm?: DecoderNorm;
  /** [D] */
  readonly keyNorm?: DecoderNorm;
  readonly norm2: DecoderNorm;
  /** [W, F], of `swiglu`. */
  readonly gate?: DecoderLinear;
  /** [W, F] */
  readonly up: DecoderLinear;
  /** [F, W] */
  readonly down: DecoderLinear;
  readonly prefix?: Prefix;
  /** After attention, and after the perceptron. */
  readonly bottlenecks?: { readonly attention: Bottleneck; readonly perceptron: Bottleneck };
};

/** A decoder's parameters. */
export type DecoderParameters = {
  /** [V, W] */
  readonly tokens: { readonly weight: tf.Tensor2D };
  /** [P, W], where positions are learnt. */
  readonly positions?: { readonly weight: tf.Tensor2D };
  readonly layers: readonly DecoderLayer[];
  readonly norm: DecoderNorm;
  /** [W, V], where it isn't tied to the embeddings. It has no bias. */
  readonly head?: { readonly weight: tf.Tensor2D };
};

/** What is wrong with a shape, or null. */
export function decoderFault(shape: DecoderShape): string | null {
  const { heads, keyValueHeads, headWidth, positions, rotary } = shape;
  if (heads % keyValueHeads !== 0) {
    return `${keyValueHeads} heads of keys and values don't divide ${heads} heads of queries`;
  }
  if (positions === "rotary" && rotary === undefined) return "rotary positions without a base";
  if (positions === "rotary" && headWidth % 2 !== 0) {
    return `heads of ${headWidth}: rotary positions turn pairs, so that their width must be even`;
  }
  return null;
}

/** Standard deviation of fresh embeddings. Radford et al. 2019. */
const EMBEDDING_SCALE = 0.02;

/** A table of normal rows. */
function table(key: Key, shape: [number, number]): { readonly weight: tf.Tensor2D } {
  // He's √(2/fan in) undone: rows of a table have no fan.
  return { weight: heNormal(key, shape, EMBEDDING_SCALE * Math.sqrt(shape[0] / 2)) as tf.Tensor2D };
}

/** Maps of a layer, by the names of their parameters: [in, out]. */
export function mapsOf(shape: DecoderShape): Readonly<Record<string, [number, number]>> {
  const { width, heads, keyValueHeads, headWidth, hidden, mlp } = shape;
  return {
    query: [width, heads * headWidth],
    key: [width, keyValueHeads * headWidth],
    value: [width, keyValueHeads * headWidth],
    out: [heads * headWidth, width],
    ...(mlp === "swiglu" && { gate: [width, hidden] as [number, number] }),
    up: [width, hidden],
    down: [hidden, width],
  };
}

function initLayer(key: Key, shape: DecoderShape): DecoderLayer {
  const { width, headWidth, layers, queryKeyNorm } = shape;
  // Linear maps keep their input's size: He's √2 is for rectifiers. What is added to the residual
  // stream, 2·layers times, is made smaller by the root of that number.
  const scaleOf = (name: string) =>
    Math.SQRT1_2 / (name === "out" || name === "down" ? Math.sqrt(2 * layers) : 1);
  const biased = (name: string) =>
    shape.bias === "all" || (shape.bias === "qkv" && ["query", "key", "value"].includes(name));
  const maps = Object.fromEntries(
    Object.entries(mapsOf(shape)).map(([name, size]) => [name, {
      weight: heNormal(fold(key, name), size, scaleOf(name)) as tf.Tensor2D,
      ...(biased(name) && { bias: tf.zeros([size[1]]) as tf.Tensor1D }),
    }]),
  ) as Pick<DecoderLayer, "query" | "key" | "value" | "out" | "gate" | "up" | "down">;
  return {
    norm1: initNorm(width, shape),
    ...maps,
    ...(queryKeyNorm && {
      queryNorm: initNorm(headWidth, shape),
      keyNorm: initNorm(headWidth, shape),
    }),
    norm2: initNorm(width, shape),
  };
}

function initNorm(width: number, { norm }: DecoderShape): DecoderNorm {
  return {
    gain: tf.ones([width]),
    ...(norm === "layer" && { bias: tf.zeros([width]) as tf.Tensor1D }),
  };
}

/**
 * Fresh parameters. A head of its own starts at zero, so that the first loss is ln V.
 * @throws RangeError for a shape that has a fault
 */
export function initDecoder(key: Key, shape: DecoderShape): DecoderParameters {
  const fault = decoderFault(shape);
  if (fault !== null) throw new RangeError(`a decoder: ${fault}`);
  const { vocabulary, context, layers, width, positions, tied } = shape;
  return {
    tokens: table(fold(key, "tokens"), [vocabulary, width]),
    ...(positions === "learnt" && {
      positions: table(fold(key, "positions"), [context, width]),
    }),
    layers: Array.from({ length: layers }, (_, i) => initLayer(fold(key, `layer ${i}`), shape)),
    norm: initNorm(width, shape),
    ...(!tied && { head: { weight: tf.zeros([width, vocabulary]) as tf.Tensor2D } }),
  };
}
