/**
 * The table of commands. Adding one is one row here and one module beside it.
 * @module
 */
import type { Command, Option } from "./command.ts";
import { gateCommands, gating } from "./gate_table.ts";
import {
  allowInconclusive,
  baselines,
  json,
  module,
  out,
  quiet,
  suites,
  usage,
} from "./shared_options.ts";

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
      ...gating,
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
  ...gateCommands,
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
