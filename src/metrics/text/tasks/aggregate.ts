/**
 * The numbers of documents as one, with its standard error.
 * @module
 */
import { exp, log } from "../../../numeric/mod.ts";
import { type Pair, ratioError } from "../ratio.ts";
import type { Aggregation } from "./definition.ts";
import { PythonRandom } from "./python/mod.ts";
import type { Score } from "./score.ts";

/** A number of all documents. */
export interface Aggregated {
  readonly value: number;
  /** null of one document. */
  readonly stderr: number | null;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]) => sum(values) / values.length;

/** √(Σ(x − x̄)² / (n − 1)). */
function deviation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(sum(values.map((x) => (x - middle) ** 2)) / (values.length - 1));
}

const CHUNKS = 100, CHUNK = 1000;

/**
 * Deviation of exp(−mean) over 100,000 bootstrap samples of the documents: lm-evaluation-harness'
 * draws, so that it is its number.
 */
export function perplexityError(values: readonly number[]): number {
  const found: number[] = [], n = values.length;
  for (let chunk = 0; chunk < CHUNKS; chunk++) {
    const random = new PythonRandom(chunk);
    for (let i = 0; i < CHUNK; i++) {
      let total = 0;
      for (let k = 0; k < n; k++) total += values[random.choice(n)];
      found.push(exp(-total / n));
    }
  }
  return deviation(found);
}

const numbers = (scores: readonly Score[]) =>
  scores.map((score) => {
    if (typeof score === "number") return score;
    throw new RangeError("a number a document was expected, not a pair");
  });
const pairs = (scores: readonly Score[]): Pair[] =>
  scores.map((score) => {
    if (typeof score !== "number") return score;
    throw new RangeError("a pair a document was expected, not a number");
  });

/**
 * Of a mean the standard error is s/√n, of a perplexity lm-evaluation-harness' bootstrap. It gives none
 * for ratios of sums; here they have that of a ratio estimate (`ratioError`), carried through
 * exp(−r) and −r/ln 2 by their slopes.
 */
const by: Readonly<Record<Aggregation, (scores: readonly Score[]) => Aggregated>> = {
  mean(scores) {
    const values = numbers(scores);
    return { value: mean(values), stderr: deviation(values) / Math.sqrt(values.length) };
  },
  perplexity(scores) {
    const values = numbers(scores);
    return {
      value: exp(-mean(values)),
      stderr: values.length > 1 ? perplexityError(values) : null,
    };
  },
  weighted_perplexity(scores) {
    const { ratio, stderr } = ratioError(pairs(scores)), value = exp(-ratio);
    return { value, stderr: stderr * value };
  },
  bits_per_byte(scores) {
    const { ratio, stderr } = ratioError(pairs(scores));
    return { value: -ratio / log(2), stderr: stderr / log(2) };
  },
};

/** The scores of all documents as one number. @throws RangeError where there is none */
export function aggregate(scores: readonly Score[], aggregation: Aggregation): Aggregated {
  if (scores.length === 0) throw new RangeError("no document was scored");
  const { value, stderr } = by[aggregation](scores);
  return { value, stderr: scores.length > 1 ? stderr : null };
}
