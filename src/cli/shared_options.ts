/**
 * What several rows of the table of commands share.
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
  about: "Print JSON, one value a line, and nothing else",
};
/** For scripts. */
export const quiet: Option = { name: "quiet", about: "Print the outcome only" };
/** Where baselines lie. */
export const baselines: Option = {
  name: "baselines",
  value: "DIR",
  about: "Folder of baselines (default baselines)",
};
/** For CI that has no time for more seeds. */
export const allowInconclusive: Option = {
  name: "allow-inconclusive",
  about: "Exit 0 rather than 4 where the evidence decides nothing",
};
/** For folders whose count of pictures surprises. */
export const showLeftOut: Option = {
  name: "show-left-out",
  about: "Name each file that is left out or can't be read, with the reason",
};
/** What `--seeds` takes. */
export const seeds: Takes = { kind: "wholes", maximum: MOST_SEED };
/** The suites of a command. */
export const suites = {
  name: "SUITE…",
  about: "Suite files, e.g. suites/smoke.yaml, or their names, e.g. smoke",
  many: true,
};
/** The exit code of a mistake. */
export const usage = [
  2,
  "a mistake in the command line or the suite; nothing was started",
] as const;
