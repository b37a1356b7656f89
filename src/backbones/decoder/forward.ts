/**
 * A decoder's pass over whole rows.
 *
 * Shapes: B rows, T positions, W width, H heads of queries, K of keys and values, G = H/K, D width of a
 * head, V vocabulary.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import {
  embed,
  gated,
  gelu,
  layerNorm,
  mergeHeads,
  projectedCrossEntropy,
  projectedTargetNats,
  rmsNorm,
  splitHeads,
} from "../../nn/mod.ts";
import { rotate, type Turns, turnsAt, turnsOf } from "./rotary.ts";
import type {
  DecoderLayer,
  DecoderLinear,
  DecoderNorm,
  DecoderParameters,
  DecoderShape,
  Prefix,
} from "./shape.ts";
import { afterPrefix, isAdapted, linear, maskAfterPrefix, narrowed } from "./adapted.ts";
import { causalSight, type Sight } from "./sight.ts";

/** A normalisation over the last axis. */
export function normalised<T extends tf.Tensor>(
  { gain, bias }: DecoderNorm,
  x: T,
  { epsilon, again }: Pick<DecoderShape, "epsilon"> & { readonly again?: boolean },
): T {
  return bias === undefined
    ? rmsNorm({ gain }, x, { epsilon, again })
    : layerNorm({ gain, bias }, x, { epsilon });
}

/** Queries, keys and values of a layer, turned: [B·H, T, D], [B·K, T, D] twice. */
export interface Projected {
  readonly q_NTD: tf.Tensor3D;
  readonly k_MTD: tf.Tensor3D;
  readonly v_MTD: tf.Tensor3D;
}

/** Keys and values of a layer: [B·K, T, D] each. */
export type KeyValue = Pick<Projected, "k_MTD" | "v_MTD">;

/** See `Projected`. */
export function project(
  p: DecoderLayer,
  x_BTW: tf.Tensor3D,
  { shape, turns }: { readonly shape: DecoderShape; readonly turns?: Turns },
): Projected {
  const { heads, keyValueHeads } = shape;
  const h_BTW = normalised(p.norm1, x_BTW, { ...shape, again: isAdapted(p) });
  const placed = (map: DecoderLinear, count: number, norm?: DecoderNorm) => {
    const by_NTD = splitHeads(linear(map, h_BTW), count);
    const sized = norm === undefined ? by_NTD : normalised(norm, by_NTD, shape);
    return turns === undefined ? sized : rotate(sized, turns);
  };
  return {
    q_NTD: placed(p.query, heads, p.queryNorm),
    k_MTD: placed(p.key, keyValueHeads, p.keyNorm),
    v_MTD: splitHeads(linear(p.value, h_BTW), keyValueHeads),
  };
}

/**
 * Queries that are looked at together: what comes after them isn't multiplied out. More save less of the
 * causal half, fewer make products too small to be fast.
 */
const BLOCK = 64;

/**
 * softmax(q·kᵀ/√D + mask)·v with each head of keys for G heads of queries, whose rows are one after the
 * other: [B·H, T, D]. Vaswani et al. 2017 (arXiv:1706.03762), eq. 1; Ainslie et al. 2023
 * (arXiv:2305.13245).
 * What keys there are before those of the positions themselves, all see.
 * @param mask [1, T, S] or [B, 1, T, S]: no position sees a later one
 */
export function attend({ q_NTD, k_MTD, v_MTD }: Projected, mask: tf.Tensor): tf.Tensor3D {
  const [n, t, d] = q_NTD.shape, [m, s] = k_MTD.shape, before = s - t;
  const q_MGTD = tf.reshape(tf.mul(q_NTD, 1 / Math.sqrt(d)), [m, n / m, t, d]) as tf.Tensor4D;
  const found: tf.Tensor4D[] = [];
  for (let first = 0; first < t; first += BLOCK) {
    const rows = Math.min(BLOCK, t - first), seen = before + first + rows;
    found.push(attendBlock(
      {
        q_MGTD: part(q_MGTD, 2, { first, count: rows }),
        k_MTD: part(k_MTD, 1, { first: 0, count: seen }),
        v_MTD: part(v_MTD, 1, { first: 0, count: seen }),
      },
      part(part(mask, mask.rank - 2, { first, count: rows }), mask.rank - 1, {
        first: 0,
        count: seen,
      }),
    ));
  }
  return tf.reshape(found.length === 1 ? found[0] : tf.concat(found, 2), [n, t, d]);
}

/** Some places of one axis; the whole is given back as it is. */
function part<T extends tf.Tensor>(
  x: T,
  axis: number,
  { first, count }: { readonly first: number; readonly count: number },
): T {
  if (count === x.shape[axis]) return x;
  const begin = x.shape.map((_, i) => i === axis ? first : 0);
  return tf.slice(x, begin, x.shape.map((size, i) => i === axis ? count : size));
}

/** `attend` of some scaled queries [B·K, G, T, D] on the S keys that they may see. */
function attendBlock(
  { q_MGTD, k_MTD, v_MTD }: KeyValue & { readonly q_MGTD: tf.Tensor4D },
  mask: tf.Tensor,
): tf.Tensor4D {
  const [m, g, t, d] = q_MGTD.shape, s = k_MTD.shape[1];
  const scores = tf.matMul(tf.reshape(q_MGTD, [m, g * t, d]) as tf.Tensor3D, k_MTD, false, true);
  const batch = mask.rank === 4 ? mask.shape[0] : 1;
  const byRow = mask.rank === 4
    ? tf.reshape(scores, [batch, m * g / batch, t, s])
    : tf.reshape(scores, [m * g, t, s]);
  const shares = tf.reshape(tf.softmax(tf.add(byRow, mask)), [m, g * t, s]) as tf.Tensor3D;
  return tf.reshape(tf.matMul(shares, v_MTD), [m, g, t, d]);
}

/** Adds to the stream what attention found, then what the perceptron makes of it. */
export function rest(
  p: DecoderLayer,
  { x_BTW, seen_NTD }: { readonly x_BTW: tf.Tensor3D; readonly seen_NTD: tf.Tensor3D },
  shape: DecoderShape,
): tf.Tensor3D {
  const found_BTW = narrowed(
    p.bottlenecks?.attention,
    linear(p.out, mergeHeads(seen_NTD, shape.heads)),
  );
  const h_BTW = tf.add(x_BTW, found_BTW) as tf.Tensor3D;
  const again = isAdapted(p);
  const n_BTW = normalised(p.norm2, h_BTW, { ...shape, again });
  const up_BTF = linear(p.up, n_BTW);
  const unit_BTF = p.gate === undefined
    ? gelu(up_BTF)
    : gated(linear(p.gate, n_BTW), up_BTF, { again });
  return tf.add(h_BTW, narrowed(p.bottlenecks?.perceptron, linear(p.down, unit_BTF)));
}

/**
 * Embeddings of tokens, with their positions where these are learnt: [B, T, W].
 * @param tokens_BT int32; what is no token (−1) is read as token 0
 * @param places_BT int32 [B, T]; left out: 0 … T − 1
 */
export function embedded(
  p: DecoderParameters,
  tokens_BT: tf.Tensor2D,
  places_BT?: tf.Tensor2D,
): tf.Tensor3D {
  const known_BT = tf.maximum(tokens_BT, tf.scalar(0, "int32"));
  const x_BTW = embed(p.tokens, known_BT) as tf.Tensor3D;
  if (p.positions === undefined) return x_BTW;
  const { weight } = p.positions, [, length] = tokens_BT.shape;
  return tf.add(
    x_BTW,
    places_BT === undefined
      ? tf.slice(weight, [0, 0], [length, weight.shape[1]])
      : embed({ weight }, places_BT),
  );
}

/** How a pass is made. */
export interface DecoderPass {
  readonly shape: DecoderShape;
  /** Default: each position sees all before it. */
  readonly sight?: Sight;
  /**
   * Whether rotary positions are counted as `sight` has them. They needn't be where only their
   * differences matter. Default: from the row's first column.
   */
  readonly placed?: boolean;
  /** Told each layer's keys and values, to be kept. */
  readonly keep?: (made: KeyValue) => void;
}

/**
 * Hidden states after the last normalisation: [B, T, W].
 * @param tokens_BT int32, T at most the context; what is no token (−1) is read as token 0
 * @throws RangeError for more positions than the context
 */
export function decoderStates(
  p: DecoderParameters,
  tokens_BT: tf.Tensor2D,
  { shape, sight, placed = false, keep }: DecoderPass,
): tf.Tensor3D {
  const length = tokens_BT.shape[1];
  if (length > shape.context && !placed) {
    throw new RangeError(`a decoder of ${shape.context} positions was given ${length}`);
  }
  const { mask, places_BT } = sight ?? causalSight(length);
  // A prefix stands before each document: how far it is hangs on the place within that.
  const counted = placed || (p.layers[0]?.prefix !== undefined && places_BT !== undefined);
  const turns = shape.positions !== "rotary"
    ? undefined
    : counted
    ? turnsAt(shape, places_BT!)
    : turnsOf(shape, length);
  const x_BTW = through(p.layers, embedded(p, tokens_BT, places_BT), { shape, mask, turns, keep });
  return normalised(p.norm, x_BTW, shape);
}

/** The stream after all layers. */
function through(
  layers: readonly DecoderLayer[],
  x_BTW: tf.Tensor3D,
  { shape, mask, turns, keep }: Pick<DecoderPass, "shape" | "keep"> & {
    readonly mask: tf.Tensor;
    readonly turns?: Turns;
  },
): tf.Tensor3D {
  for (const layer of layers) {
    const made = project(layer, x_BTW, { shape, turns });
    keep?.(made);
    const seen_NTD = attend({
      q_NTD: made.q_NTD,
      k_MTD: afterPrefix(made.k_MTD, layer.prefix?.keys),
      v_MTD: afterPrefix(made.v_MTD, layer.prefix?.values),
    }, maskAfterPrefix(mask, layer.prefix));
    x_BTW = rest(layer, { x_BTW, seen_NTD }, shape);
  }
  return x_BTW;
}

/**
 * What layers make of P vectors in the place of embeddings that stand before a text: a prefix a layer.
 * They are turned as positions −P … −1; where positions are learnt they have none.
 */
export function prefixesOf(
  p: DecoderParameters,
  soft_1PW: tf.Tensor3D,
  shape: DecoderShape,
): Prefix[] {
  const length = soft_1PW.shape[1], made: Prefix[] = [];
  through(p.layers, soft_1PW, {
    shape,
    mask: causalSight(length).mask,
    turns: shape.positions === "rotary" ? turnsOf(shape, length, -length) : undefined,
    keep: ({ k_MTD, v_MTD }) => made.push({ keys: k_MTD, values: v_MTD }),
  });
  return made;
}

/** Logits of hidden states, over any leading axes: [..., V]. */
export function decoderLogits(p: DecoderParameters, hidden: tf.Tensor): tf.Tensor {
  const width = hidden.shape[hidden.rank - 1];
  const rows = tf.reshape(hidden, [-1, width]) as tf.Tensor2D;
  const logits = p.head === undefined
    ? tf.matMul(rows, p.tokens.weight, false, true)
    : tf.matMul(rows, p.head.weight);
  return tf.reshape(logits, [...hidden.shape.slice(0, -1), logits.shape[1]!]);
}

/**
 * Σ −ln p(target) over hidden states [N, W], nats, without all their logits at once. Scalar.
 * @param targets_N int32; −1: not one
 * @param options `frozen`: whether no gradient to the logits' weight is asked for
 */
export function decoderNats(
  p: DecoderParameters,
  hidden_NW: tf.Tensor2D,
  targets_N: tf.Tensor1D,
  { frozen = false }: { readonly frozen?: boolean } = {},
): tf.Scalar {
  const { weight } = p.head ?? p.tokens;
  return projectedCrossEntropy(
    { x_NW: hidden_NW, weight, transposed: p.head === undefined, frozen },
    targets_N,
  );
}

/**
 * −ln p(target) of each of some hidden states [N, W], nats: [N].
 * @param targets_N int32; −1: not one, 0 nats
 */
export function decoderTargetNats(
  p: DecoderParameters,
  hidden_NW: tf.Tensor2D,
  targets_N: tf.Tensor1D,
): tf.Tensor1D {
  const { weight } = p.head ?? p.tokens;
  return projectedTargetNats(
    { x_NW: hidden_NW, weight, transposed: p.head === undefined },
    targets_N,
  );
}

/** Logits of the token after each position: [B, T, V]. See `decoderStates`. */
export function decoder(
  p: DecoderParameters,
  tokens_BT: tf.Tensor2D,
  pass: DecoderPass,
): tf.Tensor3D {
  return decoderLogits(p, decoderStates(p, tokens_BT, pass)) as tf.Tensor3D;
}
