/**
 * Cases from public bug reports, tried with the real command line.
 * @module
 */
import { join } from "@std/path";
import type { Figure } from "../figure.ts";
import { inTempFolder } from "../process.ts";
import type { Case } from "./cases/case.ts";
import { evaluateCases, withoutPython } from "./cases/evaluate.ts";
import { runCases } from "./cases/run.ts";
import { tally, type Trial } from "./trial.ts";

/** Tries cases, each in a folder of its own; one that breaks down is wrong. */
export function tryCases(
  cases: readonly Case[],
  kind: string,
  note: (text: string) => void = () => {},
): Promise<Trial[]> {
  return inTempFolder(async (folder) => {
    const trials: Trial[] = [];
    for (const { name, check } of cases) {
      const own = join(folder, `${trials.length}`);
      await Deno.mkdir(own);
      const found = await check(own).catch((error: Error) => [error.message]);
      const wrong = found.length === 0 ? null : found.join("; ");
      trials.push({ kind, what: name, wrong });
      note(`${kind}, ${name}: ${wrong ?? "right"}`);
    }
    return trials;
  });
}

/** See the module. */
export const cases: Figure = {
  group: "faults",
  name: "cases-wrong",
  about:
    "Cases that printed wrong numbers without a warning, ended with the wrong code or never: " +
    "depth, unequal counts, EXIF, stale features, Pillow's bytes, grey; changed data, modules of " +
    "one name, printing modules, misspelt names, samples of the wrong shape or range. The number " +
    "that is still wrong. Needs python3 with numpy and Pillow",
  unit: "cases",
  target: { is: "=", value: 0 },
  cost: "long",
  command: "deno task figures faults/cases-wrong --measure",
  async measure({ note }) {
    const lacking = await withoutPython();
    if (lacking !== null) return { value: null, reason: lacking };
    const trials = [
      ...await tryCases(evaluateCases, "evaluate", note),
      ...await tryCases(runCases, "run", note),
    ];
    return tally(trials, { cases: trials.map(({ kind, what }) => `${kind}, ${what}`) });
  },
};
