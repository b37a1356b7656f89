/**
 * NeMo Curator's heuristic filters as one list of checks, with the limits of its classes. Each may be
 * left out by null.
 * @module
 */
import { type Check, filterStage } from "../check.ts";
import { type TextView, viewOf } from "../view.ts";
import { characterChecks } from "./characters.ts";
import { lineChecks, type Parts, partsOf } from "./lines.ts";
import { runChecks } from "./repetition.ts";
import { wordChecks } from "./words.ts";

type None = Record<never, never>;

interface View {
  readonly text: TextView;
  readonly parts: Parts;
}

function look(text: string): View {
  const view = viewOf(text);
  let parts: Parts | undefined;
  return {
    text: view,
    get parts() {
      return parts ??= partsOf(view);
    },
  };
}

const ofText = (check: Check<TextView, None>): Check<View, None> => ({
  ...check,
  of: ({ text }, more) => check.of(text, more),
});
const ofParts = (check: Check<Parts, None>): Check<View, None> => ({
  ...check,
  of: ({ parts }, more) => check.of(parts, more),
});

/** See the module. */
export const nemoHeuristics = filterStage({
  name: "nemo_heuristics",
  about: "NeMo Curator's heuristic filters: characters, words, lines and repetition",
  papers: ["arXiv:2112.11446", "arXiv:1910.10683"],
  checks: [
    ...characterChecks.map(ofText),
    ...wordChecks.map(ofText),
    ...lineChecks.map(ofParts),
    ...runChecks.map(ofText),
  ],
  more: {},
  view: ({ text }) => look(text),
});
