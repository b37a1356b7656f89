/**
 * The table of commands. To add one: a row here and a module beside it.
 * @module
 */
import { metricNames } from "../metrics/table/mod.ts";
import {
  allowInconclusive,
  baselines,
  type Command,
  json,
  type Option,
  out,
  quiet,
  seeds,
  showLeftOut,
  suites,
  usage,
} from "../cli/mod.ts";
import { evaluateCommand } from "./evaluate/evaluate_table.ts";
import { gateCommands, gating } from "./gate/gate_table.ts";
import { module } from "./module.ts";

const { frechet } = metricNames;

/** Choices that change bits: pinned in the plan. */
const engineChoices: readonly Option[] = [
  {
    name: "threads",
    value: "N",
    takes: { kind: "whole", minimum: 1 },
    about: "Threads of the tensorflow engine (default: one for each core)",
  },
  {
    name: "precision",
    value: "TYPE",
    takes: { kind: "word", words: ["float32", "bfloat16"] },
    about: "float32 (default), or bfloat16 for products with weights in float32; tensorflow only",
  },
  {
    name: "compile",
    value: "WAY",
    takes: { kind: "word", words: ["graph", "xla"] },
    about: "graph or xla: how tensorflow runs a training step (default: the faster, timed once)",
  },
];
/** All commands, in the order in which help lists them. */
export const commands: readonly Command[] = [
  {
    name: "run",
    summary: "Train and evaluate what suites describe, then gate and report",
    about: "Checks the suites, expands each into a list of runs and does those that are not done " +
      "yet. Then compares their numbers with the baselines and writes a report. An interrupted run " +
      "continues from its last checkpoint, to the same bits as if it had never stopped. If a file " +
      "holds several suites, they run one after the other; `course#course-3-gan` names one of them.",
    positionals: [{ ...suites, required: true }],
    options: [
      {
        name: "engine",
        value: "NAME",
        about: "tensorflow, webgpu, wasm, or auto (default): the first of them that starts",
      },
      ...engineChoices,
      { name: "seeds", value: "1,2,…", takes: seeds, about: "Use these seeds, not the suite's" },
      { name: "families", value: "vae,…", about: "Only these families, or runs with these names" },
      {
        name: "set",
        value: "KEY=VALUE",
        many: true,
        about: "Change a key of the suite: runs.vae.beta=4, budget.steps=10, data.size=64",
      },
      {
        name: "resume",
        about: "Continue interrupted runs from their checkpoints; this is the default",
      },
      {
        name: "fresh",
        about: "Do every run again from the start, even if it is done",
      },
      out,
      {
        name: "jobs",
        value: "N",
        takes: { kind: "whole", minimum: 1 },
        about: "Runs at the same time (default: as many as cores and memory allow)",
      },
      { name: "dry-run", about: "Print the plan with an estimate of time and memory; run nothing" },
      quiet,
      json,
      showLeftOut,
      { name: "no-report", about: "Write no report" },
      { name: "no-gate", about: "Don't compare with baselines" },
      baselines,
      allowInconclusive,
      ...gating,
    ],
    examples: [
      ["likeness run suites/smoke.yaml", "every run of the suite, then the gate and a report"],
      [
        "likeness run smoke --seeds 1 --families vae --set budget.steps=20",
        "a quick look at one family",
      ],
      ["likeness run faces-quick --dry-run", "what would run, how long, how much memory"],
    ],
    exits: [
      [0, "all runs done, nothing regressed"],
      [1, "a metric regressed against its baseline"],
      usage,
      [3, "a run failed or diverged, a number is missing, or nothing was measured"],
      [4, "not enough evidence to decide (see --allow-inconclusive)"],
      [130, "interrupted; the same command continues from the checkpoints"],
    ],
    load: module("run/run"),
  },
  {
    name: "list",
    summary: "Suites, families, datasets, metrics, controls, extractors and engines",
    about: "Lists what a suite can name, and whether it can be used on this machine. With names, " +
      "shows their settings with types, defaults, meanings and papers.",
    positionals: [{ name: "NAME…", about: "What to show in detail, e.g. vae", many: true }],
    options: [
      {
        name: "modules",
        value: "FILE",
        many: true,
        about: "A module of your own to load first, e.g. mine/family.ts",
      },
      json,
    ],
    examples: [
      ["likeness list", "everything, with its status"],
      [`likeness list vae ${frechet}`, "the settings of a family and a metric"],
    ],
    exits: [[0, "listed"], [2, "nothing has that name"]],
    load: module("list/list"),
  },
  {
    name: "status",
    summary: "Which runs of suites are done, running, failed or waiting",
    about: "Reads the records and prints the state of each run, with the reason if it failed or " +
      "diverged.",
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
    about: "Reads stored records and baselines and trains nothing, so a report can be made again " +
      "later, or on another machine.",
    positionals: [{ ...suites, required: true }],
    options: [
      out,
      { name: "to", value: "DIR", about: "Folder to write (default: reports/SUITE in --out)" },
      {
        name: "format",
        value: "html,…",
        takes: { kind: "words", words: ["html", "svg", "png", "md", "json"] },
        about: "Only these of html, svg, png, md, json",
      },
      baselines,
      quiet,
      json,
    ],
    examples: [
      ["likeness report smoke", "a report of the newest records"],
      [
        "likeness report faces-quick --to reports/faces-quick",
        "write it where published reports are kept",
      ],
    ],
    exits: [[0, "written"], usage, [3, "no finished run to report"]],
    load: module("report"),
  },
  {
    name: "export",
    summary: "Write a finished run's weights as a folder that other programs load",
    about: "Writes the weights of a language model as a Hugging Face folder: config.json, " +
      "model.safetensors in float32, tokenizer.json, tokenizer_config.json, " +
      "generation_config.json and the chat template, if there is one. transformers loads it with " +
      "AutoModelForCausalLM.from_pretrained and AutoTokenizer.from_pretrained. Nothing is " +
      "computed, and no engine is needed.",
    positionals: [{
      name: "RUN",
      about: "SUITE/NAME:SEED, SUITE/NAME where it has one seed, or a run's id",
      required: true,
    }],
    options: [
      { name: "to", value: "FOLDER", about: "Folder to write; it has to be new or empty" },
      out,
    ],
    examples: [
      ["likeness export smoke/language:1 --to exported", "the model of seed 1"],
    ],
    exits: [
      [0, "written"],
      usage,
      [3, "there are no runs, this one isn't finished, or its files have changed"],
    ],
    load: module("export"),
  },
  {
    name: "views",
    summary: "Write a dataset of views as files that programs for NeRF and splats read",
    about:
      "Writes the views of a dataset, by default the head that is made here, in the layout of " +
      "NeRF's synthetic scenes: transforms_train.json and transforms_test.json (camera_angle_x; of " +
      "each view its file and its camera to world, OpenGL's axes), PNG files with straight alpha, " +
      "and depths along the camera's axis as .npy where they are known. nerfstudio, gsplat, " +
      "Inria's 3DGS, Instant-NGP, and the dataset `views` here read it.",
    positionals: [{ name: "DATASET", about: "A dataset of views (default: scene)" }],
    options: [
      { name: "to", value: "FOLDER", about: "Folder to write; it has to be new or empty" },
      {
        name: "set",
        value: "KEY=VALUE",
        many: true,
        about: "A key of the dataset, as `likeness list scene` shows them: size=256, hair=curly",
      },
      out,
      quiet,
    ],
    examples: [
      ["likeness views --to head", "100 training and 10 test views of a head at 128×128"],
      [
        "likeness views scene --set scene=solids --set size=200 --to solids",
        "spheres and boxes at 200×200",
      ],
    ],
    exits: [
      [0, "written"],
      usage,
      [3, "the dataset can't be had here, or its cameras can't be written in this layout"],
    ],
    load: module("views"),
  },
  ...gateCommands,
  evaluateCommand,
  {
    name: "figures",
    summary: "Measure the figures that this project promises",
    about:
      "Prints one JSON line for each figure: group, figure, value, unit, target, holds, engine, " +
      "machine class, command. Short ones are measured now; long ones are read from stored records.",
    positionals: [{ name: "GROUP…", about: "core, … (default: all groups)", many: true }],
    options: [
      { name: "measure", about: "Also measure the long ones again" },
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
    summary: "Which engines work here, and what each can do",
    about: "Lists the engines, what they need, and whether they promise to repeat the same bits. " +
      "--conformance tests every operation that the families use, with its gradient and second " +
      "gradient, against a reference. --install downloads TensorFlow's library with pip, checks its " +
      "sha256, unpacks it into a cache outside the repository and tries it. If it is installed " +
      "already, it is only tried. Python is not needed afterwards.",
    positionals: [{ name: "NAME", about: "One engine (default: all)" }],
    options: [
      { name: "conformance", about: "Test every operation and print the table" },
      { name: "install", about: "Install TensorFlow's library, for the engine tensorflow" },
      {
        name: "device",
        value: "NAME",
        about: "With --install: cpu (default), or cuda for NVIDIA GPUs (3.4 GB to download)",
      },
      {
        name: "from",
        value: "PATH",
        about: "With --install: a wheel, a folder of wheels, or an installed TensorFlow " +
          "(site-packages, or the folder of libtensorflow_cc.so.2); pip is not used then",
      },
      { name: "force", about: "With --install: install again even if it is complete" },
      json,
    ],
    examples: [
      ["likeness engine", "which engines start here, and why others don't"],
      [
        "likeness engine wasm --conformance",
        "ok, composed or missing, one line for each operation",
      ],
      ["likeness engine tensorflow --install", "install TensorFlow for the CPU"],
    ],
    exits: [
      [0, "listed; conformance holds; installed, and the smoke test passed"],
      [1, "an operation is wrong"],
      usage,
      [3, "the engine can't start, or can't be installed"],
    ],
    load: module("engine/engine"),
  },
];
