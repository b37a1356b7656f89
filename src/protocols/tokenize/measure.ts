/**
 * What a tokenizer makes of documents: how many bytes a token holds, and which tokens occur.
 * @module
 */
import { bytesOfRow, textsOf } from "../../kinds/text/mod.ts";
import type { Dataset, Split } from "../../data/mod.ts";
import type { Tokenizer } from "../../tokenizers/mod.ts";

/** Documents that are in memory at a time. */
const block = 64;

/** The bytes of a split's documents one after another, the first `most` of them. */
export async function* documentsOf(
  dataset: Dataset,
  split: Split,
  { most = Infinity }: { readonly most?: number } = {},
): AsyncGenerator<Uint8Array> {
  const count = Math.min(most, dataset.size(split));
  for (let from = 0; from < count; from += block) {
    const rows = Uint32Array.from(
      { length: Math.min(block, count - from) },
      (_, i) => from + i,
    );
    const { samples } = await dataset.read(split, rows);
    const texts = textsOf(samples);
    for (let i = 0; i < texts.count; i++) yield bytesOfRow(texts, i);
  }
}

/** Bytes and tokens of documents. */
export interface Measured {
  readonly bytes: number;
  readonly tokens: number;
  /** How often each token occurs, [vocabulary]. */
  readonly counts: Float64Array;
}

/**
 * Encodes documents and counts what comes of them.
 * @param heard told after each document
 */
export async function measured(
  tokenizer: Tokenizer,
  documents: AsyncIterable<Uint8Array>,
  heard: () => Promise<void>,
): Promise<Measured> {
  const counts = new Float64Array(tokenizer.vocabulary);
  let bytes = 0, tokens = 0;
  for await (const document of documents) {
    const made = tokenizer.encode(document);
    bytes += document.length;
    tokens += made.length;
    for (const token of made) counts[token]++;
    await heard();
  }
  return { bytes, tokens, counts };
}
