/**
 * Trials of a kind of fault: each had the right outcome, or a wrong one that is described.
 * @module
 */
import type { Measured } from "../figure.ts";

/** One fault put in, and what came of it. */
export interface Trial {
  /** What the counts are kept by: "ENOSPC at rename". */
  readonly kind: string;
  /** Where exactly, enough to repeat it. */
  readonly what: string;
  /** null: right. */
  readonly wrong: string | null;
}

/** Wrong ones that a figure names. */
const shown = 10;

/** How many trials went wrong; tried and right by kind; the first that went wrong. */
export function tally(trials: readonly Trial[], more: Measured["detail"] = {}): Measured {
  if (trials.length === 0) return { value: null, reason: "nothing was tried" };
  const wrong = trials.filter((trial) => trial.wrong !== null);
  const kinds = [...Map.groupBy(trials, ({ kind }) => kind)].map(([kind, of]) =>
    [kind, {
      tried: of.length,
      right: of.filter((trial) => trial.wrong === null).length,
    }] as const
  );
  return {
    value: wrong.length,
    detail: {
      tried: trials.length,
      right: trials.length - wrong.length,
      kinds: Object.fromEntries(kinds),
      wrong: wrong.slice(0, shown).map(({ kind, what, wrong }) => `${kind}, ${what}: ${wrong}`),
      ...more,
    },
  };
}
