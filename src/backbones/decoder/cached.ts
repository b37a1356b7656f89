/**
 * A decoder position by position, with the keys and values of those before in a cache.
 *
 * Rows of a batch end at the same column: what stands left of a row's first token is never seen, and
 * places are counted from there. So one position is the same column of all rows.
 *
 * Shapes: B rows, K heads of keys, C columns of the cache, S of them that are looked at, D width of a
 * head, V vocabulary.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { writeRow } from "../../nn/mod.ts";
import { decoderLogits, decoderStates, embedded, normalised, project, rest } from "./forward.ts";
import { afterPrefix, maskAfterPrefix } from "./adapted.ts";
import { turnsAt } from "./rotary.ts";
import type { DecoderParameters, DecoderShape } from "./shape.ts";
import { cacheSight, startedSight } from "./sight.ts";

/** Keys and values of past positions, float32 [B·K, C, D] a layer. */
export type DecoderCache = {
  readonly keys: readonly tf.Tensor3D[];
  readonly values: readonly tf.Tensor3D[];
};

/** Prompts, all of which end at the last column. */
export interface Prompts {
  /** int32; −1 left of a row's first token. */
  readonly tokens_BT: tf.Tensor2D;
  /** int32: the column of each row's first token. */
  readonly start_B: tf.Tensor1D;
}

/** What a pass says of the next tokens, [B, V], and the cache after it. */
export interface Decoded {
  readonly logits_BV: tf.Tensor2D;
  readonly cache: DecoderCache;
}

/**
 * A pass over prompts.
 * @param columns C, at least the prompts' T
 */
export function prefill(
  p: DecoderParameters,
  { tokens_BT, start_B }: Prompts,
  { shape, columns }: { readonly shape: DecoderShape; readonly columns: number },
): Decoded {
  const [batch, length] = tokens_BT.shape;
  const keys: tf.Tensor3D[] = [], values: tf.Tensor3D[] = [];
  const wide = (part: tf.Tensor3D) =>
    length === columns ? part : tf.pad(part, [[0, 0], [0, columns - length], [0, 0]]);
  const hidden_BTW = decoderStates(p, tokens_BT, {
    shape,
    sight: startedSight(length, start_B),
    placed: true,
    keep: ({ k_MTD, v_MTD }) => {
      keys.push(wide(k_MTD));
      values.push(wide(v_MTD));
    },
  });
  const last_BW = tf.reshape(
    tf.slice(hidden_BTW, [0, length - 1, 0], [batch, 1, shape.width]),
    [batch, shape.width],
  );
  return { logits_BV: decoderLogits(p, last_BW) as tf.Tensor2D, cache: { keys, values } };
}

/** One position's input. */
export interface Position {
  /** int32: the token at `pos` of each row. */
  readonly token_B: tf.Tensor1D;
  /** int32 scalar in [0, C); the cache's columns below it must have been written. */
  readonly pos: tf.Scalar;
  readonly start_B: tf.Tensor1D;
  /**
   * int32 [S], 0 … S − 1: the columns that are looked at, `pos` among them. Their number is part of a
   * compiled program's shapes, so that early positions needn't read what is still empty.
   */
  readonly rows_S: tf.Tensor1D;
}

/**
 * One position of all rows. What it costs depends on S, not on `pos`, so that one compiled program
 * serves all positions below that number.
 */
export function decoderStep(
  p: DecoderParameters,
  { cache, token_B, pos, start_B, rows_S }: Position & { readonly cache: DecoderCache },
  shape: DecoderShape,
): Decoded {
  const [batch] = token_B.shape, columns = cache.keys[0].shape[1], seen = rows_S.size;
  const mask_B1S = cacheSight(rows_S, { pos, start_B });
  // A row that is only there to fill a batch may begin anywhere.
  const place_B1 = tf.reshape(
    tf.minimum(
      tf.maximum(tf.sub(pos, start_B), tf.scalar(0, "int32")),
      tf.scalar(shape.context - 1, "int32"),
    ),
    [batch, 1],
  ) as tf.Tensor2D;
  const turns = shape.positions === "rotary" ? turnsAt(shape, place_B1) : undefined;
  const mask = maskAfterPrefix(mask_B1S, p.layers[0]?.prefix);
  const lookedAt = (all: tf.Tensor3D) =>
    seen === columns ? all : tf.slice(all, 0, [all.shape[0], seen, all.shape[2]]);
  const keys: tf.Tensor3D[] = [], values: tf.Tensor3D[] = [];
  let x_B1W = embedded(p, tf.reshape(token_B, [batch, 1]) as tf.Tensor2D, place_B1);
  p.layers.forEach((layer, i) => {
    const { q_NTD, k_MTD, v_MTD } = project(layer, x_B1W, { shape, turns });
    keys.push(writeRow(cache.keys[i], k_MTD, pos));
    values.push(writeRow(cache.values[i], v_MTD, pos));
    const seen_NTD = attendOne(
      {
        q_N1D: q_NTD,
        k_MSD: afterPrefix(lookedAt(keys[i]), layer.prefix?.keys),
        v_MSD: afterPrefix(lookedAt(values[i]), layer.prefix?.values),
      },
      mask,
    );
    x_B1W = rest(layer, { x_BTW: x_B1W, seen_NTD }, shape);
  });
  const hidden_BW = tf.reshape(normalised(p.norm, x_B1W, shape), [batch, shape.width]);
  return { logits_BV: decoderLogits(p, hidden_BW) as tf.Tensor2D, cache: { keys, values } };
}

/**
 * `attend` for one query a head: [B·H, 1, D]. Products with keys are summed elementwise: engines run
 * products of a few rows and a matrix one head after the other.
 */
function attendOne(
  { q_N1D, k_MSD, v_MSD }: {
    readonly q_N1D: tf.Tensor3D;
    readonly k_MSD: tf.Tensor3D;
    readonly v_MSD: tf.Tensor3D;
  },
  mask_B1S: tf.Tensor3D,
): tf.Tensor3D {
  const [n, , d] = q_N1D.shape, [m, s] = k_MSD.shape, batch = mask_B1S.shape[0];
  const scaled = tf.mul(q_N1D, 1 / Math.sqrt(d));
  const scores = n === m
    ? tf.sum(tf.mul(scaled, k_MSD), 2)
    : tf.matMul(tf.reshape(scaled, [m, n / m, d]) as tf.Tensor3D, k_MSD, false, true);
  const byRow_BHS = tf.add(tf.reshape(scores, [batch, n / batch, s]), mask_B1S);
  const shares = tf.reshape(tf.softmax(byRow_BHS), [m, n / m, s]) as tf.Tensor3D;
  return tf.reshape(tf.matMul(shares, v_MSD), [n, 1, d]);
}
