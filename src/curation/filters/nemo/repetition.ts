/**
 * Checks of runs of words that are met again, as NeMo Curator counts them
 * (`stages/text/filters/heuristic/repetition/repetition.py`): words are what stands between spaces.
 * @module
 */
import { characters, occurrences } from "../../words/mod.ts";
import type { Check } from "../check.ts";
import type { TextView } from "../view.ts";

const runOf = (words: readonly string[], from: number, n: number) =>
  words.slice(from, from + n).join(" ");

/**
 * The share of a text's characters in the run of n words that is met most often, found again in the
 * text as it stands between single spaces. Of runs met equally often it is the first one here; there,
 * whichever Python's sets give first, which changes from process to process.
 */
function top({ text, plainWords, characters: all }: TextView, n: number): number {
  if (plainWords.length < n) return 1;
  const counts = new Map<string, number>();
  let most = 0;
  for (let i = 0; i + n <= plainWords.length; i++) {
    const run = runOf(plainWords, i, n), count = (counts.get(run) ?? 0) + 1;
    counts.set(run, count);
    most = Math.max(most, count);
  }
  const [run] = [...counts].find(([, count]) => count === most)!;
  return occurrences(text, run) * characters(run) / all;
}

/** The share of a text's characters in runs of n words that were there before, overlaps once. */
function again({ plainWords, characters: all }: TextView, n: number): number {
  if (plainWords.length < n) return 1;
  const seen = new Set<string>();
  let found = 0, covered = 0;
  for (let i = 0; i + n <= plainWords.length; i++) {
    const run = runOf(plainWords, i, n);
    if (seen.has(run)) {
      for (let j = covered; j < n; j++) found += characters(plainWords[i + j]);
      found += Math.min(n - covered, n - 1);
      covered = n;
    } else seen.add(run);
    covered = Math.max(covered - 1, 0);
  }
  return found / all;
}

/** Those of runs of two words are checked unless a suite says otherwise; the others' limits: Gopher's. */
const tops: readonly (readonly [number, number | null])[] = [[2, 0.2], [3, null], [4, null]];
const repeated: readonly (readonly [number, number | null])[] = [
  [2, 0.2],
  ...[5, 6, 7, 8, 9, 10].map((n) => [n, null] as const),
];

/** See the module. */
export const runChecks: readonly Check<TextView, Record<never, never>>[] = [
  ...tops.map(([n, limit]) => ({
    setting: `maxTop${n}Gram`,
    value: `top_${n}_gram`,
    drops: "above" as const,
    limit,
    about: `largest share of characters in the run of ${n} words that is met most often`,
    of: (view: TextView) => top(view, n),
  })),
  ...repeated.map(([n, limit]) => ({
    setting: `maxRepeated${n}Grams`,
    value: `repeated_${n}_grams`,
    drops: "above" as const,
    limit,
    about: `largest share of characters in runs of ${n} words that were there before`,
    of: (view: TextView) => again(view, n),
  })),
];
