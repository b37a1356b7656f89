/**
 * A decoder-only transformer: learnt positions, blocks that normalise first (RMSNorm), causal
 * attention of several heads, a GELU MLP four times as wide, and a head of its own (not tied to the
 * embedding). Radford et al. 2019; RMSNorm: Zhang & Sennrich 2019 (arXiv:1910.07467).
 *
 * Shapes: B batch, T positions of the context, W width, K symbols, H heads, D = W/H.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { fold, type Key } from "../random/mod.ts";
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

/** Blocks and the normalisation after them: from embedded inputs to hidden states. */
export type Blocks = { readonly layers: readonly Layer[]; readonly norm: Gain };

/** What fixes the shapes of blocks. */
export type BlockOptions = Pick<TransformerOptions, "layers" | "width" | "heads">;

/** A transformer's parameters. */
export type Transformer = Blocks & {
  readonly tokens: { readonly weight: tf.Tensor2D };
  readonly positions: { readonly weight: tf.Tensor2D };
  readonly head: Linear;
};

/** Keys and values of past positions, float32 [B·H, context, D] a layer. */
export type KeyValueCache = {
  readonly keys: readonly tf.Tensor3D[];
  readonly values: readonly tf.Tensor3D[];
};

/** Standard deviation of fresh embeddings. Radford et al. 2019. */
const EMBEDDING_SCALE = 0.02;

function initLayer(key: Key, { width, layers }: BlockOptions): Layer {
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
 * Fresh blocks.
 * @throws RangeError if the heads don't divide the width
 */
export function initBlocks(key: Key, options: BlockOptions): Blocks {
  const { layers, width, heads } = options;
  if (width % heads !== 0) throw new RangeError(`${heads} heads don't divide a width of ${width}`);
  return {
    layers: Array.from({ length: layers }, (_, i) => initLayer(fold(key, `layer ${i}`), options)),
    norm: initGain(width),
  };
}

/**
 * Fresh parameters. The head starts at zero, so that the first loss is ln K.
 * @throws RangeError if the heads don't divide the width
 */
export function initTransformer(key: Key, options: TransformerOptions): Transformer {
  const { vocabulary, context, width } = options;
  const table = (name: string, count: number) =>
    initEmbedding(fold(key, name), { count, width, scale: EMBEDDING_SCALE });
  return {
    tokens: table("tokens", vocabulary),
    positions: table("positions", context),
    ...initBlocks(key, options),
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
 * Embedded inputs to hidden states, normalised: [B, T, W]. Positions see those up to themselves, or
 * what `mask` (added to the scores, [1, T, T]) leaves them.
 */
export function blocks(
  p: Blocks,
  x_BTW: tf.Tensor3D,
  { heads, mask = causalMask(x_BTW.shape[1]) }: { heads: number; mask?: tf.Tensor3D },
): tf.Tensor3D {
  for (const layer of p.layers) {
    const [q_NTD, k_NSD, v_NSD] = project(layer, x_BTW, heads);
    const seen = mergeHeads(attention({ q_NTD, k_NSD, v_NSD, mask }), heads);
    x_BTW = rest(layer, x_BTW, seen);
  }
  return rmsNorm(p.norm, x_BTW);
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
  const x_BTW = tf.add(embed(p.tokens, tokens_BT), positions) as tf.Tensor3D;
  return linear(p.head, blocks(p, x_BTW, { heads }));
}

/** A cache for `batch` sequences with nothing in it. */
export function emptyCache(
  batch: number,
  options: BlockOptions & { readonly context: number },
): KeyValueCache {
  const { context, layers, width, heads } = options;
  const empty = () =>
    Array.from(
      { length: layers },
      () => tf.zeros([batch * heads, context, width / heads]) as tf.Tensor3D,
    );
  return { keys: empty(), values: empty() };
}

/** Where decoding is. */
export interface DecodePlace {
  /** int32 scalar in [0, context); rows of the cache below it must have been written. */
  readonly pos: tf.Scalar;
  /**
   * int32 [S], 0 … S − 1: the rows of the cache that are looked at, `pos` among them; default all.
   * Their number is part of a compiled program's shapes, so that early positions needn't read what
   * is still empty: see `rowsFor`.
   */
  readonly rows_S?: tf.Tensor1D;
}

/** One position's input. */
export interface DecodeInput extends DecodePlace {
  /** int32: the symbol at `pos` of each sequence. */
  readonly token_B: tf.Tensor1D;
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
 * One position of `blocks` with a causal mask: hidden states [B, 1, W] of the embedded inputs
 * x_B1W, with the keys and values of positions before from the cache, and the cache with this
 * position in it. What it costs depends on the number of rows, not on `pos`, so that one compiled
 * program serves all positions below that number.
 */
export function blocksStep(
  p: Blocks,
  cache: KeyValueCache,
  { x_B1W, pos, rows_S, heads }: DecodePlace & { readonly x_B1W: tf.Tensor3D; heads: number },
): { readonly hidden_B1W: tf.Tensor3D; readonly cache: KeyValueCache } {
  const context = cache.keys[0].shape[1];
  const rows = rows_S ?? tf.range(0, context, 1, "int32");
  const mask = cacheMask(rows, pos);
  const seen = (cache_NTD: tf.Tensor3D) =>
    rows.size === context
      ? cache_NTD
      : tf.slice(cache_NTD, 0, [cache_NTD.shape[0], rows.size, cache_NTD.shape[2]]);
  const keys: tf.Tensor3D[] = [];
  const values: tf.Tensor3D[] = [];
  let x_BTW = x_B1W;
  p.layers.forEach((layer, i) => {
    const [q_NTD, k_N1D, v_N1D] = project(layer, x_BTW, heads);
    const k_NSD = writeRow(cache.keys[i], k_N1D, pos);
    const v_NSD = writeRow(cache.values[i], v_N1D, pos);
    keys.push(k_NSD);
    values.push(v_NSD);
    const found = attention({ q_NTD, k_NSD: seen(k_NSD), v_NSD: seen(v_NSD), mask });
    x_BTW = rest(layer, x_BTW, mergeHeads(found, heads));
  });
  return { hidden_B1W: rmsNorm(p.norm, x_BTW), cache: { keys, values } };
}

/**
 * One position of `transformer`; see `blocksStep`.
 * @returns logits [B, K] of the next symbol, and the cache with this position in it
 */
export function decodeStep(
  p: Transformer,
  cache: KeyValueCache,
  { token_B, pos, rows_S, heads, width }: DecodeInput & TransformerOptions,
): { readonly logits_BK: tf.Tensor2D; readonly cache: KeyValueCache } {
  const batch = token_B.shape[0];
  const position_1W = tf.gather(p.positions.weight, tf.reshape(pos, [1]) as tf.Tensor1D);
  const x_BW = tf.add(embed(p.tokens, token_B), position_1W);
  const x_B1W = tf.reshape(x_BW, [batch, 1, width]) as tf.Tensor3D;
  const step = blocksStep(p, cache, { x_B1W, pos, rows_S, heads });
  const logits_BK = tf.reshape(linear(p.head, step.hidden_B1W), [batch, -1]) as tf.Tensor2D;
  return { logits_BK, cache: step.cache };
}
