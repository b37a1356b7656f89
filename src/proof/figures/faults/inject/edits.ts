/**
 * Edits of what a run depends on. Each must change the ids of the runs that depend on it, and of no
 * other.
 * @module
 */
import type { Figure } from "../../figure.ts";
import { lastWords } from "../../process.ts";
import { tally, type Trial } from "../trial.ts";

/** One edit, as tests/content/edits.ts tells it: kinds of runs by name. */
export interface Edit {
  readonly of: string;
  /** Those whose ids it should change; none: it is no input. */
  readonly asked: readonly string[];
  readonly changed: readonly string[];
  readonly all: readonly string[];
}

/** A trial of each edit and kind of run. */
export function editTrials(edits: readonly Edit[]): Trial[] {
  return edits.flatMap(({ of, asked, changed, all }) =>
    all.map((kind): Trial => {
      const should = asked.includes(kind), does = changed.includes(kind);
      return {
        kind: should ? `inputs: ${of}` : asked.length === 0 ? `no inputs: ${of}` : "other runs",
        what: `${of}, run ${kind}`,
        wrong: should === does ? null : does ? "another id" : "the same id",
      };
    })
  );
}

/** See the module. */
export const edits: Figure = {
  group: "faults",
  name: "edits-unseen",
  about: "Edits of each input of runs with modules, data, programs, weights and samples of one's " +
    "own, and of what is no input (comments, order, times, places, labels): ids that an edit " +
    "should have changed and didn't, or the other way round",
  unit: "ids",
  target: { is: "=", value: 0 },
  cost: "short",
  command: "deno task figures faults/edits-unseen",
  async measure({ run }) {
    const ran = await run(["run", "-A", "tests/content/edits.ts"]);
    if (ran.code !== 0) return { value: null, reason: lastWords(ran) };
    return tally(editTrials(JSON.parse(ran.stdout)));
  },
};
