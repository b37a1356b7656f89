/**
 * What positions see of each other: those up to themselves; where documents are packed into one row,
 * those of their own document alone.
 *
 * Shapes: B rows, T positions of them, S rows of a cache.
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/** e to it is 0, and it overflows nothing. */
const UNSEEN = -1e9;

/** What a pass over whole rows is told of their documents. */
export interface Sight {
  /** Added to scores: [1, T, T], or [B, 1, T, T] where documents are told apart. */
  readonly mask: tf.Tensor;
  /** int32 [B, T]: places counted from each document's first token; left out: from the row's. */
  readonly places_BT?: tf.Tensor2D;
}

/** Whether a position (row) sees another (column), of one text: those up to itself. Boolean [T, T] */
function upToItself(length: number): tf.Tensor {
  const at = tf.range(0, length, 1, "int32");
  return tf.lessEqual(tf.reshape(at, [1, length]), tf.reshape(at, [length, 1]));
}

/** Added to scores: 0 where one is seen, −10⁹ elsewhere. */
function maskOf<T extends tf.Tensor>(seen: T): T {
  return tf.mul(tf.sub(1, tf.cast(seen, "float32")), UNSEEN) as T;
}

/** Positions see themselves and all before them. */
export function causalSight(length: number): Sight {
  return { mask: maskOf(tf.reshape(upToItself(length), [1, length, length])) };
}

/**
 * Positions see those before them of their own document: a document begins with `separator`.
 * @param tokens_BT int32
 */
export function documentSight(tokens_BT: tf.Tensor2D, separator: number): Sight {
  const [batch, length] = tokens_BT.shape;
  const begins = tf.cast(tf.equal(tokens_BT, tf.scalar(separator, "int32")), "float32");
  // Which document: how many have begun. Whole numbers below 2²⁴ are exact.
  const document_BT = tf.cumsum(begins, 1);
  const same = tf.equal(
    tf.reshape(document_BT, [batch, 1, 1, length]),
    tf.reshape(document_BT, [batch, 1, length, 1]),
  );
  const before = upToItself(length);
  const seen_BT = tf.cast(
    tf.logicalAnd(same, tf.reshape(before, [1, 1, length, length])),
    "float32",
  );
  // Of its document a position sees as many as its place, and itself.
  const count_BT = tf.reshape(tf.sum(seen_BT, 3), [batch, length]);
  return {
    mask: maskOf(seen_BT),
    places_BT: tf.cast(tf.sub(count_BT, 1), "int32") as tf.Tensor2D,
  };
}

/**
 * Rows that begin at column start_B (what is left of it is no text): positions see those from there up
 * to themselves.
 */
export function startedSight(length: number, start_B: tf.Tensor1D): Sight {
  const batch = start_B.shape[0];
  const at = tf.range(0, length, 1, "int32");
  const start_B1 = tf.reshape(start_B, [batch, 1]);
  const own = tf.greaterEqual(tf.reshape(at, [1, length]), start_B1);
  const seen = tf.logicalAnd(
    tf.reshape(upToItself(length), [1, 1, length, length]),
    tf.reshape(own, [batch, 1, 1, length]),
  );
  const place_BT = tf.sub(tf.reshape(at, [1, length]), start_B1);
  return {
    mask: maskOf(seen),
    places_BT: tf.maximum(place_BT, tf.scalar(0, "int32")) as tf.Tensor2D,
  };
}

/** What the position `pos` sees of the cache's rows: those from start_B up to itself. [B, 1, S] */
export function cacheSight(
  rows_S: tf.Tensor1D,
  { pos, start_B }: { readonly pos: tf.Scalar; readonly start_B: tf.Tensor1D },
): tf.Tensor3D {
  const batch = start_B.shape[0];
  const row_1S = tf.reshape(rows_S, [1, -1]);
  const later = tf.greater(row_1S, pos);
  const foreign = tf.less(row_1S, tf.reshape(start_B, [batch, 1]));
  const unseen = tf.cast(tf.logicalOr(later, foreign), "float32");
  return tf.reshape(tf.mul(unseen, UNSEEN), [batch, 1, rows_S.size]);
}
