/**
 * The pictures that a run leaves for its report: samples, reconstructions, latent traversals and
 * interpolations, whichever its family can give.
 * @module
 */
import type { Dataset, ImageSet } from "../data/dataset.ts";
import type { Features, Subject } from "../metrics/metric.ts";
import { sha256 } from "../record/files.ts";
import type { Artefact } from "../record/record.ts";
import { gridPng, joinImages } from "./grid.ts";
import { interpolation, liveliest, moments, traversal } from "./latents.ts";
import { sliceImages } from "./subject.ts";

/** Samples in the grid: rows 0 … 63 of the key that all runs share. */
export const pictureSamples = 64;
/** Held-out pictures that are encoded to see how codes spread. */
const encoded = 256;

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
    const { png, width, height } = await gridPng(grid.images, grid.columns);
    const file = `${name}.png`;
    await parts.write(file, png);
    artefacts.push({ name, file, sha256: await sha256(png), about, width, height });
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
    const originals = sliceImages(images, 0, Math.min(held, 32));
    const rebuilt = await subject.reconstruct(originals);
    await keep(
      "reconstructions",
      "Held-out pictures, each row of originals above its reconstructions",
      { images: alternate(originals, rebuilt, 8), columns: 8 },
    );
  }
  if (subject.encode && subject.decode && subject.capabilities.latent === "continuous") {
    const codes = await subject.encode(images);
    const grids = latentGrids(codes);
    const { columns, dimensions } = grids;
    await keep(
      "traversal",
      `The first held-out picture, each row moving one of the ${dimensions} liveliest dimensions ` +
        "from −3 to 3 standard deviations of the codes",
      { images: await subject.decode(grids.traversal), columns },
    );
    await keep(
      "interpolation",
      "Straight lines between the codes of held-out pictures",
      { images: await subject.decode(grids.interpolation), columns },
    );
  }
  return artefacts;
}

/** Rows of `columns` originals, each above the row of their reconstructions. */
function alternate(originals: ImageSet, rebuilt: ImageSet, columns: number): ImageSet {
  const rows: ImageSet[] = [];
  for (let at = 0; at + columns <= originals.count; at += columns) {
    rows.push(sliceImages(originals, at, at + columns), sliceImages(rebuilt, at, at + columns));
  }
  return joinImages(rows);
}

function latentGrids(codes: Features) {
  const columns = 9;
  const { mean, deviation } = moments(codes);
  const dimensions = liveliest(deviation, 8);
  const base = codes.data.subarray(0, codes.dimension);
  const pairs = Array.from({ length: 6 }, (_, i) => [i, codes.count - 1 - i] as const);
  return {
    columns,
    dimensions: dimensions.length,
    traversal: traversal(base, { mean, deviation, dimensions }, { columns, reach: 3 }),
    interpolation: interpolation(codes, pairs, columns),
  };
}
