/**
 * The table of commands. To add one: a row here and a module beside it.
 * @module
 */
import { DECODED_ALIKE, DECODINGS } from "../data/decoding/mod.ts";
import { folderMetrics } from "../compare/metrics/mod.ts";
import { metricNames } from "../metrics/table/mod.ts";
import {
  allowInconclusive,
  baselines,
  type Command,
  json,
  MOST_SEED,
  type Option,
  out,
  quiet,
  seeds,
  showLeftOut,
  suites,
  type Takes,
  usage,
} from "../cli/mod.ts";
import { gateCommands, gating } from "./gate/gate_table.ts";
import { module } from "./module.ts";

const { coverage, frechet, kernel } = metricNames;

const seed: Takes = { kind: "whole", minimum: 0, maximum: MOST_SEED };

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
  ...gateCommands,
  {
    name: "evaluate",
    summary: "Compare two sets of images by feature distances",
    about:
      "Compares images that any program made with real ones. A side can be a folder of any size " +
      "(PNG, JPEG, WebP, TIFF, GIF, AVIF, subfolders included), a dataset of `likeness list`, " +
      "statistics (.npz with mu and sigma, as pytorch-fid and clean-fid write and read them) or " +
      "features (.npy). Threads decode images while the extractor works, and memory hardly grows " +
      "with their number. Features are kept in the cache, so an interrupted command continues where " +
      "it stopped, and a second comparison with the same images extracts nothing. Distances of " +
      "means and covariances use all images of each side. Metrics whose work grows with the square " +
      "of the number use the first 5,000, and their names say so. The extractor gets each whole " +
      "image and resizes it. Files that can't be read are skipped and named. Links are followed. " +
      "Hidden files and folders, and files with other endings, are left out and counted.",
    positionals: [],
    options: [
      { name: "real", value: "WHAT", about: "Folder, dataset (emoji:size=64), .npz or .npy" },
      { name: "fake", value: "WHAT", about: "The generated images, in any of these forms" },
      { name: "extractor", value: "NAME", about: "lite0 (default) or another of likeness list" },
      { name: "features", value: "NAME", about: "The same as --extractor" },
      { name: "weights", value: "FILE", about: "Your weights, for an extractor that needs them" },
      { name: "sha256", value: "HEX", about: "Refuse the weights unless they have this sha256" },
      { name: "resize", value: "WAY", about: "How the extractor resizes, if it has several ways" },
      {
        name: "input",
        value: "KEY=VALUE",
        many: true,
        about:
          "What an onnx model expects, if its file doesn't say: side, layout (nchw, nhwc), mean " +
          "and deviation (of values in [0, 1], as 0.5,0.5,0.5; default: ImageNet's), output",
      },
      {
        name: "metrics",
        value: "a,b,…",
        about: `Some of ${
          Object.keys(folderMetrics).join(", ")
        } (default: the usual ones that both sides allow)`,
      },
      {
        name: "set",
        value: "METRIC.KEY=VALUE",
        many: true,
        about:
          `A setting of a metric, e.g. ${coverage}.k=3; \`likeness list ${coverage}\` shows them`,
      },
      {
        name: "samples",
        value: "N",
        takes: { kind: "whole", minimum: 2 },
        about:
          "Use N images of each side, drawn by --seed; of a dataset the first N (default: all)",
      },
      {
        name: "shuffle",
        value: "SEED",
        takes: seed,
        about: "Take images, or rows of arrays, in random order",
      },
      {
        name: "split",
        value: "NAME",
        takes: { kind: "word", words: ["test", "train"] },
        about: "Split of a dataset: test (default) or train",
      },
      {
        name: "decode",
        value: "WAY",
        takes: { kind: "word", words: ["viewer", "pil"] },
        about: `viewer (default): ${DECODINGS.viewer}; pil: ${DECODINGS.pil}. ${DECODED_ALIKE}`,
      },
      { name: "crop", about: "Use the central square of each image, not the whole image" },
      {
        name: "size",
        value: "PIXELS",
        takes: { kind: "whole", minimum: 8, maximum: 4096 },
        about:
          "Side to resize to for metrics that compare pixels (default: the images' own, if all agree)",
      },
      {
        name: "skip",
        value: "SHARE",
        takes: { kind: "share" },
        about: "Share of unreadable files to skip; more is an error (default 0.01)",
      },
      {
        ...showLeftOut,
        about: `${showLeftOut.about}; with only --real, nothing is measured`,
      },
      {
        name: "save-stats",
        value: "FILE.npz",
        about: "Write mean and covariance of --real; --fake is not needed",
      },
      {
        name: "save-features",
        value: "FILE.npy",
        about: "Write features of --real, one row for each image; --fake is not needed",
      },
      { name: "seed", value: "N", takes: seed, about: "Seed for random draws (default 1)" },
      {
        name: "jobs",
        value: "N",
        takes: { kind: "whole", minimum: 1, maximum: 1024 },
        about: "Decoding threads (default: one for each core)",
      },
      {
        name: "engine",
        value: "NAME",
        about: "tensorflow, webgpu, wasm, or auto (default): the first of them that starts",
      },
      out,
      json,
      { name: "csv", about: "Print a table for programs" },
      { name: "markdown", about: "Print a table for a README or a pull request" },
    ],
    examples: [
      ["likeness evaluate --real photos/ --fake samples/", "every metric, on lite0"],
      [
        "likeness evaluate --real a/ --fake b/ --extractor inception-fid --weights FILE",
        "FID and the other metrics, resized as clean-fid does; FILE: the weights that pytorch-fid loads",
      ],
      [
        "likeness evaluate --real a/ --fake b/ --extractor inception-fid --weights FILE " +
        `--resize pytorch-fid --decode pil --metrics ${frechet}`,
        "the same as pytorch-fid a/ b/",
      ],
      [
        "likeness evaluate --real a/ --fake b/ --extractor inception-fid --weights FILE " +
        `--resize tf1 --decode pil --metrics ${frechet}`,
        "the same as fidelity --fid --input1 b/ --input2 a/",
      ],
      [
        "likeness evaluate --real photos/ --show-left-out",
        "which files would be left out, and why",
      ],
      [
        "likeness evaluate --real a/ --save-stats a.npz",
        "the same as pytorch-fid --save-stats a/ a.npz",
      ],
      ["likeness evaluate --real a.npz --fake b/", "the same as pytorch-fid a.npz b/"],
      [
        `likeness evaluate --real a/ --fake b/ --metrics ${kernel} --samples 1000 --shuffle 1`,
        "unbiased KID of 1,000 images: one subset of fidelity --kid or compute_kid",
      ],
      [
        `likeness evaluate --real a.npy --fake b.npy --metrics ${coverage} --set ${coverage}.k=5`,
        "the same as prdc's compute_prdc(a, b, nearest_k=5) on these arrays",
      ],
      [
        "likeness evaluate --real heads --fake samples/ --extractor judge",
        "compare with a dataset",
      ],
    ],
    exits: [[0, "measured"], usage, [3, "no metric could be measured, or one failed"]],
    load: module("evaluate/evaluate"),
  },
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
