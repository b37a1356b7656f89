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
import type { Batch, Dataset, Split } from "../../dataset.ts";
import { type TokenRow, tokenRow } from "../files/tokens.ts";
import type { Run } from "../files/runs.ts";

/** Raised whenever the same dialogues and template give other tokens or marks. */
export const VERSION = 1;
/** Dialogues read together. */
const TOGETHER = 64;
/** Notes of progress a split. */
const NOTES = 20;

/** How dialogues are made of samples. */
export interface DialogueSource {
  /** "windows", "pairs": with the data and the template it fixes the tokens. */
  readonly view: string;
  /** Dialogues of a sample. */
  readonly each: number;
  /** Those of the samples of a batch, one sample after the other; no tokens where there is no answer. */
  dialogues(batch: Batch<"text">): Iterable<Pick<Dialogue, "tokens" | "scored">>;
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

/** The marked tokens of the dialogues of a split. */
export async function keptDialogues(
  dataset: Dataset<"text">,
  { view, each, dialogues }: DialogueSource,
  { split, order, tokenizer, template, cache, say, limits = {} }: KeepOptions,
): Promise<TokenRow> {
  const samples = dataset.size(split), { digest } = dataset;
  const name = sha256Hex(
    JSON.stringify(["dialogues", VERSION, view, digest, tokenizer.digest, template, split]),
  ).slice(0, 24);
  let told = 0, making = false;
  return await tokenRow({
    name,
    folder: join(cache, "tokens", name),
    documents: samples * each,
    vocabulary: 2 * tokenizer.vocabulary,
    separator: 2 * tokenizer.separator,
    say,
    full: limits.file,
    held: limits.memory,
    async *documentsFrom(first) {
      if (!making) say?.(`${dataset.name}, ${split}: tokens of ${samples} dialogues`);
      making = true;
      // A file may end between the dialogues of a sample.
      let skipped = first % each;
      for (let from = (first - skipped) / each; from < samples; from += TOGETHER) {
        const indices = order?.subarray(from, from + TOGETHER) ??
          Uint32Array.from({ length: Math.min(TOGETHER, samples - from) }, (_, i) => from + i);
        const batch = await dataset.read(split, indices);
        let at = 0;
        for (const { tokens, scored } of located(dialogues(batch), { dataset, split, indices, each })) {
          if (skipped > 0) skipped--;
          else yield tokens.map((token, i) => 2 * token + scored[i]);
          const share = Math.floor((from + ++at / each) * NOTES / samples);
          if (share > told && samples > TOGETHER) {
            told = share;
            say?.(`${dataset.name}, ${split}: tokens of ${from + at / each} of ${samples} dialogues`);
          }
        }
      }
    },
  });
}

/** What is wrong with a dialogue is told with its place. */
function* located(
  dialogues: ReturnType<DialogueSource["dialogues"]>,
  { dataset, split, indices, each }: {
    readonly dataset: Dataset<"text">;
    readonly split: Split;
    readonly indices: Uint32Array;
    readonly each: number;
  },
) {
  let at = 0;
  try {
    for (const one of dialogues) {
      yield one;
      at++;
    }
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const place = indices[Math.floor(at / each)];
    throw new DataError(`${dataset.name}, ${split}, dialogue ${place}: ${error.message}`);
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
): Promise<TextSet & { scored: Uint8Array }> {
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
