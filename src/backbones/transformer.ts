/**
 * A decoder-only transformer: learnt positions, blocks that normalise first (RMSNorm), causal
 * attention of several heads, a GELU MLP four times as wide, and a head of its own (not tied to the
 * embedding). Radford et al. 2019; RMSNorm: Zhang & Sennrich 2019 (arXiv:1910.07467).
 *
 * Shapes: B batch, T positions of the context, W width, K symbols, H heads, D = W/H.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Key } from "../engine/engine.ts";
import {
  attention,
  cacheMask,
  causalMask,
  embed,
  type Gain,
  gelu,
  initEmbedding,
  initGain,
  initLinear,
  type Linear,
  linear,
  mergeHeads,
  rmsNorm,
  splitHeads,
  writeRow,
} from "../nn/mod.ts";
import { fold } from "../random/key.ts";

/** What fixes the shapes. */
export interface TransformerOptions {
  /** Number of symbols, K. */
  readonly vocabulary: number;
  /** Longest sequence. */
  readonly context: number;
  readonly layers: number;
  readonly width: number;
  /** Must divide the width. */
  readonly heads: number;
}

/** A layer's parameters. */
export type Layer = {
  readonly norm1: Gain;
  /** [W, 3W]: queries, keys, values. */
  readonly qkv: Linear;
  readonly out: Linear;
  readonly norm2: Gain;
  readonly up: Linear;
  readonly down: Linear;
};

/** A transformer's parameters. */
export type Transformer = {
  readonly tokens: { readonly weight: tf.Tensor2D };
  readonly positions: { readonly weight: tf.Tensor2D };
  readonly layers: readonly Layer[];
  readonly norm: Gain;
  readonly head: Linear;
};

/** Keys and values of past positions, float32 [B·H, context, D] a layer. */
export type KeyValueCache = {
  readonly keys: readonly tf.Tensor3D[];
  readonly values: readonly tf.Tensor3D[];
};

/** Standard deviation of fresh embeddings. Radford et al. 2019. */
const EMBEDDING_SCALE = 0.02;

function initLayer(key: Key, { width, layers }: TransformerOptions): Layer {
  // He's √2 is for rectifiers: linear maps keep their input's size. What is added to the residual
  // stream, 2·layers times, is made smaller by the root of that number.
  const plain = Math.SQRT1_2;
  const added = plain / Math.sqrt(2 * layers);
  return {
    norm1: initGain(width),
    qkv: initLinear(fold(key, "qkv"), { in: width, out: 3 * width, scale: plain }),
    out: initLinear(fold(key, "out"), { in: width, out: width, scale: added }),
    norm2: initGain(width),
    up: initLinear(fold(key, "up"), { in: width, out: 4 * width, scale: plain }),
    down: initLinear(fold(key, "down"), { in: 4 * width, out: width, scale: added }),
  };
}

/**
 * Fresh parameters. The head starts at zero, so that the first loss is ln K.
 * @throws RangeError if the heads don't divide the width
 */
export function initTransformer(key: Key, options: TransformerOptions): Transformer {
  const { vocabulary, context, layers, width, heads } = options;
  if (width % heads !== 0) throw new RangeError(`${heads} heads don't divide a width of ${width}`);
  const table = (name: string, count: number) =>
    initEmbedding(fold(key, name), { count, width, scale: EMBEDDING_SCALE });
  return {
    tokens: table("tokens", vocabulary),
    positions: table("positions", context),
    layers: Array.from({ length: layers }, (_, i) => initLayer(fold(key, `layer ${i}`), options)),
    norm: initGain(width),
    head: initLinear(fold(key, "head"), { in: width, out: vocabulary, scale: 0 }),
  };
}

/** Queries, keys and values of a layer, by heads: [B·H, T, D] each. */
function project(p: Layer, x_BTW: tf.Tensor3D, heads: number): tf.Tensor3D[] {
  const qkv = linear(p.qkv, rmsNorm(p.norm1, x_BTW));
  return tf.split(qkv, 3, 2).map((part) => splitHeads(part as tf.Tensor3D, heads));
}

/** Adds to the stream what attention found, then what the MLP makes of it. */
function rest(p: Layer, x_BTW: tf.Tensor3D, seen_BTW: tf.Tensor3D): tf.Tensor3D {
  const h_BTW = tf.add(x_BTW, linear(p.out, seen_BTW)) as tf.Tensor3D;
  return tf.add(h_BTW, linear(p.down, gelu(linear(p.up, rmsNorm(p.norm2, h_BTW)))));
}

/**
 * Logits of the symbol after each position, given the symbols up to it: [B, T, K].
 * @param tokens_BT int32 in [0, K), T at most the context
 * @throws RangeError for a longer sequence
 */
export function transformer(
  p: Transformer,
  tokens_BT: tf.Tensor2D,
  { context, width, heads }: TransformerOptions,
): tf.Tensor3D {
  const length = tokens_BT.shape[1];
  if (length > context) {
    throw new RangeError(`transformer: ${length} positions, the context has ${context}`);
  }
  const positions = length === context
    ? p.positions.weight
    : tf.slice(p.positions.weight, [0, 0], [length, width]);
  let x_BTW = tf.add(embed(p.tokens, tokens_BT), positions) as tf.Tensor3D;
  const mask = causalMask(length);
  for (const layer of p.layers) {
    const [q_NTD, k_NSD, v_NSD] = project(layer, x_BTW, heads);
    const seen = mergeHeads(attention({ q_NTD, k_NSD, v_NSD, mask }), heads);
    x_BTW = rest(layer, x_BTW, seen);
  }
  return linear(p.head, rmsNorm(p.norm, x_BTW));
}

/** A cache for `batch` sequences with nothing in it. */
export function emptyCache(batch: number, options: TransformerOptions): KeyValueCache {
  const { context, layers, width, heads } = options;
  const empty = () =>
    Array.from(
      { length: layers },
      () => tf.zeros([batch * heads, context, width / heads]) as tf.Tensor3D,
    );
  return { keys: empty(), values: empty() };
}

/** One position's input. */
export interface DecodeInput {
  /** int32: the symbol at `pos` of each sequence. */
  readonly token_B: tf.Tensor1D;
  /** int32 scalar in [0, context); rows of the cache below it must have been written. */
  readonly pos: tf.Scalar;
  /**
   * int32 [S], 0 … S − 1: the rows of the cache that are looked at, `pos` among them; default all.
   * Their number is part of a compiled program's shapes, so that early positions needn't read what
   * is still empty: see `rowsFor`.
   */
  readonly rows_S?: tf.Tensor1D;
}

/** The fewest rows that a program looks at. */
const LEAST_ROWS = 64;

/**
 * How many rows of a cache to look at for position `pos`: 64, 128, 256, … or all. Doubling, since
 * each number is a program of its own, and a part of the cache is copied before it is looked at.
 */
export function rowsFor(pos: number, context: number): number {
  let rows = LEAST_ROWS;
  while (rows <= pos) rows *= 2;
  return Math.min(context, rows);
}

/**
 * One position of `transformer`, with the keys and values of those before it from the cache. What
 * it costs depends on the number of rows, not on `pos`, so that one compiled program serves all
 * positions below that number.
 * @returns logits [B, K] of the next symbol, and the cache with this position in it
 */
export function decodeStep(
  p: Transformer,
  cache: KeyValueCache,
  { token_B, pos, rows_S, ...options }: DecodeInput & TransformerOptions,
): { readonly logits_BK: tf.Tensor2D; readonly cache: KeyValueCache } {
  const { context, heads, width } = options;
  const batch = token_B.shape[0];
  const position_1W = tf.gather(p.positions.weight, tf.reshape(pos, [1]) as tf.Tensor1D);
  const x_BW = tf.add(embed(p.tokens, token_B), position_1W);
  let x_BTW = tf.reshape(x_BW, [batch, 1, width]) as tf.Tensor3D;
  const rows = rows_S ?? tf.range(0, context, 1, "int32");
  const mask = cacheMask(rows, pos);
  const seen = (cache_NTD: tf.Tensor3D) =>
    rows.size === context
      ? cache_NTD
      : tf.slice(cache_NTD, 0, [cache_NTD.shape[0], rows.size, cache_NTD.shape[2]]);
  const keys: tf.Tensor3D[] = [];
  const values: tf.Tensor3D[] = [];
  p.layers.forEach((layer, i) => {
    const [q_NTD, k_N1D, v_N1D] = project(layer, x_BTW, heads);
    const k_NSD = writeRow(cache.keys[i], k_N1D, pos);
    const v_NSD = writeRow(cache.values[i], v_N1D, pos);
    keys.push(k_NSD);
    values.push(v_NSD);
    const found = attention({ q_NTD, k_NSD: seen(k_NSD), v_NSD: seen(v_NSD), mask });
    x_BTW = rest(layer, x_BTW, mergeHeads(found, heads));
  });
  const logits_BTK = linear(p.head, rmsNorm(p.norm, x_BTW));
  return { logits_BK: tf.reshape(logits_BTK, [batch, -1]), cache: { keys, values } };
}
