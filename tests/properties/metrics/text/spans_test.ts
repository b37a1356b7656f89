/** Laws of copied and of different runs of words, against plain strings. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  copiedRuns,
  distinctRuns,
  longestCopy,
  numbering,
  wordsOf,
} from "../../../../src/metrics/text/spans.ts";
import { law } from "../../../law.ts";

/** Few words, so that runs repeat. */
const text = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 12 }).map((words) =>
  words.join(" ")
);
const set = fc.array(text, { minLength: 1, maxLength: 4 });

/** Runs of n words, as text. */
function runsOf(texts: readonly string[], n: number): string[] {
  return texts.flatMap((one) => {
    const words = wordsOf(one);
    const starts = Array.from({ length: Math.max(0, words.length - n + 1) }, (_, i) => i);
    return starts.map((at) => words.slice(at, at + n).join(" "));
  });
}

const sets = ({ own, others }: { own: string[]; others: string[] }) => {
  const number = numbering();
  return { own: number(own).documents, others: number(others).documents };
};

law("copied runs are those of the texts, and none goes over a document's end", {
  source: "definition",
  given: { own: set, others: set, n: fc.integer({ min: 1, max: 5 }) },
  holds: ({ n, ...given }) => {
    const there = new Set(runsOf(given.others, n)), mine = runsOf(given.own, n);
    const { own, others } = sets(given);
    assertEquals(copiedRuns(own, { others, n }), {
      all: mine.length,
      copied: mine.filter((run) => there.has(run)).length,
    });
  },
  kills: ["copied-over-joined-documents", "copied-once-each"],
});

/** Two runs of two numbers whose hashes in spans.ts are equal: (a + 1)·B + b + 1 ≡ (c + 1)·B + d + 1. */
function equalHashes(): { a: number; d: number } {
  const base = 0x9e3779b1 | 0;
  let best = { a: 1, d: Infinity };
  for (let a = 1; a < 1 << 17; a++) {
    const d = Math.imul(a, base);
    if (d > 0 && d < best.d) best = { a, d };
  }
  return best;
}
const { a, d } = equalHashes();

law("runs of one hash are not taken for one another", {
  source: "a hash is no proof",
  given: { b: fc.nat({ max: 1000 }), c: fc.nat({ max: 1000 }) },
  holds: ({ b, c }) => {
    const own = [Int32Array.of(a + c, b)], other = [Int32Array.of(c, b + d)];
    assertEquals(copiedRuns(own, { others: other, n: 2 }), { all: 1, copied: 0 });
    assertEquals(copiedRuns([...own, ...other], { others: own, n: 2 }), { all: 2, copied: 1 });
    assertEquals(distinctRuns([...own, ...other], { n: 2, count: 2 }).different, 2);
  },
  kills: ["copied-without-looking", "distinct-by-hash"],
});

law("the longest copy is the longest run of a text that others hold", {
  source: "definition, by trying all lengths",
  given: { own: set, others: set },
  holds: (given) => {
    let longest = 0;
    for (let n = 1; n <= 12; n++) {
      const there = new Set(runsOf(given.others, n));
      if (runsOf(given.own, n).some((run) => there.has(run))) longest = n;
    }
    const { own, others } = sets(given);
    assertEquals(longestCopy(own, others), longest);
  },
  kills: ["copied-over-joined-documents", "longest-copy-too-short"],
});

law("a copy of training is all copied, as long as it is; words that nobody wrote are none", {
  source: "definition",
  given: { own: fc.array(text.filter((one) => one !== ""), { minLength: 1, maxLength: 3 }) },
  holds: ({ own: texts }) => {
    const { own, others } = sets({ own: texts, others: texts });
    const { all, copied } = copiedRuns(own, { others, n: 1 });
    assertEquals(copied, all);
    assertEquals(longestCopy(own, others), Math.max(...own.map(({ length }) => length)));
    const strange = sets({ own: texts.map((one) => one.replace(/\w/g, "z")), others: texts });
    assertEquals(copiedRuns(strange.own, { others: strange.others, n: 1 }).copied, 0);
    assertEquals(longestCopy(strange.own, strange.others), 0);
  },
});

law("different runs are counted among the first N, none over a document's end", {
  source: "Li et al. 2016",
  given: { own: set, n: fc.integer({ min: 1, max: 3 }), count: fc.integer({ min: 1, max: 20 }) },
  holds: ({ own, n, count }) => {
    const first = runsOf(own, n).slice(0, count);
    assertEquals(distinctRuns(numbering()(own).documents, { n, count }), {
      different: new Set(first).size,
      counted: first.length,
    });
  },
  kills: ["distinct-of-all", "distinct-over-joined-documents"],
});
