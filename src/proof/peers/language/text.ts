/**
 * The text that both sides are trained and scored on: documents, a tokenizer learnt from those of
 * `train`, windows of its tokens.
 * @module
 */
import { resolve } from "@std/path";
import type { Dataset } from "../../../data/mod.ts";
import { tokenWindows } from "../../../data/text/mod.ts";
import { UsageError } from "../../../base/mod.ts";
import { didYouMean } from "../../../base/text/mod.ts";
import { bytesOfRow, stringsOf, textsOf } from "../../../kinds/text/mod.ts";
import { batchIndices } from "../../../kinds/batch/mod.ts";
import { hostKey } from "../../../random/host/mod.ts";
import { datasets } from "../../../registry.ts";
import { learn, makeBpe, patterns, type Tokenizer, WordCounts } from "../../../tokenizers/mod.ts";
import type { WindowOrder } from "../contender/exchange.ts";

/** Where what can be made again is kept. */
export const CACHE = ".likeness/cache";
/** What separates documents. */
const SEPARATOR = "<|endoftext|>";
/** Rows read together. */
const TOGETHER = 64;
/** Held-out documents that are scored, and the characters of each, from the first on. */
const HELD_OUT = { documents: 64, characters: 16_384 } as const;

/**
 * A dataset of documents by name, or the files of a folder where there is a slash in it.
 * @throws UsageError where there is none, or its rows are no documents
 */
export async function openText(where: string): Promise<Dataset<"text">> {
  const folder = where.includes("/");
  const name = folder ? "texts" : where, load = datasets[name];
  if (load === undefined) {
    const known = Object.keys(datasets);
    throw new UsageError(`there is no dataset ${name}${didYouMean(name, known)}`);
  }
  const definition = await load();
  const config = definition.config.parse(folder ? { path: resolve(where) } : {});
  const dataset = await definition.load(config, {
    cache: CACHE,
    jobs: navigator.hardwareConcurrency,
  });
  if (dataset.sample.kind !== "text" || dataset.sample.length !== undefined) {
    throw new UsageError(`${name} holds no documents; a dataset of text was expected`);
  }
  return dataset as unknown as Dataset<"text">;
}

async function* rowsOf(dataset: Dataset<"text">, split: "train" | "test") {
  const size = dataset.size(split);
  for (let from = 0; from < size; from += TOGETHER) {
    const length = Math.min(TOGETHER, size - from);
    const { samples } = await dataset.read(
      split,
      Uint32Array.from({ length }, (_, i) => from + i),
    );
    yield textsOf(samples);
  }
}

/** Byte-level BPE of the training documents. */
export async function learnTokenizer(
  dataset: Dataset<"text">,
  vocabulary: number,
): Promise<{ readonly tokenizer: Tokenizer; readonly json: string }> {
  const counts = new WordCounts(patterns.gpt2), utf8 = new TextDecoder();
  for await (const texts of rowsOf(dataset, "train")) {
    for (let i = 0; i < texts.count; i++) counts.add(utf8.decode(bytesOfRow(texts, i)));
  }
  return makeBpe(learn(counts, { vocabulary, special: [SEPARATOR] }));
}

/** The first held-out documents, each cut: what both sides are scored on. */
export async function heldOut(dataset: Dataset<"text">): Promise<string[]> {
  const found: string[] = [];
  for await (const texts of rowsOf(dataset, "test")) {
    found.push(...stringsOf(texts));
    if (found.length >= HELD_OUT.documents) break;
  }
  return found.slice(0, HELD_OUT.documents).map((text) => text.slice(0, HELD_OUT.characters));
}

/** Bytes of texts in UTF-8. */
export function bytesOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + new TextEncoder().encode(text).length, 0);
}

/** The windows of a training of so many steps, in the order in which a run of this seed sees them. */
export async function trainingWindows(
  dataset: Dataset<"text">,
  { tokenizer, context, batch, steps, seed }: {
    readonly tokenizer: Tokenizer;
    readonly context: number;
    readonly batch: number;
    readonly steps: number;
    readonly seed: number;
  },
): Promise<WindowOrder> {
  const seen = await tokenWindows(dataset, {
    tokenizer,
    length: context,
    packing: "stream",
    cache: CACHE,
  });
  const size = seen.size("train");
  const all = Uint32Array.from({ length: size }, (_, i) => i);
  const { samples } = await seen.read("train", all);
  const key = hostKey(seed, "language", "order");
  const order = new Int32Array(steps * batch);
  for (let step = 0; step < steps; step++) {
    order.set(batchIndices(key, { step, batch, size }), step * batch);
  }
  // A stream's windows are whole.
  return { tokens: samples.tokens, order };
}
