/**
 * The pictures that a run leaves for its report: samples with their nearest training pictures and by
 * class, reconstructions, traversals and interpolations, whichever its family can give.
 * @module
 */
import type { Dataset } from "../data/dataset.ts";
import type { ImageSet } from "../kinds/image/image_set.ts";
import { concatImages, mirrorImages, sliceImages } from "../kinds/image/images.ts";
import { MetricUnavailable } from "../base/errors.ts";
import type { SampleOptions, Subject } from "../subject/subject.ts";
import type { Features, Views } from "../algebra/features.ts";
import { nearestRows } from "../algebra/neighbours.ts";
import { sha256 } from "../base/digest.ts";
import { hostFold, hostNormal } from "../random/host.ts";
import type { Artefact, Shows } from "../record/record.ts";
import { shownName } from "../record/shows.ts";
import { sheetPng } from "./grid.ts";
import { interpolation, traversal } from "../families/common/latents.ts";
import { pictureKey } from "./key.ts";
import { isPoints, pointPictures } from "./scatter.ts";

/** Samples in the grid: rows 0 … 63 of the key that all runs share. */
export const pictureSamples = 64;
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

/** Where nearest neighbours are looked for. */
export interface Neighbourhood {
  /** What distances are measured in, for the caption. */
  readonly of: string;
  readonly features: (images: ImageSet) => Promise<Features>;
  /** Features of the first training pictures as the model saw them. */
  readonly train: () => Promise<Views>;
}

/** What pictures are made from. */
export interface PictureParts {
  readonly subject: Subject;
  readonly dataset: Dataset;
  /**
   * Samples from the shared latents, `rows` saying which for each; for what has no latents, its
   * first samples.
   */
  readonly samples:
    | ((
      count: number,
      options?: Pick<SampleOptions, "labels"> & { readonly rows?: Int32Array },
    ) => Promise<ImageSet>)
    | null;
  readonly neighbourhood: Neighbourhood | null;
  readonly write: (file: string, bytes: Uint8Array) => Promise<void>;
}

/** Writes a sheet and notes what it shows; `of`: the factor that its samples were asked for by. */
export type Keep = (
  what: Shows["what"],
  about: string,
  grid: { images: ImageSet; columns: number; of?: string },
) => Promise<void>;

/** One kind of picture: draws it where it can be had. */
type Picture = (parts: PictureParts, keep: Keep) => Promise<void>;

/** Makes, writes and lists the pictures of a run. */
export async function makePictures(parts: PictureParts): Promise<Artefact[]> {
  const artefacts: Artefact[] = [];
  const { kind } = parts.dataset.sample;
  const keep: Keep = async (what, about, { images, columns, of }) => {
    const { bytes, width, height } = await sheetPng(images, { columns });
    const shows = { what, kind, ...(of === undefined ? {} : { of }) };
    const name = shownName(shows), file = `${name}.png`;
    await parts.write(file, bytes);
    artefacts.push({ name, file, sha256: await sha256(bytes), about, shows, width, height });
  };
  if (isPoints(parts.dataset.sample)) {
    await pointPictures(parts, keep);
    return artefacts;
  }
  const kinds = [sampleGrid, nearestTraining, byClass, reconstructions, codeWalks, priorWalks];
  for (const kind of kinds) {
    try {
      await kind(parts, keep);
    } catch (error) {
      // One that can't be had is left out, as a value is: the numbers don't rest on it.
      if (!(error instanceof MetricUnavailable)) throw error;
    }
  }
  return artefacts;
}

const sampleGrid: Picture = async ({ samples }, keep) => {
  if (samples === null) return;
  const images = await samples(pictureSamples);
  await keep(
    "samples",
    `Samples from the same ${images.count} latents in every run, none picked out`,
    { images, columns: Math.min(acrossSheet, images.count) },
  );
};

/** The first samples, each above the training picture that is nearest to it. */
const nearestTraining: Picture = async ({ samples, neighbourhood, dataset }, keep) => {
  if (samples === null || neighbourhood === null) return;
  const drawn = await samples(compared);
  const train = await neighbourhood.train();
  const { pictures = train.count } = train;
  const rows = nearestRows(await neighbourhood.features(drawn), train);
  const { images } = await dataset.read("train", rows.map((row) => row % pictures));
  const seen = mirrorImages(images, Array.from(rows, (row) => row >= pictures));
  const columns = Math.min(acrossSheet, drawn.count);
  await keep(
    "nearest",
    `The first ${drawn.count} samples, each row above the nearest of ` +
      `${pictures.toLocaleString("en")} training pictures` +
      `${train.count > pictures ? " and their mirror images" : ""} by ${neighbourhood.of}`,
    { images: alternate(drawn, seen, columns), columns },
  );
};

/** A sheet a condition: a row a class, the same noise and other labels down a column. */
const byClass: Picture = async ({ samples, subject, dataset }, keep) => {
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
    await keep(
      "conditional",
      `Samples asked for by ${name}, a row a class (${
        classes.join(", ")
      }), the same noise and the ` +
        "same other labels down each column",
      {
        images: await samples(count, { labels, rows: each((_, column) => column) }),
        columns: acrossSheet,
        of: name,
      },
    );
  }
};

/** The first held-out pictures; null where there are too few to show anything. */
async function heldOut(dataset: Dataset, count: number): Promise<ImageSet | null> {
  const held = Math.min(dataset.size("test"), count);
  if (held < acrossSheet) return null;
  return (await dataset.read("test", Uint32Array.from({ length: held }, (_, i) => i))).images;
}

const reconstructions: Picture = async ({ subject, dataset }, keep) => {
  const originals = await heldOut(dataset, 32);
  if (!subject.reconstruct || originals === null) return;
  const rebuilt = await subject.reconstruct(originals);
  await keep(
    "reconstructions",
    "Held-out pictures, each row of originals above its reconstructions",
    { images: alternate(originals, rebuilt, acrossSheet), columns: acrossSheet },
  );
};

/** Traversals and straight lines between the codes of held-out pictures. */
const codeWalks: Picture = async ({ subject, dataset }, keep) => {
  if (!subject.encode || !subject.decode || subject.capabilities.latent !== "continuous") return;
  const images = await heldOut(dataset, encoded);
  if (images === null) return;
  const codes = await subject.encode(images);
  const walk = traversal(codes, { steps: walkSteps, range: walkRange });
  const moved = walk.dimensions.map(({ dimension }) => dimension).join(", ");
  await keep(
    "traversal",
    `The first held-out picture, each row moving one dimension of its code (${moved}: those that ` +
      `vary most, first to last) over ±${walkRange} standard deviations of the codes`,
    { images: await subject.decode(walk.codes), columns: walkSteps },
  );
  await keep(
    "interpolation",
    "Straight lines between the codes of two held-out pictures, one pair a row",
    { images: await subject.decode(lines(codes, "linear")), columns: walkSteps },
  );
};

/** Great circles between draws of the prior: White 2016, arXiv:1609.04468. */
const priorWalks: Picture = async ({ subject }, keep) => {
  const { noise } = subject.capabilities;
  if (noise === undefined || !subject.decode) return;
  const count = 2 * walks, data = new Float64Array(count * noise);
  const key = hostFold(pictureKey, "interpolation");
  for (let i = 0; i < count; i++) data.set(hostNormal(hostFold(key, i), noise), i * noise);
  const codes = { count, dimension: noise, data };
  await keep(
    "prior-interpolation",
    "Great circles between two draws of the noise that samples are made from, one pair a row",
    { images: await subject.decode(lines(codes, "spherical")), columns: walkSteps },
  );
};

/** Rows of `columns` originals, each above the row of their counterparts. */
function alternate(originals: ImageSet, others: ImageSet, columns: number): ImageSet {
  const rows: ImageSet[] = [];
  for (let at = 0; at + columns <= originals.count; at += columns) {
    rows.push(
      sliceImages(originals, { from: at, to: at + columns }),
      sliceImages(others, { from: at, to: at + columns }),
    );
  }
  return concatImages(rows);
}

/** Walks from code i to the i-th last. */
function lines(codes: Features, path: "linear" | "spherical"): Features {
  const rows = Array.from({ length: Math.min(walks, codes.count >> 1) }, (_, i) => i);
  const walked = rows.map((from) =>
    interpolation(codes, { from, to: codes.count - 1 - from, steps: walkSteps, path })
  );
  const data = Float64Array.from(walked.flatMap((walk) => [...walk.data]));
  return { count: rows.length * walkSteps, dimension: codes.dimension, data };
}
