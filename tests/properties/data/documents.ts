/** Datasets of documents in memory, for laws and tests. @module */
import type { Dataset } from "../../../src/data/mod.ts";
import { gatherTexts, textSet } from "../../../src/kinds/text/texts.ts";
import { bytesTokenizer } from "../../../src/tokenizers/mod.ts";
import type { Tokenizer } from "../../../src/tokenizers/mod.ts";

/** Documents of bytes in two splits. @param reads counts how often documents are read */
export function documentsOf(
  splits: {
    readonly train: readonly ArrayLike<number>[];
    readonly test?: readonly ArrayLike<number>[];
  },
  { digest = "documents", reads }: { digest?: string; reads?: { count: number } } = {},
): Dataset<"text"> {
  const sets = {
    train: textSet(splits.train, { tokenizer: bytesTokenizer }),
    test: textSet(splits.test ?? [], { tokenizer: bytesTokenizer }),
  };
  const size = (split: string) => split === "train" || split === "test" ? sets[split].count : 0;
  return {
    name: "documents",
    version: 1,
    digest,
    sample: { kind: "text", tokenizer: bytesTokenizer },
    factors: [{ name: "of", kind: "class", classes: ["any"] }],
    notes: [],
    size,
    read(split, indices) {
      if (reads !== undefined) reads.count += indices.length;
      const set = split === "train" || split === "test" ? sets[split] : textSet([], sets.train);
      const samples = gatherTexts(set, indices);
      return Promise.resolve({ samples, labels: { of: new Float32Array(samples.count) } });
    },
  };
}

/** Pairs of bytes as tokens 2b + c of a vocabulary past 16 bits, and single bytes where one is left. */
export const pairsTokenizer: Tokenizer = {
  ...bytesTokenizer,
  name: "pairs",
  digest: "pairs",
  vocabulary: 70_000,
  separator: 69_999,
  encode(text) {
    const bytes = bytesTokenizer.encode(text);
    return Int32Array.from(
      { length: Math.ceil(bytes.length / 2) },
      (_, i) =>
        2 * i + 1 < bytes.length ? 256 * bytes[2 * i] + bytes[2 * i + 1] + 256 : bytes[2 * i],
    );
  },
};
