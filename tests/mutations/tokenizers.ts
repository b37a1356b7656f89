/** Bugs of tokenizers, each with the law that must see it. @module */
import type { Mutant } from "./run.ts";

const encode = "tests/properties/tokenizers/encode_test.ts";
const merges = "tests/properties/tokenizers/merges_test.ts";

/** See tests/mutations/run.ts. */
export const mutants: readonly Mutant[] = [
  {
    id: "tokenizer-byte-that-is-no-text-dropped",
    file: "src/tokenizers/carrier.ts",
    find: "    parts.push(String.fromCharCode(escaped + bytes[at]));\n",
    replace: "",
    law: encode,
  },
  {
    id: "tokenizer-last-token-of-a-seen-word-dropped",
    file: "src/tokenizers/bpe/words.ts",
    find: "into.append(pool, at + 1, at + 1 + pool[at]);",
    replace: "into.append(pool, at + 1, at + pool[at]);",
    law: encode,
  },
  {
    id: "tokenizer-length-of-the-written-form",
    file: "src/tokenizers/bpe/bpe.ts",
    find: "bytesWritten(token) ?? utf8.encode(token)",
    replace: "utf8.encode(token)",
    law: encode,
  },
  {
    id: "tokenizer-cache-ignores-the-end-of-words",
    file: "src/tokenizers/bpe/words.ts",
    find: "const seen = this.#seen.get(word);",
    replace: "const seen = this.#seen.get(word.slice(0, 6));",
    law: encode,
  },
  {
    id: "tokenizer-special-read-in-text",
    file: "src/tokenizers/added.ts",
    find: "      if (token.special && !special) continue;\n",
    replace: "",
    law: encode,
  },
  {
    id: "tokenizer-special-made-by-a-merge",
    file: "src/tokenizers/bpe/bpe.ts",
    find: "if (!hidden.has(both)) ranks.set",
    replace: "ranks.set",
    law: encode,
  },
  {
    id: "tokenizer-merge-by-number",
    file: "src/tokenizers/bpe/bpe.ts",
    find: "  merges.forEach(([left, right], rank) => {",
    replace: "  const by = ([a, b]: readonly [string, string]) => numbers.get(a + b)!;\n" +
      "  merges.toSorted((a, b) => by(a) - by(b)).forEach(([left, right], rank) => {",
    law: merges,
  },
  {
    id: "tokenizer-rightmost-merge-first",
    file: "src/tokenizers/bpe/merge.ts",
    find: "if (ranks[i] < ranks[best]) best = i;",
    replace: "if (ranks[i] <= ranks[best]) best = i;",
    law: merges,
  },
  {
    id: "tokenizer-long-word-merged-by-old-ranks",
    file: "src/tokenizers/bpe/merge.ts",
    find: "    if (ranks.get(word[at], word[right]) !== rank) continue;\n",
    replace: "",
    law: merges,
  },
  {
    id: "tokenizer-tie-broken-the-other-way",
    file: "src/tokenizers/train/queue.ts",
    find: "a.left < b.left : a.right < b.right",
    replace: "a.left > b.left : a.right > b.right",
    law: merges,
  },
  {
    id: "tokenizer-pair-count-not-taken-down",
    file: "src/tokenizers/train/words.ts",
    find: "        changed(right, tokens[i + 2], -1);\n",
    replace: "",
    law: merges,
  },
  {
    id: "tokenizer-counts-by-arrival",
    file: "src/tokenizers/train/count.ts",
    find: "(counts.get(word) ?? 0) + 1",
    replace: "(counts.get(word) ?? counts.size) + 1",
    law: merges,
  },
];
