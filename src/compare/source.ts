/**
 * Where pictures come from: a folder of files, or a split of a dataset.
 * @module
 */
import { join } from "@std/path";
import type { Dataset, Split } from "../data/mod.ts";
import { type ImageSet, imagesOf } from "../kinds/image/mod.ts";
import type { FileListing } from "../data/folder/mod.ts";
import { hostKey, hostPermutation } from "../random/host/mod.ts";
import type { DecodeTask } from "./extract/decode.ts";

/** Pictures in a fixed order. */
export interface PictureSource {
  /** For people: the folder, or the dataset with its split. */
  readonly label: string;
  readonly count: number;
  /** Names the pictures and their order. */
  readonly digest: string;
  readonly notes: readonly string[];
  /** Whether pictures come decoded, so that no version of a decoder is in their bits. */
  readonly decoded: boolean;
  /** The pictures at places of the order, for a decoding thread. */
  batch(places: ArrayLike<number>): Promise<DecodeTask["from"]>;
  /** What each is called, for messages. */
  names(places: ArrayLike<number>): string[];
  close(): void;
}

/** Places from one to before another. */
export function placesFrom(from: number, to: number): Uint32Array {
  return Uint32Array.from({ length: to - from }, (_, i) => from + i);
}

/** The order of `count` pictures or rows that a seed gives. */
export function shuffledPlaces(count: number, seed: number): Uint32Array {
  return hostPermutation(hostKey(seed, "evaluate", "order"), count);
}

/** What lies at places of the order: as they come, or shuffled by a seed. */
function orderOf(
  count: number,
  seed: number | undefined,
): (places: ArrayLike<number>) => ArrayLike<number> {
  if (seed === undefined) return (places) => places;
  const order = shuffledPlaces(count, seed);
  return (places) => Uint32Array.from(places, (place) => order[place]);
}

/** Pictures of a folder, sorted by path or shuffled by `shuffle`. */
export function folderSource(
  label: string,
  listing: FileListing,
  { shuffle }: { shuffle?: number } = {},
): PictureSource {
  const at = orderOf(listing.count, shuffle);
  const names = (places: ArrayLike<number>) => listing.names(at(places));
  return {
    label,
    count: listing.count,
    digest: shuffle === undefined ? listing.digest : `${listing.digest}, shuffled by ${shuffle}`,
    notes: listing.notes,
    decoded: false,
    names,
    batch: (places) =>
      Promise.resolve({ paths: names(places).map((name) => join(listing.root, name)) }),
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
    decoded: true,
    names: (places) => Array.from(at(places), (i) => `${label}, picture ${i}`),
    async batch(places): Promise<{ images: ImageSet }> {
      return { images: imagesOf((await dataset.read(split, at(places))).samples) };
    },
    close: () => {},
  };
}
