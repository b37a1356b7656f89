/**
 * The pictures that a run leaves for its report: samples, reconstructions, latent traversals and
 * interpolations, whichever its family can give.
 * @module
 */
import type { Dataset, ImageSet } from "../data/dataset.ts";
import { concatImages, sliceImages } from "../data/images.ts";
import type { Features, Subject } from "../metrics/metric.ts";
import { sha256 } from "../digest.ts";
import type { Artefact } from "../record/record.ts";
import { sheetPng } from "../report/grid.ts";
import { interpolation, traversal } from "../families/latents.ts";
import { isPoints, pointPictures } from "./scatter.ts";

/** Samples in the grid: rows 0 … 63 of the key that all runs share. */
export const pictureSamples = 64;
/** Held-out pictures that are encoded to see how codes spread. */
const encoded = 256;
/** Points of a traversal or interpolation, and how far a traversal goes on either side. */
const walkSteps = 9;
const walkRange = 2.5;

/** What pictures are made from. */
export interface PictureParts {
  readonly subject: Subject;
  readonly dataset: Dataset;
  /** Samples from the shared latents; for a control row, its first samples. */
  readonly samples: ((count: number) => Promise<ImageSet>) | null;
  readonly write: (file: string, bytes: Uint8Array) => Promise<void>;
}

/** Makes, writes and lists the pictures of a run. */
export async function makePictures(parts: PictureParts): Promise<Artefact[]> {
  const { subject, dataset } = parts;
  const artefacts: Artefact[] = [];
  async function keep(name: string, about: string, grid: { images: ImageSet; columns: number }) {
    const { bytes, width, height } = await sheetPng(grid.images, { columns: grid.columns });
    const file = `${name}.png`;
    await parts.write(file, bytes);
    artefacts.push({ name, file, sha256: await sha256(bytes), about, width, height });
  }

  if (isPoints(dataset.sample)) {
    await pointPictures(parts, keep);
    return artefacts;
  }
  if (parts.samples !== null) {
    const images = await parts.samples(pictureSamples);
    await keep("samples", "Samples from the same 64 latents in every run, none picked out", {
      images,
      columns: 8,
    });
  }
  const held = Math.min(dataset.size("test"), encoded);
  if (held < 8) return artefacts;
  const { images } = await dataset.read("test", Uint32Array.from({ length: held }, (_, i) => i));
  if (subject.reconstruct) {
    const originals = sliceImages(images, { to: Math.min(held, 32) });
    const rebuilt = await subject.reconstruct(originals);
    await keep(
      "reconstructions",
      "Held-out pictures, each row of originals above its reconstructions",
      { images: alternate(originals, rebuilt, 8), columns: 8 },
    );
  }
  if (subject.encode && subject.decode && subject.capabilities.latent === "continuous") {
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
      { images: await subject.decode(lines(codes)), columns: walkSteps },
    );
  }
  return artefacts;
}

/** Rows of `columns` originals, each above the row of their reconstructions. */
function alternate(originals: ImageSet, rebuilt: ImageSet, columns: number): ImageSet {
  const rows: ImageSet[] = [];
  for (let at = 0; at + columns <= originals.count; at += columns) {
    rows.push(
      sliceImages(originals, { from: at, to: at + columns }),
      sliceImages(rebuilt, { from: at, to: at + columns }),
    );
  }
  return concatImages(rows);
}

/** Straight lines from the code of held-out picture i to that of the i-th last. */
function lines(codes: Features): Features {
  const rows = Array.from({ length: Math.min(6, codes.count >> 1) }, (_, i) => i);
  const walks = rows.map((from) =>
    interpolation(codes, { from, to: codes.count - 1 - from, steps: walkSteps })
  );
  const data = Float64Array.from(walks.flatMap((walk) => [...walk.data]));
  return { count: rows.length * walkSteps, dimension: codes.dimension, data };
}
