/**
 * The table of commands. Adding one is one row here and one module beside it.
 * @module
 */
import { DECODED_ALIKE, DECODINGS } from "../data/decoding/meaning.ts";
import { folderMetrics } from "../compare/table.ts";
import { metricNames } from "../metrics/table.ts";
import type { Command, Option } from "../cli/command.ts";
import { gateCommands, gating } from "./gate/gate_table.ts";
import { MOST_SEED, type Takes } from "../cli/option_values.ts";
import {
  allowInconclusive,
  baselines,
  json,
  out,
  quiet,
  seeds,
  showLeftOut,
  suites,
  usage,
} from "../cli/shared_options.ts";
import { module } from "./module.ts";

const { coverage, frechet, kernel } = metricNames;

const seed: Takes = { kind: "whole", minimum: 0, maximum: MOST_SEED };

/** Choices that change bits: pinned in the plan. */
const engineChoices: readonly Option[] = [
  {
    name: "threads",
    value: "N",
    takes: { kind: "whole", minimum: 1 },
    about: "Threads of the tensorflow engine (default: the cores)",
  },
  {
    name: "precision",
    value: "TYPE",
    takes: { kind: "word", words: ["float32", "bfloat16"] },
    about: "float32 (default) or bfloat16: products in it, weights in float32; tensorflow only",
  },
  {
    name: "compile",
    value: "WAY",
    takes: { kind: "word", words: ["graph", "xla"] },
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
      { name: "seeds", value: "1,2,…", takes: seeds, about: "Seeds in place of the suite's" },
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
      {
        name: "jobs",
        value: "N",
        takes: { kind: "whole", minimum: 1 },
        about: "Runs at a time (default: as cores and memory allow)",
      },
      { name: "dry-run", about: "Print the plan with an estimate of time and memory; run nothing" },
      quiet,
      json,
      showLeftOut,
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
      [3, "a run failed or diverged, a number is missing, or nothing was measured"],
      [4, "the evidence decides nothing (see --allow-inconclusive)"],
      [130, "interrupted; the same command goes on from the checkpoints"],
    ],
    load: module("run/run"),
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
      [`likeness list vae ${frechet}`, "their config keys"],
    ],
    exits: [[0, "listed"], [2, "nothing is called that"]],
    load: module("list/list"),
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
      ["likeness report smoke", "the report of the newest records"],
      ["likeness report faces-quick --to reports/faces-quick", "into the published tree"],
    ],
    exits: [[0, "written"], usage, [3, "no finished run to report"]],
    load: module("report"),
  },
  ...gateCommands,
  {
    name: "evaluate",
    summary: "Compare two sets of images by feature distances",
    about:
      "Measures samples that any program made against real images: folders of any size (PNG, JPEG, " +
      "WebP, TIFF, GIF, AVIF, folders below them too), a dataset of `likeness list`, statistics " +
      "(.npz with mu and sigma, as pytorch-fid and clean-fid write and read them) or features " +
      "(.npy). Images are decoded by threads while the extractor works, in memory that hardly grows " +
      "with their number; features are kept in the cache, so that an interrupted command goes on " +
      "where it was, and a second comparison with the same images extracts nothing. Distances of " +
      "means and covariances take all images of each side; metrics whose work grows with the square " +
      "of the number take the first 5,000, which their names say. Images go to the extractor whole " +
      "and in their own size, which it resizes; files that can't be read are skipped and named. Links " +
      "are followed; hidden files and folders, and files of other endings, are left out and counted.",
    positionals: [],
    options: [
      { name: "real", value: "WHAT", about: "Folder, dataset (emoji:size=64), .npz or .npy" },
      { name: "fake", value: "WHAT", about: "The generated images, alike" },
      { name: "extractor", value: "NAME", about: "lite0 (default) or another of likeness list" },
      { name: "features", value: "NAME", about: "The same as --extractor" },
      { name: "weights", value: "FILE", about: "Weights of an extractor that needs yours" },
      { name: "sha256", value: "HEX", about: "What the weights must be, or it refuses" },
      { name: "resize", value: "WAY", about: "How the extractor resizes, where it knows several" },
      {
        name: "input",
        value: "KEY=VALUE",
        many: true,
        about:
          "How an onnx model takes pictures, where its file doesn't say: side, layout (nchw, " +
          "nhwc), mean and deviation (of [0, 1], as 0.5,0.5,0.5; default: ImageNet's), output",
      },
      {
        name: "metrics",
        value: "a,b,…",
        about: `Of ${
          Object.keys(folderMetrics).join(", ")
        } (default: all that both sides can give)`,
      },
      {
        name: "set",
        value: "METRIC.KEY=VALUE",
        many: true,
        about: `A metric's setting, e.g. ${coverage}.k=3; likeness list ${coverage} shows them`,
      },
      {
        name: "samples",
        value: "N",
        takes: { kind: "whole", minimum: 2 },
        about: "N images of each side, drawn by --seed; a dataset gives its first (default: all)",
      },
      {
        name: "shuffle",
        value: "SEED",
        takes: seed,
        about: "Take images, or rows of arrays, in a random order",
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
      { name: "crop", about: "Look at the central square of each image, not at all of it" },
      {
        name: "size",
        value: "PIXELS",
        takes: { kind: "whole", minimum: 8, maximum: 4096 },
        about:
          "Side to resize to where pixels are compared (default: the images', if all share it)",
      },
      {
        name: "skip",
        value: "SHARE",
        takes: { kind: "share" },
        about: "Unreadable files that are skipped; more are an error (default 0.01)",
      },
      {
        ...showLeftOut,
        about: `${showLeftOut.about}; with --real alone nothing is measured`,
      },
      {
        name: "save-stats",
        value: "FILE.npz",
        about: "Write mean and covariance of --real; --fake may be left out",
      },
      {
        name: "save-features",
        value: "FILE.npy",
        about: "Write features of --real, an image a row; --fake may be left out",
      },
      { name: "seed", value: "N", takes: seed, about: "Seed of what a metric draws (default 1)" },
      {
        name: "jobs",
        value: "N",
        takes: { kind: "whole", minimum: 1, maximum: 1024 },
        about: "Decoding threads (default: the cores)",
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
        "FID and its kin as clean-fid resizes; FILE: the weights that pytorch-fid loads",
      ],
      [
        "likeness evaluate --real a/ --fake b/ --extractor inception-fid --weights FILE " +
        `--resize pytorch-fid --decode pil --metrics ${frechet}`,
        "as pytorch-fid a/ b/",
      ],
      [
        "likeness evaluate --real a/ --fake b/ --extractor inception-fid --weights FILE " +
        `--resize tf1 --decode pil --metrics ${frechet}`,
        "as fidelity --fid --input1 b/ --input2 a/",
      ],
      ["likeness evaluate --real photos/ --show-left-out", "which files wouldn't be read, and why"],
      ["likeness evaluate --real a/ --save-stats a.npz", "as pytorch-fid --save-stats a/ a.npz"],
      ["likeness evaluate --real a.npz --fake b/", "as pytorch-fid a.npz b/"],
      [
        `likeness evaluate --real a/ --fake b/ --metrics ${kernel} --samples 1000 --shuffle 1`,
        "unbiased KID of 1,000 images, as one subset of fidelity --kid or compute_kid",
      ],
      [
        `likeness evaluate --real a.npy --fake b.npy --metrics ${coverage} --set ${coverage}.k=5`,
        "as prdc's compute_prdc(a, b, nearest_k=5), of the arrays themselves",
      ],
      ["likeness evaluate --real heads --fake samples/ --extractor judge", "against a dataset"],
    ],
    exits: [[0, "measured"], usage, [3, "no metric could be measured, or one broke down"]],
    load: module("evaluate/evaluate"),
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
    load: module("engine/engine"),
  },
];
