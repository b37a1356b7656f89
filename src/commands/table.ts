/**
 * The table of commands. Adding one is one row here and one module beside it.
 * @module
 */
import type { Command, Main, Option } from "./command.ts";

const out: Option = {
  name: "out",
  value: "DIR",
  about: "Folder of records, caches and reports (default .likeness)",
};
const json: Option = { name: "json", about: "Print JSON, one value a line, and nothing else" };
const quiet: Option = { name: "quiet", about: "Print the outcome only" };
const baselines: Option = {
  name: "baselines",
  value: "DIR",
  about: "Folder of baselines (default baselines)",
};
const allowInconclusive: Option = {
  name: "allow-inconclusive",
  about: "Exit 0 rather than 4 where the evidence decides nothing",
};
/** Choices that change bits: pinned in the plan. */
const engineChoices: readonly Option[] = [
  { name: "threads", value: "N", about: "Threads of the tensorflow engine (default: the cores)" },
  {
    name: "precision",
    value: "TYPE",
    about: "float32 (default) or bfloat16: products in it, weights in float32; tensorflow only",
  },
  {
    name: "compile",
    value: "WAY",
    about:
      "graph or xla: how tensorflow runs a training step (default: the quicker, measured once)",
  },
];
const suites = {
  name: "SUITE…",
  about: "Suite files, e.g. suites/smoke.yaml, or their names, e.g. smoke",
  many: true,
};
const usage = [2, "a mistake in the command line or the suite; nothing was started"] as const;

/**
 * Imports a command's module when it is needed. The specifier is no literal, since Deno would then
 * load the whole graph behind it before `--help` prints; a test loads every row.
 */
function module(name: string): () => Promise<{ main: Main }> {
  return () => import(new URL(`./${name}.ts`, import.meta.url).href);
}

/** All commands, in the order in which help lists them. */
export const commands: readonly Command[] = [
  {
    name: "run",
    summary: "Train and evaluate what suites declare, then gate and report",
    about: "Validates the suites, expands each into a plan of runs, does those that are not done " +
      "yet, compares them with the baselines and writes a report. A run that was interrupted goes " +
      "on from its last checkpoint, to the same bits as if it had never stopped. The suites of a " +
      "file that holds several are done one after the other; `course#course-gan` is one of them.",
    positionals: [{ ...suites, required: true }],
    options: [
      {
        name: "engine",
        value: "NAME",
        about: "tensorflow, webgpu, wasm, or auto (default): the first of them that starts",
      },
      ...engineChoices,
      { name: "seeds", value: "1,2,…", about: "Seeds in place of the suite's" },
      { name: "families", value: "vae,…", about: "Only these families, or runs of these names" },
      {
        name: "set",
        value: "KEY=VALUE",
        many: true,
        about: "Override a key of the suite: runs.vae.beta=4, budget.steps=10, data.size=64",
      },
      {
        name: "resume",
        about: "Go on with interrupted runs from their checkpoints: the default, said aloud",
      },
      {
        name: "fresh",
        about: "Do every run again from its start, also those that are done",
      },
      out,
      { name: "jobs", value: "N", about: "Runs at a time (default: as cores and memory allow)" },
      { name: "dry-run", about: "Print the plan with an estimate of time and memory; run nothing" },
      quiet,
      json,
      { name: "no-report", about: "Write no report" },
      { name: "no-gate", about: "Compare with no baseline" },
      baselines,
      allowInconclusive,
    ],
    examples: [
      ["likeness run suites/smoke.yaml", "everything the suite declares, to a report"],
      ["likeness run smoke --seeds 1 --families vae --set budget.steps=20", "a quick look"],
      ["likeness run faces-quick --dry-run", "what would run, how long, how much memory"],
    ],
    exits: [
      [0, "all runs done, nothing regressed"],
      [1, "a metric regressed against its baseline"],
      usage,
      [3, "a run failed or diverged, or nothing was measured"],
      [4, "the evidence decides nothing (see --allow-inconclusive)"],
      [130, "interrupted; the same command goes on from the checkpoints"],
    ],
    load: module("run"),
  },
  {
    name: "list",
    summary: "Suites, families, datasets, metrics, controls, extractors and engines",
    about: "Lists what a suite can name, each with whether it can be had on this machine. With " +
      "names, shows their config keys with types, defaults, meanings and papers.",
    positionals: [{ name: "NAME…", about: "What to show in full, e.g. vae", many: true }],
    options: [
      {
        name: "modules",
        value: "FILE",
        many: true,
        about: "A module of your own to register first, e.g. mine/family.ts",
      },
      json,
    ],
    examples: [
      ["likeness list", "everything, with a status for each"],
      ["likeness list vae frechet", "their config keys"],
    ],
    exits: [[0, "listed"], [2, "nothing is called that"]],
    load: module("list"),
  },
  {
    name: "status",
    summary: "Where the runs of suites stand",
    about: "Reads the records: what is planned, running, done, failed or diverged, and why.",
    positionals: [suites],
    options: [out, json],
    examples: [
      ["likeness status", "all suites that have records"],
      ["likeness status smoke --json", "one suite, for a script"],
    ],
    exits: [[0, "printed"], usage, [3, "no records there"]],
    load: module("status"),
  },
  {
    name: "report",
    summary: "Render a suite's records into HTML, SVG, PNG, Markdown and JSON",
    about: "A pure function of the records and baselines: it can be done again, later, elsewhere.",
    positionals: [{ ...suites, required: true }],
    options: [
      out,
      { name: "to", value: "DIR", about: "Folder to write (default DIR of --out/reports/SUITE)" },
      { name: "format", value: "html,…", about: "Only these of html, svg, png, md, json" },
      baselines,
      quiet,
      json,
    ],
    examples: [
      ["likeness report smoke", "the report of the newest records"],
      ["likeness report faces-quick --to reports/faces-quick", "into the published tree"],
    ],
    exits: [[0, "written"], usage, [3, "no finished run to report"]],
    load: module("report"),
  },
  {
    name: "gate",
    summary: "Compare a suite's records with its baselines",
    about: "Deterministic metrics are compared bit for bit, quality over seeds by a prediction " +
      "interval and a minimum effect with Holm's correction, speed over repeats within one machine " +
      "class. --update writes the baselines from the records.",
    positionals: [{ ...suites, required: true }],
    options: [
      out,
      baselines,
      { name: "update", about: "Write the baselines from the records; needs --reason" },
      { name: "reason", value: "TEXT", about: "Why the baselines change; kept beside them" },
      { name: "author", value: "NAME", about: "Who changes them (default: git's user.name)" },
      { name: "all", about: "Show the metrics that pass too" },
      { name: "no-rerun", about: "Don't measure again what seems slower; it is inconclusive then" },
      allowInconclusive,
      quiet,
      json,
    ],
    examples: [
      ["likeness gate smoke", "verdicts, and an exit code for CI"],
      [
        "likeness gate smoke --update --reason 'new decoder'",
        "accept what the records hold",
      ],
    ],
    exits: [
      [0, "nothing regressed"],
      [1, "a metric regressed"],
      usage,
      [3, "nothing was measured"],
      [4, "the evidence decides nothing (see --allow-inconclusive)"],
    ],
    load: module("gate"),
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
      { name: "repeats", value: "N", about: "Sessions, 5 or more (default 8)" },
      { name: "quality", about: "Also train N further seeds, for floors of quality metrics" },
      { name: "families", value: "vae,…", about: "Only these families, or runs of these names" },
      {
        name: "seeds",
        value: "1,2,…",
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
    load: module("calibrate"),
  },
  {
    name: "evaluate",
    summary: "Compare two folders of images by feature distances",
    about:
      "Measures samples that any program made: the metrics of suites between a folder of real " +
      "images and a folder of generated ones, PNG, JPEG or WebP, all of one size or --size.",
    positionals: [],
    options: [
      { name: "real", value: "DIR", about: "Folder of real images" },
      { name: "fake", value: "DIR", about: "Folder of generated images" },
      { name: "features", value: "NAME", about: "Extractor: lite0 (default) or judge" },
      {
        name: "metrics",
        value: "a,b,…",
        about: "frechet, kernel, coverage, duplicates (default: all four)",
      },
      { name: "samples", value: "N", about: "Images of each side (default: as many as both have)" },
      { name: "size", value: "PIXELS", about: "Side to resize to (default: that of the images)" },
      { name: "seed", value: "N", about: "Seed of what a metric draws (default 1)" },
      {
        name: "engine",
        value: "NAME",
        about: "tensorflow, webgpu, wasm, or auto (default): the first of them that starts",
      },
      out,
      json,
    ],
    examples: [
      ["likeness evaluate --real photos/ --fake samples/", "every folder metric, on lite0"],
      ["likeness evaluate --real a/ --fake b/ --metrics kernel --samples 500", "unbiased KID@500"],
    ],
    exits: [[0, "measured"], usage, [3, "no metric could be measured"]],
    load: module("evaluate"),
  },
  {
    name: "figures",
    summary: "Measure the figures that this project promises",
    about: "One JSON line a figure: group, figure, value, unit, target, holds, engine, machine " +
      "class, command. Short ones are measured now, long ones read from stored records.",
    positionals: [{ name: "GROUP…", about: "core, … (default: all groups)", many: true }],
    options: [
      { name: "measure", about: "Measure the long ones again too" },
      out,
    ],
    examples: [["likeness figures core", "the figures of the core"]],
    exits: [[0, "all figures hold"], [1, "a figure misses its target"], usage, [
      3,
      "a figure could not be measured",
    ]],
    load: module("figures"),
  },
  {
    name: "engine",
    summary: "What computes here, and what each engine can do",
    about: "Lists the engines with what they need and what they promise about repeating bits. " +
      "--conformance runs every operation the families use, forward, gradient and second gradient, " +
      "against a reference. --install downloads TensorFlow's library with pip, checks its sha256, " +
      "unpacks it into a cache outside the repository and computes a little with it; again, it " +
      "only computes. No Python is needed afterwards.",
    positionals: [{ name: "NAME", about: "One engine (default: all)" }],
    options: [
      { name: "conformance", about: "Run the conformance suite and print the table" },
      { name: "install", about: "Get TensorFlow's library, for the engine tensorflow" },
      {
        name: "device",
        value: "NAME",
        about: "With --install: cpu (default), or cuda for NVIDIA GPUs (3.4 GB to download)",
      },
      {
        name: "from",
        value: "PATH",
        about: "With --install: a wheel, a folder of wheels, or an installed TensorFlow " +
          "(site-packages, or the folder of libtensorflow_cc.so.2) in place of pip",
      },
      { name: "force", about: "With --install: install again what is there and whole" },
      json,
    ],
    examples: [
      ["likeness engine", "which engines start here, and why others don't"],
      ["likeness engine wasm --conformance", "ok, composed or missing, an operation a line"],
      ["likeness engine tensorflow --install", "TensorFlow for the CPU, into the cache"],
    ],
    exits: [
      [0, "listed; conformance holds; installed, and the smoke test passed"],
      [1, "an operation is wrong"],
      usage,
      [3, "the engine can't start, or can't be installed"],
    ],
    load: module("engine"),
  },
];
