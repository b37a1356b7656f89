/**
 * Where pictures come from: a folder of files, or a split of one of the house's datasets.
 * @module
 */
import { join } from "@std/path";
import type { Dataset, ImageSet, Split } from "../data/dataset.ts";
import { DECODER } from "../data/decoding/meaning.ts";
import type { FileListing } from "../data/folder/listing.ts";
import { hostKey, hostPermutation } from "../random/host.ts";
import type { DecodeTask } from "./decode.ts";

/** Pictures in a fixed order. */
export interface PictureSource {
  /** For people: the folder, or the dataset with its split. */
  readonly label: string;
  readonly count: number;
  /** Names the pictures and their order. */
  readonly digest: string;
  readonly notes: readonly string[];
  /** The pictures at places of the order, for a decoding thread. */
  batch(from: number, to: number): Promise<DecodeTask["from"]>;
  /** What each is called, for messages. */
  names(from: number, to: number): string[];
  close(): void;
}

/** The order of `count` pictures: as they come, or shuffled by a seed. */
function orderOf(count: number, seed: number | undefined): (place: number) => number {
  if (seed === undefined) return (place) => place;
  const order = hostPermutation(hostKey(seed, "evaluate", "order"), count);
  return (place) => order[place];
}

const placesFrom = (from: number, to: number, at: (place: number) => number) =>
  Uint32Array.from({ length: to - from }, (_, i) => at(from + i));

/** Pictures of a folder, sorted by path or shuffled by `shuffle`. */
export function folderSource(
  label: string,
  listing: FileListing,
  { shuffle }: { shuffle?: number } = {},
): PictureSource {
  const at = orderOf(listing.count, shuffle);
  const names = (from: number, to: number) => listing.names(placesFrom(from, to, at));
  return {
    label,
    count: listing.count,
    // With the decoder: another one may make other pixels of the same files.
    digest: `${listing.digest}, decoder ${DECODER}` +
      (shuffle === undefined ? "" : `, shuffled by ${shuffle}`),
    notes: listing.notes,
    names,
    batch: (from, to) =>
      Promise.resolve({ paths: names(from, to).map((name) => join(listing.root, name)) }),
    close: () => listing.close(),
  };
}

/** Pictures of a dataset's split, in its order or shuffled by `shuffle`. */
export function datasetSource(
  dataset: Dataset,
  { split, shuffle }: { split: Split; shuffle?: number },
): PictureSource {
  const at = orderOf(dataset.size(split), shuffle);
  const label = `${dataset.name}, ${split} split`;
  return {
    label,
    count: dataset.size(split),
    digest: `${dataset.digest} ${split}` +
      (shuffle === undefined ? "" : `, shuffled by ${shuffle}`),
    notes: dataset.notes,
    names: (from, to) => Array.from(placesFrom(from, to, at), (i) => `${label}, picture ${i}`),
    async batch(from, to): Promise<{ images: ImageSet }> {
      return { images: (await dataset.read(split, placesFrom(from, to, at))).images };
    },
    close: () => {},
  };
}
