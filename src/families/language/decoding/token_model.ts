/**
 * A trained model that reads and writes texts in tokens. Rows go through programs of a few fixed
 * shapes, so that a row's numbers hang on the row alone: not on which others are asked for with it.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { disposeTree } from "../../../engine/mod.ts";
import { targetLogProbabilities } from "../../../nn/mod.ts";
import { decoderLogits, decoderStates } from "../../../backbones/mod.ts";
import type { TokenModel, TokenPrompt, TokenScores } from "../../../subject/mod.ts";
import type { LanguageContext, TensorRecord } from "../../family.ts";
import { type FamilyProgram, reads } from "../../common/programs.ts";
import { likeliest, type Way } from "./choose.ts";
import { type Setting, shifted, type Weights, weightsOf, type Windows } from "../model.ts";
import { columnsFor, named, wayOf, whole, Writer } from "../sample.ts";
import { scoreChoices } from "./choices.ts";
import {
  grouped,
  padded,
  partsOf,
  promptBucket,
  type Reading,
  scoreBucket,
  scoreRows,
} from "./rows.ts";

/** Rows that are written together, where nothing else is said. */
const WRITTEN_ROWS = 8;

/** What writing goes on with. */
type Writes = Reading & { readonly rows: number };
/** Steps after which what was written is looked at. */
const LOOK = 8;

/**
 * `score`: ln p of each target, and whether it is the likeliest token, in rows of one text each: [B, T]
 * both. Every position sees all before it: a separator within a row is a token like any other.
 */
export function scoreProgram(setting: Setting): FamilyProgram {
  const { shape } = setting;
  return reads<Weights, Windows>((state, { tokens_BT }) => {
    const params = weightsOf(state, setting), { inputs_BT, targets_BT } = shifted(tokens_BT);
    const hidden_BTW = decoderStates(params, inputs_BT, { shape });
    const logits_NV = decoderLogits(
      params,
      tf.reshape(hidden_BTW, [-1, shape.width]),
    ) as tf.Tensor2D;
    const targets_N = tf.reshape(targets_BT, [-1]) as tf.Tensor1D;
    const greedy_N = tf.cast(tf.equal(likeliest(logits_NV), targets_N), "int32");
    return {
      logProbability_BT: tf.reshape(targetLogProbabilities(logits_NV, targets_N), targets_BT.shape),
      greedy_BT: tf.reshape(greedy_N, targets_BT.shape),
    };
  });
}

/** Tokens that end what is written. */
export function endsOf({ ends, tokenizer }: Setting): readonly number[] {
  return ends ?? [tokenizer.separator];
}

/** The driver's `language`. */
export function tokenModel(
  state: TensorRecord,
  { context, setting, rows = WRITTEN_ROWS }: {
    readonly context: LanguageContext;
    readonly setting: Setting;
    /** Rows that are written together. */
    readonly rows?: number;
  },
): TokenModel {
  const { tokenizer, shape, template: chatTemplate = tokenizer.chatTemplate } = setting;
  return {
    tokenizer,
    context: shape.context,
    ends: endsOf(setting),
    ...(chatTemplate !== undefined && { chatTemplate }),
    score: (rows) => scoreRowsOf(rows, { state, context, setting }),
    choices: (asked) => scoreChoices(asked, { state, context, setting }),
    write: (prompts) => writeAll(prompts, { state, context, setting, rows }),
  };
}

async function scoreRowsOf(
  rows: readonly Int32Array[],
  { state, context, setting: { shape } }: Reading,
): Promise<TokenScores[]> {
  const long = rows.find(({ length }) => length > shape.context + 1);
  if (long !== undefined) {
    throw new RangeError(
      `a row of ${long.length} tokens was to be scored; the model sees ${shape.context} at once, ` +
        `so that a row has at most ${shape.context + 1}`,
    );
  }
  const scores: TokenScores[] = rows.map(({ length }) => ({
    logProbabilities: new Float64Array(Math.max(0, length - 1)),
    greedy: new Uint8Array(Math.max(0, length - 1)),
  }));
  const asked = rows.map((row, i) => ({ row, own: scores[i] })).filter(({ row }) => row.length > 1);
  const bucketOf = (row: Int32Array) => scoreBucket(row.length - 1, shape.context);
  const key = context.key();
  for (const group of grouped(asked, ({ row }) => String(bucketOf(row)))) {
    const bucket = bucketOf(group[0].row), count = scoreRows(bucket, shape.vocabulary);
    for (const part of partsOf(group, count)) {
      const width = bucket + 1;
      const values = padded(part.map(({ row }) => row), { count, width });
      const tokens_BT = whole(context, values, [count, width]);
      const outputs = context.run("score", state, { tokens_BT }, key);
      const logP = await context.read(outputs.logProbability_BT as tf.Tensor);
      const greedy = await context.read(outputs.greedy_BT as tf.Tensor);
      disposeTree({ tokens_BT, ...outputs });
      part.forEach(({ own }, i) => {
        const from = i * bucket, to = from + own.greedy.length;
        own.logProbabilities.set(logP.subarray(from, to));
        own.greedy.set(greedy.subarray(from, to));
      });
    }
  }
  key.dispose();
  return scores;
}

/** A prompt with what is written after it. */
interface Asked {
  readonly prompt: TokenPrompt;
  readonly way: Way;
  readonly bucket: number;
  readonly written: number[];
  /** Whether nothing more is asked. */
  over: boolean;
}

async function writeAll(
  prompts: readonly TokenPrompt[],
  reading: Writes,
): Promise<Int32Array[]> {
  const { context: most } = reading.setting.shape;
  const all = prompts.map((prompt): Asked => {
    const { length } = prompt.tokens;
    if (length < 1 || length + prompt.most - 1 > most) {
      throw new RangeError(
        `${prompt.most} tokens were to be written after ${length}; a prompt has at least one, and ` +
          `with all that is written but the last at most ${most}, which the model sees at once`,
      );
    }
    return {
      prompt,
      way: wayOf(prompt),
      bucket: promptBucket(length),
      written: [],
      over: prompt.most < 1,
    };
  });
  const open = all.filter(({ over }) => !over);
  for (const group of grouped(open, ({ way, bucket }) => `${way} ${bucket}`)) {
    // Those that end late stand together.
    const ordered = group.toSorted((a, b) => a.prompt.most - b.prompt.most);
    for (const part of partsOf(ordered, reading.rows)) await writePart(part, reading);
  }
  return all.map(({ written }) => Int32Array.from(written));
}

/** Prompts of one bucket that choose in one way. */
async function writePart(part: readonly Asked[], reading: Writes): Promise<void> {
  const { state, context, setting } = reading, { shape } = setting, ends = endsOf(setting);
  const [{ bucket, way }] = part, count = reading.rows;
  const most = Math.max(...part.map(({ prompt }) => prompt.most));
  const of = (value: (prompt: TokenPrompt) => number, beyond: number) =>
    Array.from({ length: count }, (_, i) => i < part.length ? value(part[i].prompt) : beyond);
  const floats = (values: number[]) =>
    context.engine.tensor(Float32Array.from(values), [count]) as tf.Tensor1D;
  const integers = (values: number[]) => whole(context, values, [count]) as tf.Tensor1D;
  const key = context.key();
  const same = {
    rows_B: integers(of(({ row }) => row, 0)),
    start_B: integers(of(({ tokens }) => bucket - tokens.length, bucket - 1)),
    temperature_B: floats(of(({ temperature }) => temperature || 1, 1)),
    topK_B: integers(of(({ topK }) => topK ?? shape.vocabulary, shape.vocabulary)),
    topP_B: floats(of(({ topP }) => topP ?? 1, 1)),
  };
  const values = padded(part.map(({ prompt }) => prompt.tokens), {
    count,
    width: bucket,
    left: true,
  });
  const prompt = {
    tokens_BT: whole(context, values, [count, bucket]),
    columns_C: whole(context, new Int32Array(columnsFor(bucket + most)), [
      columnsFor(bucket + most),
    ]),
    number: whole(context, [0], []),
  };
  const begun = context.run(named("prompt", way), state, { ...same, ...prompt }, key);
  disposeTree(prompt);
  let waiting = [tf.clone(begun.token_B as tf.Tensor)];
  const writer = new Writer(context, begun, { ...same, way, key });
  for (let number = 1; number <= most; number++) {
    if (number === most || waiting.length === LOOK) {
      for (const token_B of waiting) {
        const tokens = await context.read(token_B);
        part.forEach((asked, i) => take(asked, tokens[i], ends));
      }
      tf.dispose(waiting);
      waiting = [];
      for (const asked of part) {
        if (!asked.over && asked.prompt.done?.(Int32Array.from(asked.written))) asked.over = true;
      }
    }
    if (number === most || part.every(({ over }) => over)) break;
    waiting.push(writer.next(bucket + number - 1, number));
  }
  writer.dispose();
  tf.dispose([...waiting, key]);
}

/** A token that was written: none after the end. */
function take(asked: Asked, token: number, ends: readonly number[]): void {
  if (asked.over) return;
  asked.written.push(token);
  if (ends.includes(token) || asked.written.length === asked.prompt.most) asked.over = true;
}
