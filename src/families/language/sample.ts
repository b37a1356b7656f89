/**
 * Writing: programs that go on with rows token by token, and windows from the beginning of a document.
 *
 * A row that has ended (its token was the separator) gives −1 from then on. Draw n of a row hangs on the
 * key, n and the row's number alone.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import {
  type Decoded,
  type DecoderCache,
  type DecoderParameters,
  type DecoderShape,
  decoderStep,
  type Position,
  prefill,
  type Prompts,
} from "../../backbones/mod.ts";
import { disposeTree, leaves } from "../../engine/mod.ts";
import { fold, type Key } from "../../random/mod.ts";
import type { SampleContext, SampleRequest, TensorRecord } from "../family.ts";
import { type FamilyProgram, reads, updates } from "../common/programs.ts";
import { chosen, type Draw, type Way } from "./decoding/choose.ts";
import { type Setting, type Weights, weightsOf } from "./model.ts";

/** Rows that are being written: a state of its own. */
export type Writing = {
  readonly params: DecoderParameters;
  readonly cache: DecoderCache;
  /** int32: each row's last token; −1 where it has ended. */
  readonly token_B: tf.Tensor1D;
};

/** How rows choose their next token, and its number among those written. */
export type Choice = Omit<Draw, "key"> & {
  /** int32 scalar, from 0. */
  readonly number: tf.Scalar;
};

/** Ways to choose, by the names of their programs. */
export const WAYS: readonly Way[] = ["likeliest", "drawn", "cut"];

/** The name of a program in one of the ways. */
export const named = (name: "prompt" | "next", way: Way) => `${name}_${way}`;

/** The next state of rows after logits. */
function written(
  { logits_BV, cache }: Decoded,
  { params, before_B, way, choice, key, separator }: {
    readonly params: DecoderParameters;
    readonly before_B: tf.Tensor1D;
    readonly way: Way;
    readonly choice: Choice;
    readonly key: Key;
    readonly separator: number;
  },
): Writing {
  const draw = { ...choice, key: fold(key, choice.number) };
  const next_B = chosen(logits_BV, way, draw);
  return {
    params,
    cache,
    token_B: tf.where(
      goesOn(before_B, choice.number, separator),
      next_B,
      tf.fill(next_B.shape, -1, "int32"),
    ),
  };
}

/** Whether a row is written on: it hasn't ended; a separator before the first token ends nothing. */
function goesOn(before_B: tf.Tensor1D, number: tf.Scalar, separator: number): tf.Tensor1D {
  const open = tf.logicalAnd(
    tf.greaterEqual(before_B, tf.scalar(0, "int32")),
    tf.notEqual(before_B, tf.scalar(separator, "int32")),
  );
  return tf.logicalOr(open, tf.equal(number, tf.scalar(0, "int32"))) as tf.Tensor1D;
}

/** See the module. */
export function samplePrograms(setting: Setting): Readonly<Record<string, FamilyProgram>> {
  const { shape, tokenizer: { separator } } = setting;
  const programs = WAYS.map((way): Record<string, FamilyProgram> => ({
    [named("prompt", way)]: reads<Weights, Prompts & Choice & { readonly columns_C: tf.Tensor1D }>(
      (state, { tokens_BT, start_B, columns_C, ...choice }, key) => {
        const params = weightsOf(state, setting);
        const decoded = prefill(params, { tokens_BT, start_B }, {
          shape,
          columns: columns_C.shape[0],
        });
        const before_B = tf.reshape(
          tf.slice(tokens_BT, [0, tokens_BT.shape[1] - 1], [tokens_BT.shape[0], 1]),
          [-1],
        ) as tf.Tensor1D;
        return written(decoded, { params, before_B, way, choice, key, separator });
      },
    ),
    [named("next", way)]: updates<Writing, Omit<Position, "token_B"> & Choice>(
      ({ params, cache, token_B }, { pos, start_B, rows_S, ...choice }, key) => {
        const decoded = decoderStep(params, { cache, token_B, pos, start_B, rows_S }, shape);
        const next = written(decoded, { params, before_B: token_B, way, choice, key, separator });
        return [next, { token_B: tf.clone(next.token_B) }];
      },
    ),
  }));
  return Object.assign({}, ...programs);
}

/** Programs that are called often enough to pay for compiling them as a whole. */
export const loopPrograms: readonly string[] = WAYS.map((way) => named("next", way));

/** The fewest columns of a cache that a program looks at: each number is a program of its own. */
const LEAST_COLUMNS = 256;

/** Columns for so many positions: 256, 512, … */
export function columnsFor(positions: number): number {
  let columns = LEAST_COLUMNS;
  while (columns < positions) columns *= 2;
  return columns;
}

/** The way in which rows choose that have this temperature and cuts. */
export function wayOf(
  { temperature = 0, topK, topP = 1 }: {
    readonly temperature?: number;
    readonly topK?: number;
    readonly topP?: number;
  },
): Way {
  return temperature === 0 ? "likeliest" : topK === undefined && topP === 1 ? "drawn" : "cut";
}

/** Int32 tensors of an engine. */
export const whole = (context: SampleContext, values: ArrayLike<number>, shape: number[]) =>
  context.engine.tensor(Int32Array.from(values), shape, "int32");

/** One step after another on rows that are being written. */
export class Writer {
  readonly #context: SampleContext;
  readonly #way: Way;
  readonly #key: Key;
  readonly #same: Omit<Choice, "number"> & { readonly start_B: tf.Tensor1D };
  readonly #columns = new Map<number, tf.Tensor>();
  #state: TensorRecord;

  /** Takes over the state and the inputs that all steps share, and frees them in the end. */
  constructor(
    context: SampleContext,
    state: TensorRecord,
    { way, key, ...same }: Omit<Choice, "number"> & {
      readonly start_B: tf.Tensor1D;
      readonly way: Way;
      readonly key: Key;
    },
  ) {
    this.#context = context;
    this.#state = state;
    this.#way = way;
    this.#key = key;
    this.#same = same;
  }

  /** Writes the token after column `pos`, the row's `number`th: int32 [B], the caller's. */
  next(pos: number, number: number): tf.Tensor1D {
    const seen = columnsFor(pos + 1);
    let rows_S = this.#columns.get(seen);
    if (rows_S === undefined) {
      rows_S = whole(this.#context, Array.from({ length: seen }, (_, i) => i), [seen]);
      this.#columns.set(seen, rows_S);
    }
    const [place, count] = [pos, number].map((n) => whole(this.#context, [n], []));
    const inputs = { ...this.#same, rows_S, pos: place, number: count };
    const [state, { token_B }] = this.#context.step(
      named("next", this.#way),
      this.#state,
      inputs as unknown as TensorRecord,
      this.#key,
    );
    this.#state = state;
    tf.dispose([place, count]);
    return token_B as tf.Tensor1D;
  }

  dispose(): void {
    disposeTree(this.#state);
    disposeTree(this.#same as unknown as TensorRecord);
    tf.dispose([...this.#columns.values()]);
  }
}

/** The driver's `sample`: windows from the separator on, −1 after the one that ends them. */
export function drawTexts(
  state: TensorRecord,
  { rows_B, key }: SampleRequest,
  { context, setting }: { readonly context: SampleContext; readonly setting: Setting },
): TensorRecord {
  const { config, shape, tokenizer } = setting;
  const { engine } = context, [batch] = rows_B.shape;
  const each = (value: number) =>
    engine.tensor(new Float32Array(batch).fill(value), [batch]) as tf.Tensor1D;
  const same = {
    rows_B: tf.clone(rows_B),
    start_B: whole(context, new Int32Array(batch), [batch]) as tf.Tensor1D,
    temperature_B: each(config.temperature === 0 ? 1 : config.temperature),
    topK_B: whole(
      context,
      new Int32Array(batch).fill(config.topK ?? shape.vocabulary),
      [batch],
    ) as tf.Tensor1D,
    topP_B: each(config.topP ?? 1),
  };
  const way = wayOf(config);
  const tokens = [
    whole(context, new Int32Array(batch).fill(tokenizer.separator), [batch]) as tf.Tensor1D,
  ];
  const begun = {
    params: sharedWeights(state as Weights, { context, setting }),
    cache: emptyCache(context, batch, shape),
    token_B: tf.clone(tokens[0]),
  };
  const writer = new Writer(context, begun, { ...same, way, key });
  for (let t = 0; t < shape.context; t++) tokens.push(writer.next(t, t));
  writer.dispose();
  const tokens_BT = tf.stack(tokens, 1);
  tf.dispose(tokens);
  return { tokens_BT };
}

/** The weights of evaluation under new handles; what an adapter makes of them is freed with those. */
function sharedWeights(
  state: Weights,
  { context, setting }: { readonly context: SampleContext; readonly setting: Setting },
): DecoderParameters {
  const own = tf.tidy(() =>
    weightsOf(state, setting) as unknown as tf.TensorContainer
  ) as unknown as DecoderParameters;
  const shared = context.shared(own);
  disposeTree(own, new Set(leaves(state).map(([, leaf]) => leaf)));
  return shared;
}

/** A cache for windows of the whole context, with nothing in it. */
function emptyCache(
  { engine }: SampleContext,
  batch: number,
  { context, layers, keyValueHeads, headWidth }: DecoderShape,
): DecoderCache {
  const columns = columnsFor(context), size = [batch * keyValueHeads, columns, headWidth];
  const nothing = new Float32Array(size[0] * size[1] * size[2]);
  const empty = () =>
    Array.from({ length: layers }, () => engine.tensor(nothing, size) as tf.Tensor3D);
  return { keys: empty(), values: empty() };
}
