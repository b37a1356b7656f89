/** Bugs of control rows of texts, each with the law that must see it. @module */
import type { Mutant } from "./run.ts";

const tables = "src/protocols/control/text/tables.ts";
const model = "src/protocols/control/text/kneser_ney.ts";
const choose = "src/protocols/control/text/choose.ts";
const laws = "tests/properties/controls/ngram_test.ts";

/** See tests/mutations/run.ts. */
export const mutants: readonly Mutant[] = [
  {
    id: "ngram-discount-dropped",
    file: model,
    find: "(count - discountOf(discounts, count)) / total",
    replace: "count / total",
    law: laws,
    filter: "those of the paper",
  },
  {
    id: "ngram-raw-counts",
    file: model,
    find: "if (before === undefined) return counts;",
    replace: "if (before !== undefined || counts.length > 0) return counts;",
    law: laws,
    filter: "those of the paper",
  },
  {
    id: "ngram-backoff-not-normalised",
    file: model,
    find: "gammas[context] = total === 0 ? 1 : taken / total;",
    replace: "gammas[context] = total === 0 ? 1 : taken / (total + 1);",
    law: laws,
    filter: "sum to one",
  },
  {
    id: "ngram-context-reversed",
    file: model,
    find: "childOf(this.#levels[n - 1].grams, context[n - 2], token)",
    replace: "childOf(this.#levels[n - 1].grams, token, context[0])",
    law: laws,
    filter: "those of the paper",
  },
  {
    id: "ngram-longest-context-forgotten",
    file: model,
    find:
      "for (let node = grams.first[parent]; node < grams.first[parent + 1]; node++) {\n        if (counts[node] === 0) continue;",
    replace:
      "for (let node = grams.first[parent] + 1; node < grams.first[parent + 1]; node++) {\n        if (counts[node] === 0) continue;",
    law: laws,
    filter: "sum to one",
  },
  {
    id: "ngram-over-separators",
    file: tables,
    find: "places = deeper(places, { depth, least: length - 1 });",
    replace: "places = deeper(places, { depth, least: 1 });",
    law: laws,
    filter: "n-grams have their counts",
  },
  {
    id: "ngram-discount-of-two-as-of-one",
    file: model,
    find: "k - (k + 1) * y * t[k] / t[k - 1]",
    replace: "k - 2 * y * t[k] / t[k - 1]",
    law: laws,
    filter: "discounts lie",
  },
  {
    id: "ngram-likeliest-of-the-longest-alone",
    file: model,
    find: "n === 0 ? 0 : this.#likeliestOf(nodes.slice(0, n))",
    replace: "0",
    law: laws,
    filter: "the likeliest token",
  },
  {
    id: "ngram-drawn-by-undiscounted-counts",
    file: model,
    find: "rest -= counts[node] - discountOf(discounts, counts[node]);",
    replace: "rest -= counts[node];",
    law: laws,
    filter: "are drawn",
  },
  {
    id: "ngram-temperature-on-nothing",
    file: choose,
    find: "return temperature === 1\n",
    replace: "return temperature > 0\n",
    law: laws,
    filter: "after temperature",
  },
];
