/** Bugs of filters, duplicates, decontamination and the classifier. @module */
import type { Mutant } from "./run.ts";

const laws = (name: string) => `tests/properties/curation/${name}_test.ts`;
const grams = "src/curation/filters/grams.ts";
const pieces = "src/curation/words/pieces.ts";
const bands = "src/curation/dedup/minhash/bands.ts";
const signature = "src/curation/dedup/minhash/signature.ts";

/** See tests/mutations/run.ts. */
export const mutants: readonly Mutant[] = [
  {
    id: "repeated-run-counts-its-overlaps",
    file: grams,
    find: "        i += n;",
    replace: "        i += 1;",
    law: laws("runs"),
  },
  {
    id: "repeated-runs-compared-word-by-word",
    file: grams,
    find: "this.#joined(a, a + n) === this.#joined(b, b + n)",
    replace: "this.#joined(a, a + n) !== this.#joined(b, b + n)",
    law: laws("runs"),
  },
  {
    id: "top-run-without-its-spaces",
    file: grams,
    find: "(this.#charactersOf(at, at + n) + n - 1) * most",
    replace: "this.#charactersOf(at, at + n) * most",
    law: laws("runs"),
  },
  {
    id: "piece-known-by-its-hash-alone",
    file: pieces,
    find: "this.#hashes[piece] === hash && this.#is(piece, text, from, to)",
    replace: "(this.#hashes[piece] ^ hash) << 28 === 0",
    law: laws("runs"),
  },
  {
    id: "special-words-left-in-parts",
    file: "src/curation/words/cut.ts",
    find: "joinSpecial(cutSigns(chunk, true))",
    replace: "cutSigns(chunk, true)",
    law: "tests/curation/words_test.ts",
  },
  {
    id: "sentence-begun-by-a-sign",
    file: "src/curation/words/words.ts",
    find: "stopped && !stop && (of & trait.punctuation) === 0",
    replace: "stopped && !stop",
    law: "tests/curation/words_test.ts",
  },
  {
    id: "c4-keeps-cut-off-lines",
    file: "src/curation/filters/c4_quality.ts",
    find: ' || line.endsWith("...")',
    replace: "",
    law: "tests/curation/filters_test.ts",
  },
  {
    id: "fineweb-counts-repeats-of-blank-lines",
    file: "src/curation/filters/fineweb_quality.ts",
    find: ".filter((line) => !isBlank(line)),",
    replace: '.filter((line) => line !== ""),',
    law: "tests/curation/filters_test.ts",
  },
  {
    id: "filter-drops-at-its-limit",
    file: "src/curation/filters/check.ts",
    find: '"above" ? value > limit : value < limit',
    replace: '"above" ? value >= limit : value <= limit',
    law: laws("runs"),
  },
  {
    id: "minhash-one-permutation-for-four",
    file: signature,
    find: "one ^ offsets[k], 0x85ebca6b);\n" +
      "      value = Math.imul((value ^ (value >>> 15)) + other, factors[k]);",
    replace: "one ^ offsets[k & ~3], 0x85ebca6b);\n" +
      "      value = Math.imul((value ^ (value >>> 15)) + other, factors[k & ~3]);",
    law: laws("minhash"),
  },
  {
    id: "minhash-rows-that-agree-always",
    file: signature,
    find: "for (let k = 0; k < count; k++) {",
    replace: "for (let k = 4; k < count; k++) {",
    law: laws("minhash"),
  },
  {
    id: "bands-compared-by-their-first-value",
    file: bands,
    find: "for (let i = from; i < to; i++) if (a[i] !== b[i]) return false;",
    replace: "if (a[from] !== b[from] || to < from) return false;",
    law: laws("minhash"),
  },
  {
    id: "bands-of-one-row-too-few",
    file: bands,
    find: "[band * rows, (band + 1) * rows] as const",
    replace: "[band * rows, (band + 1) * rows - 1] as const",
    law: laws("minhash"),
  },
  {
    id: "cluster-named-by-its-last",
    file: "src/curation/dedup/union_find.ts",
    find: "if (one < other)",
    replace: "if (one > other)",
    law: laws("minhash"),
  },
  {
    id: "exact-duplicates-by-length",
    file: "src/curation/dedup/exact.ts",
    find: 'createHash("sha256").update(text, "utf8")',
    replace: 'createHash("sha256").update(`${text.length}`, "utf8")',
    law: laws("exact"),
  },
  {
    id: "exact-duplicates-keep-the-second",
    file: "src/curation/dedup/exact.ts",
    find: "return value === 0",
    replace: "return value === 1",
    law: laws("exact"),
  },
  {
    id: "semantic-compares-with-dropped-ones",
    file: "src/curation/dedup/semantic.ts",
    find: "if (out[number] <= limit) kept.add(own);",
    replace: "kept.add(own);",
    law: laws("semantic"),
  },
  {
    id: "semantic-vectors-of-any-length",
    file: "src/curation/dedup/semantic.ts",
    find: "own[i] /= length;",
    replace: "own[i] /= 1;",
    law: laws("semantic"),
  },
  {
    id: "decontamination-a-word-early",
    file: "src/curation/decontaminate/matches.ts",
    find: "n = Math.min(this.#n, words.length);",
    replace: "n = Math.min(this.#n - 1, words.length);",
    law: laws("decontaminate"),
  },
  {
    id: "decontamination-cuts-one-side",
    file: "src/curation/decontaminate/cut.ts",
    find: "match.from - characters",
    replace: "match.from",
    law: laws("decontaminate"),
  },
  {
    id: "decontamination-ignores-how-often",
    file: "src/curation/decontaminate/decontaminate.ts",
    find: "(times.get(run) ?? 0) <= config.maxMatches",
    replace: "(times.get(run) ?? 0) <= config.maxMatches + times.size * 1000",
    law: laws("decontaminate"),
  },
  {
    id: "classifier-classes-weigh-as-they-come",
    file: "src/curation/classifier/logistic.ts",
    find: "n / (2 * (positive ? positives : n - positives))",
    replace: "n / (2 * (positive ? positives : n))",
    law: laws("classifier"),
  },
  {
    id: "classifier-decay-forgotten",
    file: "src/curation/classifier/logistic.ts",
    find: "weight * (1 - step * decay)",
    replace: "weight * (1 - 0 * decay)",
    law: laws("classifier"),
  },
  {
    id: "area-under-the-curve-without-ties",
    file: "src/curation/classifier/quality_of_scores.ts",
    find: "const rank = (from + 1 + to) / 2;",
    replace: "const rank = from + 1;",
    law: laws("classifier"),
  },
  {
    id: "pareto-of-the-first-kind",
    file: "src/curation/classifier/draw.ts",
    find: "-1 / alpha) - 1",
    replace: "-1 / alpha)",
    law: laws("classifier"),
  },
];
