/**
 * The pictures that a run leaves for its report, where its samples are pictures or can be had as such: samples with their nearest training pictures and by
 * class, reconstructions, traversals and interpolations, whichever its family can give.
 * @module
 */
import type { Dataset } from "../data/mod.ts";
import { augmentationOf, MIRROR, picturesOf, type Samples } from "../kinds/mod.ts";
import { MetricUnavailable } from "../base/mod.ts";
import { type Features, nearestRows } from "../algebra/mod.ts";
import { hostFold, hostNormal } from "../random/host/mod.ts";
import { alternate, type Sheet, sheets } from "./picture/grid.ts";
import { interpolation, traversal } from "../families/common/latents/mod.ts";
import { pictureKey } from "./key.ts";
import { type Shower, shownSamples, type ShowParts } from "./shower.ts";

/** Samples that are shown with their nearest training picture, and columns of such sheets. */
const compared = 16;
const acrossSheet = 8;
/** Held-out pictures that are encoded to see how codes spread. */
const encoded = 256;
/** Points of a traversal or interpolation, and how far a traversal goes on either side. */
const walkSteps = 9;
const walkRange = 2.5;
/** Rows of an interpolation sheet, and classes of a conditional one at most. */
const walks = 6;
const classRows = 12;

/** One kind of sheet: draws it where it can be had. */
type Picture = (parts: ShowParts, sheet: Sheet) => Promise<void>;

/** What of a run can be shown as sheets of pictures. */
export const showImages: Shower = async (parts, keep) => {
  for (
    const picture of [sampleGrid, nearestTraining, byClass, reconstructions, codeWalks, priorWalks]
  ) {
    try {
      await picture(parts, sheets(keep));
    } catch (error) {
      // One that can't be had is left out, as a value is: the numbers don't rest on it.
      if (!(error instanceof MetricUnavailable)) throw error;
    }
  }
};

const sampleGrid: Picture = async (parts, sheet) => {
  const { samples } = parts;
  if (samples === null) return;
  const images = picturesOf(parts.dataset.sample, await samples(shownSamples));
  await sheet(
    "samples",
    `Samples from the same ${images.count} latents in every run, none picked out`,
    { images, columns: Math.min(acrossSheet, images.count) },
  );
};

/** The first samples, each above the training picture that is nearest to it. */
const nearestTraining: Picture = async (parts, sheet) => {
  const { samples, neighbourhood, dataset } = parts;
  if (samples === null || neighbourhood === null) return;
  const drawn = await samples(compared);
  const train = await neighbourhood.train();
  const { pictures = train.count } = train;
  const rows = nearestRows(await neighbourhood.features(drawn), train);
  const { samples: nearest } = await dataset.read("train", rows.map((row) => row % pictures));
  const mirrored = Array.from(rows, (row) => row >= pictures);
  const seen = mirrored.includes(true)
    ? augmentationOf(dataset.sample, MIRROR).apply(nearest, mirrored)
    : nearest;
  const columns = Math.min(acrossSheet, drawn.count);
  await sheet(
    "nearest",
    `The first ${drawn.count} samples, each row above the nearest of ` +
      `${pictures.toLocaleString("en")} training pictures` +
      `${train.count > pictures ? " and their mirror images" : ""} by ${neighbourhood.of}`,
    {
      images: alternate(
        picturesOf(parts.dataset.sample, drawn),
        picturesOf(parts.dataset.sample, seen),
        columns,
      ),
      columns,
    },
  );
};

/** A sheet a condition: a row a class, the same noise and other labels down a column. */
const byClass: Picture = async (parts, sheet) => {
  const { samples, subject, dataset } = parts;
  const { conditions = [] } = subject.capabilities;
  if (samples === null || conditions.length === 0) return;
  const columns = Uint32Array.from({ length: acrossSheet }, (_, i) => i % dataset.size("train"));
  const { labels: told } = await dataset.read("train", columns);
  for (const name of conditions) {
    const factor = dataset.factors.find((f) => f.name === name);
    if (factor?.kind !== "class") continue;
    const classes = factor.classes.slice(0, classRows);
    const count = classes.length * acrossSheet;
    const each = (of: (row: number, column: number) => number) =>
      Int32Array.from(
        { length: count },
        (_, i) => of(Math.floor(i / acrossSheet), i % acrossSheet),
      );
    const labels = Object.fromEntries(conditions.map((condition) => [
      condition,
      each((row, column) => condition === name ? row : told[condition][column]),
    ]));
    await sheet(
      "conditional",
      `Samples asked for by ${name}, a row a class (${
        classes.join(", ")
      }), the same noise and the ` +
        "same other labels down each column",
      {
        images: picturesOf(
          parts.dataset.sample,
          await samples(count, { labels, rows: each((_, column) => column) }),
        ),
        columns: acrossSheet,
        of: name,
      },
    );
  }
};

/** The first held-out samples; null where there are too few to show anything. */
async function heldOut(dataset: Dataset, count: number): Promise<Samples | null> {
  const held = Math.min(dataset.size("test"), count);
  if (held < acrossSheet) return null;
  return (await dataset.read("test", Uint32Array.from({ length: held }, (_, i) => i))).samples;
}

const reconstructions: Picture = async (parts, sheet) => {
  const { subject, dataset } = parts;
  const originals = await heldOut(dataset, 32);
  if (!subject.reconstruct || originals === null) return;
  const rebuilt = await subject.reconstruct(originals);
  await sheet(
    "reconstructions",
    "Held-out pictures, each row of originals above its reconstructions",
    {
      images: alternate(
        picturesOf(parts.dataset.sample, originals),
        picturesOf(parts.dataset.sample, rebuilt),
        acrossSheet,
      ),
      columns: acrossSheet,
    },
  );
};

/** Traversals and straight lines between the codes of held-out pictures. */
const codeWalks: Picture = async (parts, sheet) => {
  const { subject, dataset } = parts;
  if (!subject.encode || !subject.decode || subject.capabilities.latent !== "continuous") return;
  const held = await heldOut(dataset, encoded);
  if (held === null) return;
  const codes = await subject.encode(held);
  const walk = traversal(codes, { steps: walkSteps, range: walkRange });
  const moved = walk.dimensions.map(({ dimension }) => dimension).join(", ");
  await sheet(
    "traversal",
    `The first held-out picture, each row moving one dimension of its code (${moved}: those that ` +
      `vary most, first to last) over ±${walkRange} standard deviations of the codes`,
    {
      images: picturesOf(parts.dataset.sample, await subject.decode(walk.codes)),
      columns: walkSteps,
    },
  );
  await sheet(
    "interpolation",
    "Straight lines between the codes of two held-out pictures, one pair a row",
    {
      images: picturesOf(parts.dataset.sample, await subject.decode(lines(codes, "linear"))),
      columns: walkSteps,
    },
  );
};

/** Great circles between draws of the prior: White 2016, arXiv:1609.04468. */
const priorWalks: Picture = async (parts, sheet) => {
  const { subject } = parts;
  const { noise } = subject.capabilities;
  if (noise === undefined || !subject.decode) return;
  const count = 2 * walks, data = new Float64Array(count * noise);
  const key = hostFold(pictureKey, "interpolation");
  for (let i = 0; i < count; i++) data.set(hostNormal(hostFold(key, i), noise), i * noise);
  const codes = { count, dimension: noise, data };
  await sheet(
    "prior-interpolation",
    "Great circles between two draws of the noise that samples are made from, one pair a row",
    {
      images: picturesOf(parts.dataset.sample, await subject.decode(lines(codes, "spherical"))),
      columns: walkSteps,
    },
  );
};

/** Walks from code i to the i-th last. */
function lines(codes: Features, path: "linear" | "spherical"): Features {
  const rows = Array.from({ length: Math.min(walks, codes.count >> 1) }, (_, i) => i);
  const walked = rows.map((from) =>
    interpolation(codes, { from, to: codes.count - 1 - from, steps: walkSteps, path })
  );
  const data = Float64Array.from(walked.flatMap((walk) => [...walk.data]));
  return { count: rows.length * walkSteps, dimension: codes.dimension, data };
}
