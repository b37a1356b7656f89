/**
 * The commands that judge records: the gate, its history, its noise floors.
 * @module
 */
import { FEWEST_PAIRS, FEWEST_SESSIONS } from "../../gate/limits/mod.ts";
import {
  allowInconclusive,
  baselines,
  type Command,
  json,
  type Option,
  out,
  quiet,
  seeds,
  suites,
  usage,
} from "../../cli/mod.ts";
import { module } from "../module.ts";

/** How a gate is made, and what it leaves for CI. */
export const gating: readonly Option[] = [
  { name: "exact", about: "Fail on any changed bit that the engine promises to repeat" },
  {
    name: "interleave",
    about: "Measure speed in turns with the baseline's commit, not against stored timings",
  },
  {
    name: "against",
    value: "COMMIT",
    about: "With --interleave: compare with this commit, tag or branch, not the baseline's",
  },
  {
    name: "pairs",
    value: "N",
    takes: { kind: "whole", minimum: FEWEST_PAIRS },
    about:
      "Measure each timing this many times on each side, 8 or more (default: enough to decide)",
  },
  { name: "drift", about: "Fail on a number that got worse in steps over its history" },
  { name: "since", value: "COMMIT", about: "Use the history from this commit or date on" },
  { name: "junit", value: "FILE", about: "Write the verdicts as JUnit XML" },
  { name: "markdown", value: "FILE", about: "Write the verdicts as Markdown, for a pull request" },
  { name: "step-summary", about: "Append the same Markdown to the file $GITHUB_STEP_SUMMARY" },
  { name: "annotations", about: "Print the verdicts as GitHub annotations" },
];

/** In the order in which help lists them. */
export const gateCommands: readonly Command[] = [
  {
    name: "gate",
    summary: "Compare a suite's records with its baselines",
    about: "Deterministic numbers are compared bit for bit. Quality is compared over seeds, by a " +
      "prediction interval and a minimum effect, with Holm's correction for many tests. Speed is " +
      "judged only on machines whose noise `likeness calibrate` has measured. What seems slower " +
      "there is measured once more, in turns with the baseline's commit if git can check it out. " +
      "On other machines speed is shown and not judged, unless --interleave measures both sides. If " +
      "a run of the suite has no record, it is missing and the gate doesn't pass. --update writes " +
      "the baselines from the records.",
    positionals: [{ ...suites, required: true }],
    options: [
      out,
      baselines,
      { name: "update", about: "Write the baselines from the records; needs --reason" },
      { name: "reason", value: "TEXT", about: "Why the baselines change; stored with them" },
      { name: "author", value: "NAME", about: "Who changes them (default: git's user.name)" },
      {
        name: "missing",
        value: "keep|drop",
        about:
          "With --update: keep or drop values that no record replaces; otherwise they are an error",
      },
      { name: "all", about: "Also show the metrics that pass" },
      { name: "no-rerun", about: "Don't measure again what seems slower; call it inconclusive" },
      allowInconclusive,
      ...gating,
      quiet,
      json,
    ],
    examples: [
      ["likeness gate smoke", "print verdicts, and exit with a code for CI"],
      [
        "likeness gate smoke --interleave --against origin/main",
        "compare the speed of this code and that commit, in turns on this machine",
      ],
      [
        "likeness gate smoke --update --reason 'new decoder'",
        "accept the numbers in the records as the new baselines",
      ],
    ],
    exits: [
      [0, "nothing regressed"],
      [1, "a metric regressed"],
      usage,
      [3, "nothing was measured, or a number is missing"],
      [4, "not enough evidence to decide (see --allow-inconclusive)"],
    ],
    load: module("gate/gate"),
  },
  {
    name: "history",
    summary: "A suite's numbers run by run, and where they changed",
    about:
      "Reads every run that the gate has judged (kept in the folder of records) and fits each " +
      "metric with steps. Reports which numbers are now worse than they once were by more than the " +
      "gate's minimum effect. This finds slow drift that no single gate notices.",
    positionals: [{ ...suites, required: true }],
    options: [
      { name: "since", value: "COMMIT", about: "Start at this commit's first run, or at a date" },
      { name: "all", about: "Also show the metrics without steps" },
      out,
      baselines,
      quiet,
      json,
    ],
    examples: [
      ["likeness history smoke", "which numbers changed, and which drifted"],
      ["likeness history smoke --all --since 2026-11-01", "every metric since that day"],
    ],
    exits: [[0, "nothing drifted"], [1, "a metric drifted"], usage, [3, "there is no history"]],
    load: module("gate/history"),
  },
  {
    name: "calibrate",
    summary: "Measure how much timings vary on this machine, for the gate",
    about:
      "Measures the speed of a suite's finished runs many times with the same code and stores how " +
      "much the results differ, with the baselines of this class of machines. The gate then " +
      "ignores smaller changes of speed. An interrupted calibration continues where it stopped. " +
      "Run nothing else meanwhile.",
    positionals: [{ ...suites, required: true }],
    options: [
      {
        name: "repeats",
        value: "N",
        takes: { kind: "whole", minimum: FEWEST_SESSIONS, maximum: 1000 },
        about: "Measuring sessions, 5 or more (default 8)",
      },
      {
        name: "quality",
        about: "Also train as many more seeds, to measure how much quality varies",
      },
      { name: "families", value: "vae,…", about: "Only these families, or runs with these names" },
      {
        name: "seeds",
        value: "1,2,…",
        takes: seeds,
        about: "Seeds timed in each session (default: the suite's)",
      },
      {
        name: "engine",
        value: "NAME",
        about: "Engine (default: that of the suite's last run, or wasm)",
      },
      { name: "fresh", about: "Discard earlier sessions and start again" },
      {
        name: "dry-run",
        about: "Time one measurement of each run and say how long all would take",
      },
      { name: "reason", value: "TEXT", about: "Why the noise is measured again; stored with it" },
      { name: "author", value: "NAME", about: "Who measures it (default: git's user.name)" },
      out,
      baselines,
      quiet,
      json,
    ],
    examples: [
      ["likeness calibrate smoke --dry-run", "how long it would take"],
      ["likeness calibrate smoke --reason 'new machine'", "measure, show and store the noise"],
    ],
    exits: [
      [0, "noise stored"],
      usage,
      [3, "a run could not be trained or measured"],
      [130, "interrupted; the same command continues"],
    ],
    load: module("gate/calibrate"),
  },
];
