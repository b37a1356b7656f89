/**
 * An n-gram model of training documents as a subject: it scores, goes on with and writes texts.
 * @module
 */
import type { Dataset } from "../../../data/mod.ts";
import { bytesOfRow, textSet, textsOf } from "../../../kinds/text/mod.ts";
import { log } from "../../../numeric/mod.ts";
import { hostFold, type HostKey, uniform53 } from "../../../random/host/mod.ts";
import {
  languageOf,
  type Subject,
  type TokenModel,
  type TokenPrompt,
  type TokenScores,
} from "../../../subject/mod.ts";
import type { Tokenizer } from "../../../tokenizers/mod.ts";
import { choose } from "./choose.ts";
import { KneserNey } from "./kneser_ney.ts";
import type { Corpus } from "./tables.ts";

/** Documents that are read at a time. */
const BLOCK = 256;
/** Tokens of a sample at most. */
export const LONGEST = 512;
/**
 * Tokens of a window. The model looks back a few tokens, so that longer ones only spare the beginnings of
 * windows, of which it is told less.
 */
const CONTEXT = 1 << 16;

/** The documents of a split in the tokens of a tokenizer. */
export async function corpusOf(dataset: Dataset, tokenizer: Tokenizer): Promise<Corpus> {
  const rows: Int32Array[] = [], size = dataset.size("train");
  for (let from = 0; from < size; from += BLOCK) {
    const length = Math.min(BLOCK, size - from);
    const indices = Uint32Array.from({ length }, (_, i) => from + i);
    const texts = textsOf((await dataset.read("train", indices)).samples);
    for (let i = 0; i < texts.count; i++) rows.push(tokenizer.encode(bytesOfRow(texts, i)));
  }
  const { tokens, ends } = textSet(rows, { tokenizer });
  return { tokens, ends };
}

/** What an n-gram subject is made from. */
export interface NgramParts {
  readonly label: string;
  readonly tokenizer: Tokenizer;
  /** Fitted when it is first asked for. */
  readonly model: () => Promise<KneserNey>;
  readonly key: HostKey;
}

/** Fits a model once, whoever asks first. */
export function fitted(
  dataset: Dataset,
  { tokenizer, order }: { readonly tokenizer: Tokenizer; readonly order: number },
): () => Promise<KneserNey> {
  let made: Promise<KneserNey> | null = null;
  const { vocabulary, separator } = tokenizer;
  return () =>
    made ??= corpusOf(dataset, tokenizer).then((corpus) =>
      new KneserNey(corpus, { order, vocabulary, separator })
    );
}

function scoreOf(model: KneserNey, row: Int32Array): TokenScores {
  const logProbabilities = new Float64Array(Math.max(0, row.length - 1));
  const greedy = new Uint8Array(logProbabilities.length);
  let context = model.contextOf(row.subarray(0, 1));
  for (let i = 1; i < row.length; i++) {
    logProbabilities[i - 1] = log(model.probability(context, row[i]));
    greedy[i - 1] = Number(model.likeliest(context) === row[i]);
    context = model.after(context, row[i]);
  }
  return { logProbabilities, greedy };
}

/** Uniforms of a row, one after the other. */
function uniformsOf(key: HostKey, row: number): () => number {
  let next = 0;
  return () => uniform53(key, row, next++);
}

/** Tokens between two looks at whether a prompt is done with. */
const OFTEN = 4;

function writtenAfter(
  model: KneserNey,
  { tokens, most, done, row, separator, key, ...choosing }: TokenPrompt & {
    readonly separator: number;
    readonly key: HostKey;
  },
): Int32Array {
  const written: number[] = [], uniform = uniformsOf(key, row);
  let context = model.contextOf(tokens);
  while (written.length < most) {
    const token = choose(model, { context, uniform, ...choosing });
    written.push(token);
    if (token === separator) break;
    context = model.after(context, token);
    if (written.length % OFTEN === 0 && done?.(Int32Array.from(written))) break;
  }
  return Int32Array.from(written);
}

function tokenModelOf({ tokenizer, model, key }: NgramParts): TokenModel {
  const { separator } = tokenizer;
  return {
    tokenizer,
    context: CONTEXT,
    async score(rows) {
      const made = await model();
      return rows.map((row) => scoreOf(made, row));
    },
    async write(prompts) {
      const made = await model(), own = hostFold(key, "write");
      return prompts.map((prompt) => writtenAfter(made, { ...prompt, separator, key: own }));
    },
  };
}

/** The subject. Sample i is drawn from the row i of its key: a document, cut at `LONGEST` tokens. */
export function ngramSubject(parts: NgramParts): Subject<"text"> {
  const { label, tokenizer, model, key } = parts;
  const { separator } = tokenizer;
  return {
    label,
    capabilities: {
      likelihood: "exact",
      measure: "tokens",
      latent: "none",
      reconstructs: false,
      samples: true,
    },
    async sample(count) {
      const made = await model(), own = hostFold(key, "samples");
      const begin = Int32Array.of(separator);
      const rows = Array.from({ length: count }, (_, row) =>
        writtenAfter(made, {
          tokens: begin,
          most: LONGEST,
          row,
          temperature: 1,
          separator,
          key: own,
        }));
      return textSet(rows.map((row) => row.filter((token) => token !== separator)), { tokenizer });
    },
    language: languageOf(tokenModelOf(parts)),
  };
}
