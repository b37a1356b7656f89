/**
 * Sampling: codes drawn one after the other from the prior, then decoded.
 *
 * Three programs and a loop: `prior_start` makes the sampler's state, `prior_step` reads one token and
 * draws the next (its caches are given away from step to step), `paint` turns codes into pictures.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { emptyCache, type KeyValueCache, type Transformer } from "../../backbones/mod.ts";
import { disposeTree } from "../../engine/mod.ts";
import { categorical, fold, type Key } from "../../random/mod.ts";
import type { Labels } from "../common/conditioning.ts";
import type { SampleContext, SampleRequest, TensorRecord } from "../family.ts";
import { toPictures, vectorsOf } from "./codes.ts";
import {
  assembled,
  prefixLength,
  prefixTokens,
  priorStepLogits,
  tokenOffsets,
  transformerOptions,
} from "./prior.ts";
import { booksOf, coderOf, type Setting, type State } from "./train.ts";

/** What a sampler carries from step to step. */
export type Sampler = {
  readonly transformer: Transformer;
  readonly cache: KeyValueCache;
  /** int32 [B, P + T]: tokens known so far, zeros after them. */
  readonly tokens_BS: tf.Tensor2D;
  /** int32 scalar: the position that the next step reads. */
  readonly pos: tf.Scalar;
};

/** The `prior_start` program. */
export function priorStart(
  state: State,
  { rows_B, labels }: { rows_B: tf.Tensor1D; labels: Labels },
  setting: Setting,
): Sampler {
  const [batch] = rows_B.shape;
  const tables = booksOf(state, setting).flatMap((books) => setting.quantiser.tables(books));
  const codes = tf.zeros([batch, setting.places.length], "int32");
  return {
    transformer: assembled(state.ema.prior, tables, setting),
    cache: emptyCache(batch, transformerOptions(setting)),
    tokens_BS: tf.concat([prefixTokens(labels, batch, setting), codes], 1) as tf.Tensor2D,
    pos: tf.scalar(0, "int32"),
  };
}

/** The `prior_step` program: the token after `pos` is drawn, unless it is one of the prefix. */
export function priorStep(
  sampler: Sampler,
  { rows_B, key }: { rows_B: tf.Tensor1D; key: Key },
  setting: Setting,
): Sampler {
  const { tokens_BS, pos } = sampler;
  const [batch, length] = tokens_BS.shape;
  const before = prefixLength(setting);
  const pos_1 = tf.reshape(pos, [1]) as tf.Tensor1D;
  const token_B = tf.reshape(tf.gather(tokens_BS, pos_1, 1), [batch]) as tf.Tensor1D;
  const { logits_BK, cache } = priorStepLogits(
    sampler.transformer,
    { cache: sampler.cache, token_B, pos },
    setting,
  );
  const drawn_B = categorical(
    fold(fold(key, "codes"), pos),
    tf.div(logits_BK, setting.config.temperature),
    { rows_B },
  );
  const offsets = tf.concat([tf.zeros([before], "int32"), tokenOffsets(setting)]) as tf.Tensor1D;
  const next = tf.add(pos, tf.scalar(1, "int32")) as tf.Scalar;
  const offset_1 = tf.gather(offsets, tf.reshape(next, [1]) as tf.Tensor1D);
  const at_S = tf.range(0, length, 1, "int32");
  const open_S = tf.logicalAnd(
    tf.equal(at_S, next),
    tf.greaterEqual(at_S, tf.scalar(before, "int32")),
  );
  return {
    transformer: sampler.transformer,
    cache,
    tokens_BS: tf.where(
      tf.reshape(open_S, [1, length]),
      tf.reshape(tf.add(drawn_B, offset_1), [batch, 1]),
      tokens_BS,
    ) as tf.Tensor2D,
    pos: next,
  };
}

/** The `paint` program: a full sampler's codes to pictures. */
export function paint(state: State, tokens_BS: tf.Tensor2D, setting: Setting): tf.Tensor4D {
  const [batch] = tokens_BS.shape;
  const before = prefixLength(setting);
  const tokens_BT = tf.slice(tokens_BS, [0, before], [batch, setting.places.length]);
  const codes_BT = tf.sub(tokens_BT, tokenOffsets(setting)) as tf.Tensor2D;
  const q = vectorsOf(booksOf(state, setting), codes_BT, setting);
  return toPictures(coderOf(state, setting), q, setting);
}

/** The driver's `sample`: see the module. */
export function samplePictures(
  state: TensorRecord,
  { rows_B, key, labels }: SampleRequest,
  { context, setting }: { context: SampleContext; setting: Setting },
): tf.Tensor4D {
  let sampler: TensorRecord = context.run("prior_start", state, { rows_B, labels }, key);
  const { context: positions } = transformerOptions(setting);
  for (let i = 0; i < positions; i++) {
    const [next] = context.step("prior_step", sampler, { rows_B }, key);
    sampler = next;
  }
  const { x_BHWC } = context.run("paint", state, { tokens_BS: sampler.tokens_BS }, key);
  disposeTree(sampler);
  return x_BHWC as tf.Tensor4D;
}
