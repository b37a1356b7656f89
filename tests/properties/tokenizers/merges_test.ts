/** Laws of merges: by rank, and as they are learnt. */
import fc from "fast-check";
import { assertEquals } from "@std/assert";
import { alphabet, alphabetical, written } from "../../../src/tokenizers/bpe/alphabet.ts";
import { bpeOf } from "../../../src/tokenizers/bpe/bpe.ts";
import { specialToken } from "../../../src/tokenizers/bpe/parts.ts";
import { learn, type Stage, WordCounts } from "../../../src/tokenizers/mod.ts";
import { law } from "../../law.ts";
import { text } from "./texts.ts";

type Pair = readonly [string, string];
const uncut: readonly Stage[] = [
  { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
];

/** Merges that follow from one another, of the letters a to c. */
const merges = fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 12 })
  .map((draws) => {
    const tokens = ["a", "b", "c"], found: Pair[] = [];
    for (const [left, right] of draws) {
      const pair = [tokens[left % tokens.length], tokens[right % tokens.length]] as const;
      const both = pair.join("");
      if (tokens.includes(both) || both.length > 16) continue;
      found.push(pair);
      tokens.push(both);
    }
    return found;
  });

/** The definition, word for word: the first of the pairs of lowest rank, until there is none. */
function byDefinition(word: string, merges: readonly Pair[]): string[] {
  const parts = [...word];
  for (;;) {
    const ranks = parts.slice(1).map((right, i) =>
      merges.findIndex(([a, b]) => a === parts[i] && b === right)
    );
    const best = Math.min(...ranks.filter((rank) => rank >= 0));
    if (!Number.isFinite(best)) return parts;
    const at = ranks.indexOf(best);
    parts.splice(at, 2, parts[at] + parts[at + 1]);
  }
}

/** Words of both sorts, short ones and those that have a heap. */
const letters = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 150, size: "max" })
  .map((all) => all.join(""));

law("a word's tokens follow from the ranks of merges, whatever their numbers", {
  source: "Sennrich et al. 2016, section 3.2",
  given: { merges, word: letters, turn: fc.nat(200) },
  holds: ({ merges, word, turn }) => {
    const all = [...alphabet, ...merges.map((pair) => pair.join(""))];
    // Numbers turned about, so that they don't go with the ranks.
    const tokens = all.map((_, i) => all[(all.length - 1 - i + turn) % all.length]);
    const { encode } = bpeOf({
      tokens,
      merges,
      stages: uncut,
      added: [specialToken("<|endoftext|>", tokens.length)],
    }, "test");
    assertEquals(
      Array.from(encode(word), (token) => tokens[token]),
      byDefinition(word, merges),
    );
  },
  kills: [
    "tokenizer-merge-by-number",
    "tokenizer-rightmost-merge-first",
    "tokenizer-long-word-merged-by-old-ranks",
  ],
  cases: 300,
});

/** The definition: counts all pairs anew for each merge. */
function learntByDefinition(words: readonly string[], count: number): Pair[] {
  const order = alphabetical.map((byte) => alphabet[byte]);
  let split = words.map((word) => [...word]);
  const found: Pair[] = [];
  while (found.length < count) {
    const counts = new Map<string, number>();
    for (const parts of split) {
      for (let i = 1; i < parts.length; i++) {
        const pair = `${parts[i - 1]} ${parts[i]}`;
        counts.set(pair, (counts.get(pair) ?? 0) + 1);
      }
    }
    const numbers = (pair: string) => pair.split(" ").map((token) => order.indexOf(token));
    const [top] = [...counts].sort(([a, n], [b, m]) => {
      const [[a0, a1], [b0, b1]] = [numbers(a), numbers(b)];
      return m - n || a0 - b0 || a1 - b1;
    });
    if (top === undefined) return found;
    const [left, right] = top[0].split(" ");
    found.push([left, right]);
    if (!order.includes(left + right)) order.push(left + right);
    split = split.map((parts) => {
      const next: string[] = [];
      for (let i = 0; i < parts.length; i++) {
        const here = parts[i] === left && parts[i + 1] === right;
        next.push(here ? left + right : parts[i]);
        if (here) i++;
      }
      return next;
    });
  }
  return found;
}

/** No letter stands twice in a row: what overlaps is counted in another way by the trainers. */
const apart = fc.array(fc.array(fc.nat(3), { maxLength: 9 }), { minLength: 1, maxLength: 20 })
  .map((words) =>
    words.map((steps) => {
      let at = 0;
      return steps.map((step) => "abcde"[at = (at + 1 + step) % 5]).join("");
    })
  );

law("merges are learnt as the definition says, counts kept or counted anew", {
  source: "Sennrich et al. 2016, section 3.2; ties: the smaller pair of numbers",
  given: { words: apart },
  holds: ({ words }) => {
    const counts = new WordCounts(uncut);
    for (const word of words) counts.add(word);
    const learnt = learn(counts, { vocabulary: 257 + 12, special: ["<|endoftext|>"] });
    assertEquals(learnt.merges, learntByDefinition(words, 12));
  },
  kills: ["tokenizer-tie-broken-the-other-way", "tokenizer-pair-count-not-taken-down"],
  cases: 150,
});

law("the order of documents changes no merge", {
  source: "definition",
  given: { texts: fc.array(text, { minLength: 2, maxLength: 6 }), turn: fc.nat(5) },
  holds: ({ texts, turn }) => {
    const of = (documents: readonly string[]) => {
      const counts = new WordCounts([{ ...uncut[0], use_regex: true } as Stage]);
      for (const one of documents) counts.add(one);
      return learn(counts, { vocabulary: 290, special: ["<|endoftext|>"] }).merges;
    };
    const k = turn % texts.length;
    const turned = [...texts.slice(k), ...texts.slice(0, k)];
    assertEquals(of(turned), of(texts));
    assertEquals(of(texts.toReversed()), of(texts));
  },
  kills: ["tokenizer-counts-by-arrival"],
  cases: 60,
});

law("bytes written in the alphabet of byte-level vocabularies are all different", {
  source: "definition",
  given: {
    bytes: fc.uint8Array({ minLength: 1, maxLength: 4 }),
    other: fc.uint8Array({ minLength: 1, maxLength: 4 }),
  },
  holds: ({ bytes, other }) => {
    const same = bytes.length === other.length && bytes.every((byte, i) => byte === other[i]);
    return (written(bytes) === written(other)) === same;
  },
});
