/**
 * Figures of the image families: what each reaches on the heads in minutes and in half an hour, read
 * from the committed records of the two suites.
 * @module
 */
import { builtInMetrics, narrowed } from "../../../metrics/table/mod.ts";
import type { Figure } from "../figure.ts";
import {
  above,
  broken,
  type FiguresOfSuite,
  figuresOfSuite,
  largest,
  type Question,
  shareOf,
  value,
} from "../suites/mod.ts";
import { equivalenceFigures } from "./equivalence.ts";
import { memorised, normalised } from "./readings.ts";

const group = "image-families";
const faces = (suite: string): FiguresOfSuite =>
  figuresOfSuite({ group, suite, engine: "tensorflow" });

/** A number of a family in a suite. */
function family(
  suite: string,
  name: string,
  asked: Pick<Figure, "about" | "unit" | "target"> & {
    readonly seeds: number;
    readonly question: Omit<Question, "seeds" | "better">;
  },
): Figure {
  return faces(suite).family(name, asked);
}

function distance(suite: string, model: string, { at, seeds }: { at: number; seeds: number }) {
  return family(suite, `${model}-d${suite === "faces-32" ? "-32" : ""}`, {
    about: `normalised distance of ${model} samples on whitened judge features, N = 2,000, mean ` +
      `over ${seeds === 1 ? "the seeds there are" : `${seeds} seeds`}`,
    unit: "d",
    target: { is: "<=", value: at },
    seeds,
    question: { family: model, read: normalised },
  });
}

const { codes, conditional, control, reconstruction } = builtInMetrics;
const probe = narrowed(control.values.reading, { factor: "expression" });
const quick: readonly Figure[] = [
  ...Object.entries({
    gan: 0.5,
    diffusion: 0.55,
    flow: 0.55,
    vae: 1.1,
    autoregressive: 0.7,
    vqvae: 0.7,
  }).map(([model, at]) => distance("faces-quick", model, { at, seeds: 3 })),
  ...Object.entries({ vae: 29.5, vqvae: 28.5 }).map(([model, at]) =>
    family("faces-quick", `${model}-psnr`, {
      about: `PSNR of ${model} reconstructions of held-out heads, mean over 3 seeds`,
      unit: "dB",
      target: { is: ">=", value: at },
      seeds: 3,
      question: { family: model, read: value(reconstruction.values.psnr) },
    })
  ),
  family("faces-quick", "vqvae-perplexity-share", {
    about: "perplexity of the codes of the test set over their number K, mean over 3 seeds",
    unit: "of K",
    target: { is: ">=", value: 0.8 },
    seeds: 3,
    question: { family: "vqvae", read: shareOf(codes.values.perplexity, "codes") },
  }),
  family("faces-quick", "vae-expression", {
    about: "balanced accuracy of a linear probe from VAE means to expression, mean over 3 seeds",
    unit: "balanced accuracy",
    target: { is: ">=", value: 0.45 },
    seeds: 3,
    question: { family: "vae", read: value(probe) },
  }),
  family("faces-quick", "vae-expression-above-pca", {
    about: "by how much that probe beats one on as many principal components of the pixels",
    unit: "balanced accuracy",
    target: { is: ">", value: 0 },
    seeds: 3,
    question: { family: "vae", read: above(probe, "pcaPixels") },
  }),
];

const half: readonly Figure[] = [
  ...["diffusion", "flow", "gan"].map((model) =>
    distance("faces-32", model, { at: 0.3, seeds: 1 })
  ),
  family("faces-32", "vqvae-psnr-32", {
    about: "PSNR of VQ-VAE reconstructions of held-out heads",
    unit: "dB",
    target: { is: ">=", value: 31 },
    seeds: 1,
    question: { family: "vqvae", read: value(reconstruction.values.psnr) },
  }),
  family("faces-32", "vae-expression-above-pixels-32", {
    about: "by how much a probe of expression on VAE means beats one on raw pixels",
    unit: "balanced accuracy",
    target: { is: ">", value: 0 },
    seeds: 1,
    question: { family: "vae", read: above(probe, "rawPixels") },
  }),
  ...Object.entries({ gender: 0.9, expression: 0.6 }).map(([factor, at]) =>
    family("faces-32", `diffusion-${factor}-of-ceiling-32`, {
      about: `judged accuracy of ${factor} that guided diffusion was asked for, over the judge's ` +
        "own on real pictures, at the best guidance tried",
      unit: "of the ceiling",
      target: { is: ">=", value: at },
      seeds: 1,
      question: {
        family: "diffusion",
        read: largest(narrowed(conditional.values.ofCeiling, { factor })),
      },
    })
  ),
];

const sound: readonly Figure[] = ["faces-quick", "faces-32"].flatMap((suite) => [
  faces(suite).figure(`${suite}-diverged`, {
    about: `${suite}: trained runs that diverged or failed, of all seeds`,
    unit: "runs",
    target: { is: "=", value: 0 },
    read: broken,
  }),
  faces(suite).figure(`${suite}-memorised`, {
    about: `${suite}: trained runs whose samples are nearer to the training set than new data is`,
    unit: "runs",
    target: { is: "=", value: 0 },
    read: memorised,
  }),
]);

/** In the order in which they are printed. */
export const imageFamilies: readonly Figure[] = [
  ...quick,
  ...half,
  ...sound,
  ...["vae", "flow"].flatMap(equivalenceFigures),
];
