/**
 * The prior over codes: a transformer that tells the distribution of each code from those before it
 * and from what the picture is said to be.
 *
 * What it reads and writes are code vectors: a code's embedding is a linear map of its vector plus a
 * row of its own, and its logit likewise, so that what is learnt of one code holds for its neighbours.
 * Positions are the sum of a row, a column and a book, plus a row of their own.
 *
 * Shapes: B batch, T codes a picture, P tokens before them, L = P + T − 1 positions, K codes a book,
 * V = books·K, D length of a code vector, W width.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import {
  decodeStep,
  initTransformer,
  type KeyValueCache,
  type Transformer,
  transformer,
  type TransformerOptions,
} from "../../backbones/mod.ts";
import { fold, type Key } from "../../random/mod.ts";
import { initEmbedding, initLinear, type Linear, softmaxCrossEntropy } from "../../nn/mod.ts";
import type { Condition, Labels } from "../common/conditioning.ts";
import type { Config } from "./config.ts";
import type { Place } from "./code_order.ts";
import type { Quantiser } from "./quantisers/quantiser.ts";

/** Everything of the prior that is trained. */
export type Prior = {
  readonly transformer: Transformer;
  /** A row for each row, column and book of the layout. */
  readonly axes: { readonly weight: tf.Tensor2D };
  /** [D, W]: code vectors into the stream. */
  readonly into: { readonly weight: tf.Tensor2D };
  /** [W, D]: the stream to what code vectors are multiplied with. */
  readonly out: Linear;
};

/** What fixes the shapes. */
export interface PriorSetting {
  readonly config: Config;
  readonly quantiser: Quantiser;
  readonly places: readonly Place[];
  readonly conditions: readonly Condition[];
}

/** Number of books, K of each. */
function booksIn(places: readonly Place[]): number {
  return 1 + Math.max(...places.map(({ book }) => book));
}

/** Tokens before the codes: one for each condition, or one that only starts. */
export function prefixLength({ conditions }: PriorSetting): number {
  return Math.max(1, conditions.length);
}

/** Tokens that stand for labels: each condition's classes and "not told"; or the start. */
function labelTokens({ conditions }: PriorSetting): number {
  return conditions.length === 0 ? 1 : conditions.reduce((n, { classes }) => n + classes + 1, 0);
}

/** The transformer's shapes; its vocabulary is that of the logits, V. */
export function transformerOptions(setting: PriorSetting): TransformerOptions {
  const { config, quantiser, places } = setting;
  return {
    vocabulary: booksIn(places) * quantiser.size,
    context: prefixLength(setting) + places.length - 1,
    layers: config.priorLayers,
    width: config.priorWidth,
    heads: config.priorHeads,
  };
}

/** What each axis entry is called: rows, columns and books that occur. */
function axisNames({ places }: PriorSetting): string[] {
  const names = places.flatMap(({ grid, row, column, book }) => [
    `row ${grid} ${row}`,
    `column ${grid} ${column}`,
    `book ${book}`,
  ]);
  return [...new Set(names)];
}

/** Fresh parameters: the first loss is ln K. */
export function initPrior(key: Key, setting: PriorSetting): Prior {
  const options = transformerOptions(setting);
  const { width } = options;
  const { dimensions } = setting.quantiser;
  const plain = initTransformer(fold(key, "transformer"), options);
  const labels = initEmbedding(fold(key, "labels"), {
    count: labelTokens(setting),
    width,
    scale: 0.02,
  });
  return {
    transformer: {
      ...plain,
      tokens: { weight: tf.concat([plain.tokens.weight, labels.weight], 0) as tf.Tensor2D },
    },
    axes: initEmbedding(fold(key, "axes"), {
      count: axisNames(setting).length,
      width,
      scale: 0.02,
    }),
    into: initEmbedding(fold(key, "into"), { count: dimensions, width, scale: 0.05 }),
    out: initLinear(fold(key, "out"), { in: width, out: dimensions, scale: 0 }),
  };
}

/** Ones where position l predicts a code of that axis entry: [L, axes]. */
function axisRows(setting: PriorSetting): tf.Tensor2D {
  const names = axisNames(setting);
  const before = prefixLength(setting) - 1;
  const length = before + setting.places.length;
  const ones = new Float32Array(length * names.length);
  setting.places.forEach(({ grid, row, column, book }, t) => {
    for (const name of [`row ${grid} ${row}`, `column ${grid} ${column}`, `book ${book}`]) {
      ones[(before + t) * names.length + names.indexOf(name)] = 1;
    }
  });
  return tf.tensor2d(ones, [length, names.length]);
}

/** The plain transformer that a prior amounts to with these code vectors, [K, D] a book. */
export function assembled(
  prior: Prior,
  tables: readonly tf.Tensor2D[],
  setting: PriorSetting,
): Transformer {
  const { transformer: own, axes, into, out } = prior;
  const vectors_VD = (tables.length === 1 ? tables[0] : tf.concat([...tables], 0)) as tf.Tensor2D;
  const tokens_VW = tf.matMul(vectors_VD, into.weight) as tf.Tensor2D;
  const labels = labelTokens(setting);
  const [, width] = own.positions.weight.shape;
  return {
    ...own,
    tokens: {
      weight: tf.add(own.tokens.weight, tf.concat([tokens_VW, tf.zeros([labels, width])], 0)),
    },
    positions: {
      weight: tf.add(own.positions.weight, tf.matMul(axisRows(setting), axes.weight)),
    },
    head: {
      weight: tf.add(own.head.weight, tf.matMul(out.weight, vectors_VD, false, true)),
      bias: tf.add(
        own.head.bias,
        tf.reshape(tf.matMul(vectors_VD, tf.reshape(out.bias, [-1, 1])), [-1]),
      ),
    },
  };
}

/** What is added to a code to make it a token: K·book. int32 [T] */
export function tokenOffsets({ places, quantiser }: PriorSetting): tf.Tensor1D {
  return tf.tensor1d(Int32Array.from(places, ({ book }) => book * quantiser.size), "int32");
}

/** Ones where code t is of book b: [T, books]. */
function bookRows(places: readonly Place[]): tf.Tensor2D {
  const books = booksIn(places);
  const ones = new Float32Array(places.length * books);
  places.forEach(({ book }, t) => ones[t * books + book] = 1);
  return tf.tensor2d(ones, [places.length, books]);
}

/** Logits [rows, V] to those of each row's own book, [rows, K]. */
function ownBook(
  logits_NV: tf.Tensor2D,
  rows_Nb: tf.Tensor2D,
  { quantiser }: PriorSetting,
): tf.Tensor2D {
  const books = rows_Nb.shape[1];
  if (books === 1) return logits_NV;
  const logits_NbK = tf.reshape(logits_NV, [-1, books, quantiser.size]);
  return tf.sum(tf.mul(logits_NbK, tf.expandDims(rows_Nb, 2)), 1);
}

/** The tokens that say what a picture is: int32 [B, P]. */
export function prefixTokens(
  labels: Labels,
  batch: number,
  setting: PriorSetting,
): tf.Tensor2D {
  const { conditions, places, quantiser } = setting;
  let first = booksIn(places) * quantiser.size;
  if (conditions.length === 0) return tf.fill([batch, 1], first, "int32");
  const tokens = conditions.map(({ name, classes }) => {
    const label_B = labels[name];
    const told = tf.greaterEqual(label_B, tf.scalar(0, "int32"));
    const class_B = tf.where(told, label_B, tf.fill([batch], classes, "int32"));
    const token_B = tf.add(class_B, tf.scalar(first, "int32"));
    first += classes + 1;
    return token_B;
  });
  return tf.stack(tokens, 1) as tf.Tensor2D;
}

/** Pictures' codes, what they are called, and the vectors of the codes. */
export interface PriorBatch {
  readonly codes_BT: tf.Tensor2D;
  /** [K, D] a book. */
  readonly tables: readonly tf.Tensor2D[];
  readonly labels: Labels;
}

/** Logits of every code given those before it: [B·T, K]. */
export function priorLogits(
  prior: Prior,
  { codes_BT, tables, labels }: PriorBatch,
  setting: PriorSetting,
): tf.Tensor2D {
  const [B, T] = codes_BT.shape;
  const options = transformerOptions(setting);
  const before = prefixLength(setting);
  const codes_BC = tf.slice(tf.add(codes_BT, tokenOffsets(setting)), [0, 0], [B, T - 1]);
  const tokens_BL = tf.concat([prefixTokens(labels, B, setting), codes_BC], 1) as tf.Tensor2D;
  const logits_BLV = transformer(assembled(prior, tables, setting), tokens_BL, options);
  const logits_BTV = before === 1
    ? logits_BLV
    : tf.slice(logits_BLV, [0, before - 1, 0], [B, T, options.vocabulary]);
  const rows_Tb = bookRows(setting.places);
  if (rows_Tb.shape[1] === 1) return tf.reshape(logits_BTV, [B * T, options.vocabulary]);
  const rows_Nb = tf.reshape(
    tf.mul(tf.ones([B, 1, 1]), tf.expandDims(rows_Tb, 0)),
    [B * T, rows_Tb.shape[1]],
  ) as tf.Tensor2D;
  return ownBook(tf.reshape(logits_BTV, [B * T, options.vocabulary]), rows_Nb, setting);
}

/** −ln p(codes), nats a code, on average over the batch. Scalar. */
export function priorLoss(prior: Prior, batch: PriorBatch, setting: PriorSetting): tf.Scalar {
  const targets_N = tf.reshape(batch.codes_BT, [-1]) as tf.Tensor1D;
  return softmaxCrossEntropy(priorLogits(prior, batch, setting), targets_N);
}

/** One position of `priorLogits` by a cache. */
export interface PriorStep {
  readonly cache: KeyValueCache;
  /** int32 [B] */
  readonly token_B: tf.Tensor1D;
  /** int32 scalar in [0, L) */
  readonly pos: tf.Scalar;
}

/** Logits [B, K] of the code that follows, of the book that stands there; zeros before the first. */
export function priorStepLogits(
  plain: Transformer,
  { cache, token_B, pos }: PriorStep,
  setting: PriorSetting,
): { readonly logits_BK: tf.Tensor2D; readonly cache: KeyValueCache } {
  const options = transformerOptions(setting);
  const step = decodeStep(plain, cache, { ...options, token_B, pos });
  const rows_Tb = bookRows(setting.places);
  const before = tf.zeros([prefixLength(setting) - 1, rows_Tb.shape[1]]);
  const rows_Lb = tf.concat([before, rows_Tb], 0);
  const row_1b = tf.gather(rows_Lb, tf.reshape(pos, [1]) as tf.Tensor1D) as tf.Tensor2D;
  return { logits_BK: ownBook(step.logits_BK, row_1b, setting), cache: step.cache };
}
