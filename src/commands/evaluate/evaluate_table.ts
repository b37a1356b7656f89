/**
 * The row of `evaluate` in the table of commands.
 * @module
 */
import {
  type Command,
  json,
  MOST_SEED,
  out,
  showLeftOut,
  type Takes,
  usage,
} from "../../cli/mod.ts";
import { folderMetrics } from "../../compare/metrics/mod.ts";
import { DECODED_ALIKE, DECODINGS } from "../../data/decoding/mod.ts";
import { metricNames } from "../../metrics/table/mod.ts";
import { module } from "../module.ts";

const { coverage, frechet, kernel } = metricNames;

const seed: Takes = { kind: "whole", minimum: 0, maximum: MOST_SEED };

/** See the module. */
export const evaluateCommand: Command = {
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
      about: "Use N images of each side, drawn by --seed; of a dataset the first N (default: all)",
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
};
