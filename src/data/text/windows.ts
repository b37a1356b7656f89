/**
 * Documents as a language model sees them: windows of tokens of one length.
 * @module
 */
import { join } from "@std/path";
import { sha256Hex } from "../../base/digest/mod.ts";
import { bytesOfRow, rowOf, textSet, type TextSpec } from "../../kinds/text/mod.ts";
import { hostKey, hostPermutation } from "../../random/host/mod.ts";
import type { Tokenizer } from "../../tokenizers/mod.ts";
import type { Dataset, Split } from "../dataset.ts";
import { type Plan, streamPlan, wholePlan } from "./packing.ts";
import { type TokenRow, tokenRow } from "./files/tokens.ts";

/** Raised whenever the same documents and settings give other windows. */
const VERSION = 1;
/** Documents read together. */
const TOGETHER = 64;
/** Notes of progress a split. */
const NOTES = 20;
const SPLITS = ["train", "test"] as const satisfies readonly Split[];
type Seen = typeof SPLITS[number];

/**
 * How documents fill windows.
 * - `stream`: one after the other, cut wherever a window is full. No padding, and every token is a
 *   target; of `train` the last window is left out where it isn't full.
 * - `whole`: only documents that are longer than a window are cut; some padding.
 */
export const PACKINGS = ["stream", "whole"] as const;
/** One of `PACKINGS`. */
export type Packing = typeof PACKINGS[number];

/** What a view is made with. */
export interface WindowOptions {
  readonly tokenizer: Tokenizer;
  /** T: tokens that have one before them in a window. */
  readonly length: number;
  readonly packing: Packing;
  /** Folder in which the tokens are kept, shared by runs. */
  readonly cache: string;
  /** Told what takes a while. */
  readonly say?: (note: string) => void;
  /** Tokens a file, and tokens in memory, at most; tests have small ones. */
  readonly limits?: { readonly file?: number; readonly memory?: number };
}

/**
 * The view of a dataset of documents that a language model trains on: its `train` and `test` as
 * windows of at most T + 1 tokens, each with the last token of the one before where a document goes
 * on. A separator stands before each document and so ends the one before. Documents are taken in a
 * fixed random order, so that neighbours in time or by author don't stand together. It has no labels.
 *
 * Tokens are made once and kept; what doesn't fit in memory is read from there as it is asked for.
 * @throws RangeError where the dataset's rows are no documents, or T is no whole number from 1
 */
export async function tokenWindows(
  dataset: Dataset<"text">,
  options: WindowOptions,
): Promise<Dataset<"text">> {
  const { tokenizer, length, packing } = options;
  if (dataset.sample.length !== undefined) {
    throw new RangeError(`${dataset.name}: its rows are windows already, no documents`);
  }
  if (!Number.isSafeInteger(length) || length < 1) {
    throw new RangeError(`windows of ${length} tokens; a whole number from 1 was expected`);
  }
  const rows: Record<Seen, TokenRow> = {
    train: await splitTokens(dataset, "train", options),
    test: await splitTokens(dataset, "test", options),
  };
  const plans: Record<Seen, Plan> = {
    train: planOf(rows.train, { length, packing, keepLast: false }),
    test: planOf(rows.test, { length, packing, keepLast: true }),
  };
  const digest = sha256Hex(
    JSON.stringify(["windows", VERSION, dataset.digest, tokenizer.digest, length, packing]),
  );
  // Packed windows are in the order of their longest document.
  const orders = packing === "stream" ? undefined : {
    train: hostPermutation(hostKey(0, "windows", digest, "train"), plans.train.count),
    test: hostPermutation(hostKey(0, "windows", digest, "test"), plans.test.count),
  };
  const size = (split: Split) => isSeen(split) ? plans[split].count : 0;
  const sample: TextSpec = { kind: "text", tokenizer, length };
  return {
    name: dataset.name,
    version: dataset.version,
    digest,
    sample,
    factors: [],
    notes: [...dataset.notes, ...SPLITS.map((split) => noteOf(split, rows[split], plans[split]))],
    size,
    async read(split, indices) {
      const windows = Array.from(indices, (i) => {
        if (!Number.isInteger(i) || i < 0 || i >= size(split)) {
          throw new RangeError(
            `${dataset.name}: window ${i} of split ${split} was asked for; it has ${size(split)}`,
          );
        }
        return plans[split as Seen].window(orders?.[split as Seen][i] ?? i);
      });
      const samples = isSeen(split)
        ? await read(rows[split], { windows, tokenizer })
        : textSet([], { tokenizer });
      return { samples: { ...samples, length }, labels: {} };
    },
  };
}

function isSeen(split: Split): split is Seen {
  return split === "train" || split === "test";
}

async function read(row: TokenRow, { windows, tokenizer }: {
  windows: readonly ReturnType<Plan["window"]>[];
  tokenizer: Tokenizer;
}) {
  const ends = new Uint32Array(windows.length);
  let total = 0;
  windows.forEach(({ pieces, ended }, i) => {
    for (const { length } of pieces) total += length;
    ends[i] = total += ended ? 1 : 0;
  });
  const tokens = new Int32Array(total);
  // What ends a window is the row's last token, which is a separator.
  const end = { from: row.tokens - 1, length: 1 };
  await row.read(
    windows.flatMap(({ pieces, ended }) => ended ? [...pieces, end] : pieces),
    tokens,
  );
  return { count: windows.length, tokens, ends, tokenizer };
}

function planOf(
  { tokens, lengths }: TokenRow,
  { length, packing, keepLast }: { length: number; packing: Packing; keepLast: boolean },
): Plan {
  if (lengths.length === 0) return streamPlan({ tokens: 0, length, keepLast });
  return packing === "stream"
    ? streamPlan({ tokens, length, keepLast })
    : wholePlan(lengths, length);
}

function noteOf(split: Seen, { tokens, lengths }: TokenRow, { count, dropped }: Plan): string {
  const left = dropped === 0 ? "" : `, ${dropped.toLocaleString("en")} of them no target`;
  return `${split}: ${lengths.length.toLocaleString("en")} documents, ` +
    `${tokens.toLocaleString("en")} tokens with separators${left}, ` +
    `in ${count.toLocaleString("en")} windows`;
}

/** The tokens of a split's documents in their fixed order. */
async function splitTokens(
  dataset: Dataset<"text">,
  split: Seen,
  { tokenizer, cache, say, limits = {} }: WindowOptions,
): Promise<TokenRow> {
  const documents = dataset.size(split);
  const order = hostPermutation(hostKey(0, "documents", dataset.digest, split), documents);
  const name = sha256Hex(
    JSON.stringify(["tokens", VERSION, dataset.digest, tokenizer.digest, split]),
  ).slice(0, 24);
  const same = dataset.sample.tokenizer.digest === tokenizer.digest;
  let told = 0, making = false;
  return await tokenRow({
    name,
    folder: join(cache, "tokens", name),
    documents,
    vocabulary: tokenizer.vocabulary,
    separator: tokenizer.separator,
    say,
    full: limits.file,
    held: limits.memory,
    async *documentsFrom(first) {
      if (!making) say?.(`${dataset.name}, ${split}: tokens of ${documents} documents`);
      making = true;
      for (let from = first; from < documents; from += TOGETHER) {
        const { samples } = await dataset.read(split, order.subarray(from, from + TOGETHER));
        for (let i = 0; i < samples.count; i++) {
          yield same ? rowOf(samples, i) : tokenizer.encode(bytesOfRow(samples, i));
          const share = Math.floor((from + i + 1) * NOTES / documents);
          if (share > told && documents > TOGETHER) {
            told = share;
            say?.(`${dataset.name}, ${split}: tokens of ${from + i + 1} of ${documents} documents`);
          }
        }
      }
    },
  });
}
