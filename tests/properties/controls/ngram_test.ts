/** Laws of n-gram models: proper distributions, those of the paper, and samples that follow them. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { cutWeights } from "../../../src/protocols/control/text/choose.ts";
import { discountsOf, KneserNey } from "../../../src/protocols/control/text/kneser_ney.ts";
import { gramsOf } from "../../../src/protocols/control/text/tables.ts";
import { hostKey, uniform01 } from "../../../src/random/host/host.ts";
import { close, law } from "../../law.ts";
import { adjustedCounts, bruteForce, discountsOf as bruteDiscounts } from "./brute_force.ts";

const separator = 0, vocabulary = 6;
/** One token more than occurs. */
const documents = fc.array(
  fc.array(fc.integer({ min: 1, max: vocabulary - 2 }), { maxLength: 24 }),
  {
    minLength: 1,
    maxLength: 8,
  },
);
const orders = fc.integer({ min: 1, max: 5 });

function corpusOf(documents: readonly (readonly number[])[]) {
  const ends: number[] = [];
  let at = 0;
  for (const document of documents) ends.push(at += document.length);
  return { tokens: Int32Array.from(documents.flat()), ends: Uint32Array.from(ends) };
}

function modelOf(documents: readonly (readonly number[])[], order: number) {
  return new KneserNey(corpusOf(documents), { order, vocabulary, separator });
}

/** Contexts that occur, and ones that don't. */
function historiesOf(documents: readonly (readonly number[])[]): number[][] {
  const seen = documents.flatMap((document) =>
    document.map((_, i) => [separator, ...document.slice(0, i + 1)])
  );
  return [[separator], ...seen.slice(0, 40), [1, 2, 3, 4, 1], [4, 4, 4, 4], [5], [5, 1], []];
}

/** A count that a document of two-token cycles makes large: all four counts of counts are there. */
const rich = fc.constantFrom(1, 2, 3).map((seed) => {
  const key = hostKey(seed, "rich");
  return Array.from({ length: 12 }, (_, d) =>
    Array.from({ length: 60 }, (_, i) => {
      const u = uniform01(key, 100 * d + i);
      return 1 + Math.floor(4 * u * u);
    }));
});
const corpora = fc.oneof({ weight: 4, arbitrary: documents }, { weight: 1, arbitrary: rich });

law("after each context, seen or not, probabilities are positive and sum to one", {
  source: "Chen & Goodman 1998",
  given: { documents: corpora, order: orders },
  cases: 60,
  holds: ({ documents, order }) => {
    const model = modelOf(documents, order);
    for (const history of historiesOf(documents)) {
      const context = model.contextOf(history), whole = model.distribution(context);
      let sum = 0;
      for (let token = 0; token < vocabulary; token++) {
        const p = model.probability(context, token);
        assert(p > 0, `p(${token} | ${history}) = ${p}`);
        close(p, whole[token], 1e-15, "one and all");
        sum += p;
      }
      close(sum, 1, 1e-12, `the sum after ${history}`);
    }
  },
  kills: ["ngram-backoff-not-normalised", "ngram-longest-context-forgotten"],
});

law("probabilities are those of the paper, written with maps", {
  source: "Chen & Goodman 1998, section 3",
  given: { documents: corpora, order: orders },
  cases: 40,
  holds: ({ documents, order }) => {
    const model = modelOf(documents, order);
    const p = bruteForce(documents, { order, vocabulary, separator });
    for (const history of historiesOf(documents)) {
      const context = model.contextOf(history);
      for (let token = 0; token < vocabulary; token++) {
        close(
          model.probability(context, token),
          p(history, token),
          1e-12,
          `p(${token} | ${history}) of order ${order}`,
        );
      }
    }
  },
  kills: [
    "ngram-discount-dropped",
    "ngram-raw-counts",
    "ngram-backoff-not-normalised",
    "ngram-context-reversed",
    "ngram-over-separators",
  ],
});

law("n-grams have their counts, and shorter ones the number of tokens that stand before them", {
  source: "definition",
  given: { documents: corpora, order: orders },
  cases: 60,
  holds: ({ documents, order }) => {
    const grams = gramsOf(corpusOf(documents), { order, vocabulary, separator });
    const wanted = adjustedCounts(documents, { order, vocabulary, separator });
    let parents: string[] = [""];
    grams.forEach(({ token, first, counts, before }, i) => {
      const names: string[] = [];
      parents.forEach((parent, p) => {
        for (let node = first[p]; node < first[p + 1]; node++) {
          names[node] = parent === "" ? String(token[node]) : `${parent} ${token[node]}`;
        }
      });
      const found = new Map(
        names.map((name, node): [string, number] => [
          name,
          before === undefined || before[node] === 0 ? counts[node] : before[node],
        ]).filter(([, count]) => count > 0),
      );
      assertEquals([...found].sort(), [...wanted[i]].sort());
      parents = names;
    });
  },
  kills: ["ngram-over-separators"],
});

law("discounts lie in (0, k], and are the paper's where counts of counts give them", {
  source: "Chen & Goodman 1998, equation 26",
  given: {
    t: fc.tuple(...[0, 1, 2, 3].map(() => fc.nat(200))) as fc.Arbitrary<
      [number, number, number, number]
    >,
  },
  holds: ({ t }) => {
    const found = discountsOf(t);
    found.forEach((d, i) => assert(d > 0 && d <= i + 1, `${d}`));
    const table = new Map(
      t.flatMap((n, i) => Array.from({ length: n }, (_, j) => [`${i} ${j}`, i + 1] as const)),
    );
    bruteDiscounts(table).forEach((d, i) => close(found[i], d, 1e-12));
  },
  kills: ["ngram-discount-of-two-as-of-one"],
});

law("the likeliest token is the likeliest, and of equal ones the lowest", {
  source: "definition",
  given: { documents: corpora, order: orders },
  cases: 60,
  holds: ({ documents, order }) => {
    const model = modelOf(documents, order);
    for (const history of historiesOf(documents)) {
      const context = model.contextOf(history);
      const p = Array.from({ length: vocabulary }, (_, t) => model.probability(context, t));
      assertEquals(model.likeliest(context), p.indexOf(Math.max(...p)), `after ${history}: ${p}`);
    }
  },
});

Deno.test("the likeliest token may be one that never stood after the context", () => {
  // 1 stands after fourteen tokens; after 2 there stand 17, 18 and 19, once each.
  const documents = [
    ...Array.from({ length: 14 }, (_, i) => [3 + i, 1]),
    [2, 17],
    [2, 18],
    [2, 19],
  ];
  const size = 20;
  const model = new KneserNey(corpusOf(documents), { order: 2, vocabulary: size, separator });
  const context = model.contextOf([2]);
  const p = Array.from({ length: size }, (_, t) => model.probability(context, t));
  assertEquals(p.indexOf(Math.max(...p)), 1, `${p}`);
  assertEquals(model.likeliest(context), 1);
});

law("tokens that are drawn follow the distribution: χ² at one in 100,000", {
  source: "Pearson 1900",
  given: { documents: rich, order: orders, history: fc.constantFrom([separator], [1, 2], [5, 5]) },
  cases: 6,
  holds: ({ documents, order, history }) => {
    const model = modelOf(documents, order), context = model.contextOf(history);
    const p = model.distribution(context), draws = 4000, key = hostKey(7, "draws");
    let next = 0;
    const counts = new Float64Array(vocabulary);
    for (let i = 0; i < draws; i++) counts[model.draw(context, () => uniform01(key, next++))]++;
    // Classes of at least five expected draws, the others together.
    const rare = Array.from(p.keys()).filter((t) => p[t] * draws < 5);
    const common = Array.from(p.keys()).filter((t) => p[t] * draws >= 5);
    const cells = [
      ...common.map((t) => [counts[t], p[t] * draws]),
      ...(rare.length === 0 ? [] : [[
        rare.reduce((sum, t) => sum + counts[t], 0),
        rare.reduce((sum, t) => sum + p[t] * draws, 0),
      ]]),
    ];
    const chi2 = cells.reduce((sum, [found, wanted]) => sum + (found - wanted) ** 2 / wanted, 0);
    // The 1 − 10⁻⁵ quantiles of χ² with 1 … 6 degrees of freedom.
    const most = [19.51, 23.03, 25.90, 28.47, 30.86, 33.11][cells.length - 2];
    assert(chi2 < most, `χ² = ${chi2} of ${cells.length} cells: ${cells.join(" | ")}`);
  },
  kills: ["ngram-drawn-by-undiscounted-counts"],
});

law("weights after temperature, top-k and top-p: the likeliest stay, in proportion to p^(1/T)", {
  source: "Holtzman et al. 2020",
  given: {
    p: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 8 }),
    temperature: fc.constantFrom(0.5, 1, 2),
    topK: fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined }),
    topP: fc.constantFrom(0.1, 0.5, 0.9, 1),
  },
  holds: ({ p, ...choosing }) => {
    const total = p.reduce((a, b) => a + b), { temperature, topK = p.length, topP } = choosing;
    const weights = cutWeights(Float64Array.from(p, (one) => one / total), choosing);
    const most = Math.max(...p);
    const whole = p.map((one) => (one / most) ** (1 / temperature));
    const order = p.map((_, i) => i).sort((a, b) => p[b] - p[a] || a - b).slice(0, topK);
    const sum = order.reduce((s, t) => s + whole[t], 0);
    let before = 0;
    const left = order.filter((token) => {
      const needed = topP === 1 || before < topP * sum - 1e-12;
      before += whole[token];
      return needed;
    });
    weights.forEach((weight, token) => {
      // A sum that reaches p within rounding may take one token more.
      if (left.includes(token)) close(weight, whole[token], 1e-12);
    });
    const kept = weights.filter((weight) => weight > 0).length;
    assert(kept === left.length || kept === left.length + 1, `${kept} of ${left.length}`);
  },
  kills: ["ngram-temperature-on-nothing"],
});
