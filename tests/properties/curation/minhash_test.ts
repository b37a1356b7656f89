/** Laws of MinHash, of bands, and of sets that hang together. */
import fc from "fast-check";
import { assertEquals } from "@std/assert";
import { clusters, found, Signatures } from "../../../src/curation/dedup/minhash/bands.ts";
import { minhash } from "../../../src/curation/dedup/minhash/minhash.ts";
import { shingles } from "../../../src/curation/dedup/minhash/shingles.ts";
import {
  permutations,
  signature,
  similarity,
} from "../../../src/curation/dedup/minhash/signature.ts";
import { UnionFind } from "../../../src/curation/dedup/union_find.ts";
import { keptBy } from "../../curation/stages.ts";
import { close, law } from "../../law.ts";

/** Two sets: so many members of both, of the first and of the second alone. */
const pair = fc.record({
  both: fc.integer({ min: 1, max: 60 }),
  one: fc.integer({ min: 0, max: 40 }),
  other: fc.integer({ min: 0, max: 40 }),
  salt: fc.integer({ min: 0, max: 1 << 20 }),
});
type Pair = typeof pair extends fc.Arbitrary<infer T> ? T : never;

/** Shingles of distinct texts. */
function setsOf({ both, one, other, salt }: Pair): [Int32Array, Int32Array] {
  const run = (from: number, n: number) =>
    Array.from(
      { length: n },
      (_, i) => [...shingles(`${salt} ${from + i} a b c`, { of: "characters", n: 64 })],
    )
      .flat();
  const shared = run(0, both);
  return [
    Int32Array.from([...shared, ...run(1000, one)]),
    Int32Array.from([...shared, ...run(2000, other)]),
  ];
}

const jaccard = ({ both, one, other }: Pair) => both / (both + one + other);

law("MinHash estimates Jaccard similarity without bias, with variance J(1 − J)/K", {
  source: "Broder 1997",
  given: { pair },
  holds: ({ pair }) => {
    const K = 32, trials = 400, J = jaccard(pair), [a, b] = setsOf(pair);
    const estimates = Array.from({ length: trials }, (_, seed) => {
      const drawn = permutations(K, seed);
      return similarity(signature(a, drawn), signature(b, drawn));
    });
    const mean = estimates.reduce((sum, one) => sum + one, 0) / trials;
    const variance = estimates.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (trials - 1);
    const law = J * (1 - J) / K;
    // Five standard errors; that of a variance has the binomial's fourth moment.
    close(mean, J, 5 * Math.sqrt(law / trials) + 1e-12, "mean");
    const fourth = law ** 2 * (3 - 6 / K) + law / K ** 2;
    close(variance, law, 5 * Math.sqrt((fourth - law ** 2) / trials) + 1e-12, "variance");
  },
  kills: ["minhash-one-permutation-for-four", "minhash-rows-that-agree-always"],
  cases: 20,
});

law("documents of similarity s share a band with probability 1 − (1 − s^r)^b", {
  source: "Leskovec, Rajaraman & Ullman 2014, chapter 3",
  given: {
    pair,
    cut: fc.constantFrom(
      { bands: 4, rows: 2 },
      { bands: 8, rows: 4 },
      { bands: 14, rows: 8 },
      { bands: 5, rows: 1 },
    ),
  },
  holds: ({ pair, cut }) => {
    const trials = 400, [a, b] = setsOf(pair), p = found(jaccard(pair), cut);
    let together = 0;
    for (let seed = 0; seed < trials; seed++) {
      const drawn = permutations(cut.bands * cut.rows, seed), all = new Signatures(drawn.count);
      all.set(0, signature(a, drawn));
      all.set(1, signature(b, drawn));
      if (clusters(all, cut).first(1) === 0) together++;
    }
    close(together / trials, p, 5 * Math.sqrt(p * (1 - p) / trials) + 1 / trials, "found");
  },
  kills: ["bands-compared-by-their-first-value", "bands-of-one-row-too-few"],
  cases: 20,
});

const pairs = fc.array(fc.tuple(fc.nat({ max: 19 }), fc.nat({ max: 19 })), { maxLength: 30 });

law("sets that hang together don't hang on the pairs' order, and are named by their first member", {
  source: "Tarjan 1975",
  given: { pairs, order: fc.infiniteStream(fc.nat()).map((all) => all) },
  holds: ({ pairs, order }) => {
    const sets = new UnionFind(20), shuffled = new UnionFind(20);
    for (const [a, b] of pairs) sets.union(a, b);
    const left = [...pairs];
    while (left.length > 0) {
      const [[a, b]] = left.splice(order.next().value! % left.length, 1);
      shuffled.union(b, a);
    }
    const names = Array.from({ length: 20 }, (_, i) => i);
    // The smallest member that can be reached, by relaxation.
    for (let again = true; again;) {
      again = false;
      for (const [a, b] of pairs) {
        const least = Math.min(names[a], names[b]);
        if (names[a] !== least || names[b] !== least) again = true;
        names[a] = names[b] = least;
      }
    }
    assertEquals(names.map((_, i) => sets.find(i)), names);
    assertEquals(names.map((_, i) => shuffled.find(i)), names);
    assertEquals(
      [...sets.sizes()],
      names.map((name) => names.filter((one) => one === name).length),
    );
  },
  kills: ["cluster-named-by-its-last"],
  cases: 300,
});

const distinct = fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 20, maxLength: 40 })
  .map((all) => all.map((n) => `w${n.toString(36)}q`).join(" "));

law("of copies the first stays, and what is left is left again", {
  source: "definition",
  given: {
    texts: fc.uniqueArray(distinct, { minLength: 1, maxLength: 6 }),
    copies: fc.integer({ min: 1, max: 3 }),
  },
  holds: async ({ texts, copies }) => {
    const all = Array.from({ length: copies }, () => texts).flat();
    const kept = await keptBy(minhash, all);
    assertEquals(kept, await keptBy(minhash, kept));
    assertEquals(kept.every((text) => texts.includes(text)), true);
    assertEquals(kept, await keptBy(minhash, texts));
  },
  cases: 60,
});
