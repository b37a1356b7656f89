/**
 * Rows of the table of commands that judge records: the gate, its history, its noise floors.
 * @module
 */
import { FEWEST_PAIRS, FEWEST_SESSIONS } from "../../gate/fewest.ts";
import type { Command, Option } from "../../cli/command.ts";
import {
  allowInconclusive,
  baselines,
  json,
  out,
  quiet,
  seeds,
  suites,
  usage,
} from "../../cli/shared_options.ts";
import { module } from "../module.ts";

/** How a gate is made, and what it leaves for CI. */
export const gating: readonly Option[] = [
  { name: "exact", about: "Any change of bits that the engine promises to repeat is a regression" },
  {
    name: "interleave",
    about: "Measure speed in turns with the baseline's commit, rather than trust stored timings",
  },
  {
    name: "against",
    value: "COMMIT",
    about: "With --interleave: this commit, tag or branch in place of the baseline's",
  },
  {
    name: "pairs",
    value: "N",
    takes: { kind: "whole", minimum: FEWEST_PAIRS },
    about: "Pairs a timing when measured in turns, 8 or more (default: as many as can decide)",
  },
  { name: "drift", about: "A number that got worse in steps over its history is a regression" },
  { name: "since", value: "COMMIT", about: "Start of the history that counts: a commit or a date" },
  { name: "junit", value: "FILE", about: "Write the verdicts as JUnit XML" },
  { name: "markdown", value: "FILE", about: "Write the verdicts as Markdown, for a pull request" },
  { name: "step-summary", about: "Append that Markdown to the file of $GITHUB_STEP_SUMMARY" },
  { name: "annotations", about: "Print the verdicts as GitHub annotations" },
];

/** In the order in which help lists them. */
export const gateCommands: readonly Command[] = [
  {
    name: "gate",
    summary: "Compare a suite's records with its baselines",
    about: "Deterministic metrics are compared bit for bit, quality over seeds by a prediction " +
      "interval and a minimum effect with Holm's correction. Speed is judged only on a class of " +
      "machines that `likeness calibrate` has measured the noise of, over repeats and above its " +
      "floor; what seems slower there is measured once more, in turns with the baseline's commit " +
      "where it can be checked out. Elsewhere speed is shown, unless --interleave measures both " +
      "sides here. A run that the suite asks for and that has no record is missing, and nothing " +
      "passes without it. --update writes the baselines from the records.",
    positionals: [{ ...suites, required: true }],
    options: [
      out,
      baselines,
      { name: "update", about: "Write the baselines from the records; needs --reason" },
      { name: "reason", value: "TEXT", about: "Why the baselines change; kept beside them" },
      { name: "author", value: "NAME", about: "Who changes them (default: git's user.name)" },
      {
        name: "missing",
        value: "keep|drop",
        about:
          "With --update: values that no record replaces stay, or go; without it it is refused",
      },
      { name: "all", about: "Show the metrics that pass too" },
      { name: "no-rerun", about: "Don't measure again what seems slower; it is inconclusive then" },
      allowInconclusive,
      ...gating,
      quiet,
      json,
    ],
    examples: [
      ["likeness gate smoke", "verdicts, and an exit code for CI"],
      [
        "likeness gate smoke --interleave --against origin/main",
        "speed of this code and that code, in turns on this machine",
      ],
      [
        "likeness gate smoke --update --reason 'new decoder'",
        "accept what the records hold",
      ],
    ],
    exits: [
      [0, "nothing regressed"],
      [1, "a metric regressed"],
      usage,
      [3, "nothing was measured, or a number is missing"],
      [4, "the evidence decides nothing (see --allow-inconclusive)"],
    ],
    load: module("gate/gate"),
  },
  {
    name: "history",
    summary: "A suite's numbers run by run, and where they stepped",
    about:
      "Reads the runs that gates have seen (a file that only grows, in the folder of records), " +
      "fits each metric by levels, and says which is worse now than it once was by more than its " +
      "gate's minimum effect: what crept in below what any single gate takes for real.",
    positionals: [{ ...suites, required: true }],
    options: [
      { name: "since", value: "COMMIT", about: "Start at this commit's first run, or at a date" },
      { name: "all", about: "Show the metrics without steps too" },
      out,
      baselines,
      quiet,
      json,
    ],
    examples: [
      ["likeness history smoke", "what stepped and what drifted"],
      ["likeness history smoke --all --since 2026-11-01", "every series from a day on"],
    ],
    exits: [[0, "nothing drifted"], [1, "a metric drifted"], usage, [3, "there is no history"]],
    load: module("gate/history"),
  },
  {
    name: "calibrate",
    summary: "Measure this machine's own noise, for the gate",
    about:
      "Measures the speed of a suite's finished runs again and again with the same code (A/A) " +
      "and writes what the measurements differ by beside the baselines of this class of machines. " +
      "The gate then takes no smaller change of speed for real. An interrupted calibration goes on " +
      "where it was. Let nothing else run meanwhile.",
    positionals: [{ ...suites, required: true }],
    options: [
      {
        name: "repeats",
        value: "N",
        takes: { kind: "whole", minimum: FEWEST_SESSIONS, maximum: 1000 },
        about: "Sessions, 5 or more (default 8)",
      },
      { name: "quality", about: "Also train N further seeds, for floors of quality metrics" },
      { name: "families", value: "vae,…", about: "Only these families, or runs of these names" },
      {
        name: "seeds",
        value: "1,2,…",
        takes: seeds,
        about: "Seeds timed in each session (default: the suite's)",
      },
      { name: "engine", value: "NAME", about: "Default: that of the suite's last run, or wasm" },
      { name: "fresh", about: "Forget the sessions that there are" },
      { name: "dry-run", about: "Time one measurement of each run and say what all would take" },
      { name: "reason", value: "TEXT", about: "Why the floors change; kept beside them" },
      { name: "author", value: "NAME", about: "Who changes them (default: git's user.name)" },
      out,
      baselines,
      quiet,
      json,
    ],
    examples: [
      ["likeness calibrate smoke --dry-run", "how long it would take"],
      ["likeness calibrate smoke --reason 'new machine'", "measure, show, write"],
    ],
    exits: [
      [0, "floors written"],
      usage,
      [3, "a run could not be trained or measured"],
      [130, "interrupted; the same command goes on"],
    ],
    load: module("gate/calibrate"),
  },
];
