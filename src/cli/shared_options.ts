/**
 * Options that several commands share.
 * @module
 */
import type { Option } from "./command.ts";
import { MOST_SEED, type Takes } from "./option_values.ts";

/** Where records lie. */
export const out: Option = {
  name: "out",
  value: "DIR",
  about: "Folder of records, caches and reports (default .likeness)",
};
/** For programs. */
export const json: Option = {
  name: "json",
  about: "Print only JSON, one value on each line",
};
/** For scripts. */
export const quiet: Option = { name: "quiet", about: "Print only the outcome" };
/** Where baselines lie. */
export const baselines: Option = {
  name: "baselines",
  value: "DIR",
  about: "Folder of baselines (default baselines)",
};
/** For CI that has no time for more seeds. */
export const allowInconclusive: Option = {
  name: "allow-inconclusive",
  about: "Exit with 0, not 4, when there is not enough evidence to decide",
};
/** For folders whose count of pictures surprises. */
export const showLeftOut: Option = {
  name: "show-left-out",
  about: "List each file that is left out or can't be read, with the reason",
};
/** What `--seeds` takes. */
export const seeds: Takes = { kind: "wholes", maximum: MOST_SEED };
/** The suites of a command. */
export const suites = {
  name: "SUITE…",
  about: "Suites: files, e.g. suites/smoke.yaml, or names, e.g. smoke",
  many: true,
};
/** The exit code of a mistake. */
export const usage = [
  2,
  "a mistake in the command line or the suite; nothing was run",
] as const;
