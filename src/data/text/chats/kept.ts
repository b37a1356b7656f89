/**
 * The tokens of dialogues and their marks, made once and kept beside the tokens of other documents: a
 * token and its mark are one number, 2·token + mark.
 * @module
 */
import { join } from "@std/path";
import { sha256Hex } from "../../../base/digest/mod.ts";
import { DataError } from "../../../base/mod.ts";
import type { TextSet } from "../../../kinds/text/mod.ts";
import type { ChatForm, Dialogue } from "../../../tokenizers/chat/mod.ts";
import type { Dataset, Split } from "../../dataset.ts";
import type { Run } from "../files/runs.ts";
import { type TokenRow, tokenRow } from "../files/tokens.ts";
import { gives, type Reader } from "./given.ts";

/** Raised whenever the same dialogues and template give other tokens or marks. */
export const VERSION = 1;
/** Samples read together. */
const TOGETHER = 64;
/** Notes of progress a split. */
const NOTES = 20;

/** How dialogues are made of samples. */
export interface DialogueSource<T> {
  /** "windows", "pairs": with the data and the template it fixes the tokens. */
  readonly view: string;
  /** What they are made of. */
  readonly reader: Reader<T>;
  /** In words, for a dataset that gives none: "dialogues (`messages`)". */
  readonly what: string;
  /** Dialogues of a sample. */
  readonly each: number;
  /** Those of a sample; without tokens where there is no answer. */
  dialogues(one: T): readonly Pick<Dialogue, "tokens" | "scored">[];
}

/** Where and how they are kept. */
export interface KeepOptions extends ChatForm {
  readonly split: Split;
  /** Numbers of samples in the order in which they are kept; left out: as they come. */
  readonly order?: Uint32Array;
  readonly cache: string;
  readonly say?: (note: string) => void;
  readonly limits?: { readonly file?: number; readonly memory?: number };
}

/**
 * The marked tokens of the dialogues of a split: none where it gives no dialogues.
 * @throws DataError where the training split gives none, or a dialogue can't be written
 */
export async function keptDialogues<T>(
  dataset: Dataset<"text">,
  source: DialogueSource<T>,
  { split, order, tokenizer, template, cache, say, limits = {} }: KeepOptions,
): Promise<TokenRow> {
  const { view, reader, each, dialogues } = source, { digest } = dataset;
  const samples = await gives(dataset, split, source) ? dataset.size(split) : 0;
  const { separator } = tokenizer;
  const name = sha256Hex(
    JSON.stringify(
      ["dialogues", VERSION, view, digest, tokenizer.digest, separator, template, split],
    ),
  ).slice(0, 24);
  let told = 0, making = false;
  return await tokenRow({
    name,
    folder: join(cache, "tokens", name),
    documents: samples * each,
    vocabulary: 2 * tokenizer.vocabulary,
    separator: 2 * separator,
    say,
    full: limits.file,
    held: limits.memory,
    async *documentsFrom(first) {
      if (!making) say?.(`${dataset.name}, ${split}: tokens of ${samples} dialogues`);
      making = true;
      // A file may end between the dialogues of a sample.
      let before = first % each;
      for (let from = (first - before) / each; from < samples; from += TOGETHER) {
        const indices = order?.subarray(from, from + TOGETHER) ??
          Uint32Array.from({ length: Math.min(TOGETHER, samples - from) }, (_, i) => from + i);
        const found = reader(await dataset.read(split, indices)) ?? [];
        for (const [i, one] of found.entries()) {
          const own = located(() => dialogues(one), `${dataset.name}, ${split}, ${indices[i]}`);
          for (const { tokens, scored } of own.slice(before)) {
            if (tokens.includes(separator)) {
              throw divided(`${dataset.name}, ${split}, ${indices[i]}`);
            }
            yield tokens.map((token, t) => 2 * token + scored[t]);
          }
          before = 0;
          const share = Math.floor((from + i + 1) * NOTES / samples);
          if (share > told && samples > TOGETHER) {
            told = share;
            say?.(`${dataset.name}, ${split}: tokens of ${from + i + 1} of ${samples} dialogues`);
          }
        }
      }
    },
  });
}

const divided = (where: string) =>
  new DataError(
    `${where}: the chat template writes the token that stands between documents within this dialogue, ` +
      "so that turns after it wouldn't see those before: name another template",
  );

/** What is wrong with a dialogue is told with its place. */
function located<T>(work: () => T, where: string): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof DataError ? new DataError(`${where}: ${error.message}`) : error;
  }
}

/** Where each document of a row begins, with the separator before it. */
export function startsOf({ lengths }: Pick<TokenRow, "lengths">): Float64Array {
  const starts = new Float64Array(lengths.length);
  for (let i = 1; i < lengths.length; i++) starts[i] = starts[i - 1] + lengths[i - 1] + 1;
  return starts;
}

/**
 * Rows of marked tokens.
 * @param rows the runs of each
 */
export async function readMarked(
  row: TokenRow,
  rows: readonly (readonly Run[])[],
  { tokenizer, length }: Pick<TextSet, "tokenizer" | "length">,
): Promise<TextSet & { readonly scored: Uint8Array }> {
  const ends = new Uint32Array(rows.length);
  let total = 0;
  rows.forEach((runs, i) => {
    for (const { length } of runs) total += length;
    ends[i] = total;
  });
  const marked = new Int32Array(total);
  await row.read(rows.flat(), marked);
  return {
    count: rows.length,
    tokens: marked.map((one) => one >> 1),
    ends,
    tokenizer,
    length,
    scored: Uint8Array.from(marked, (one) => one & 1),
  };
}
