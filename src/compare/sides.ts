/**
 * What `--real` and `--fake` can name: a folder of pictures, a dataset of Likeness, stored
 * statistics (`.npz`) or features (`.npy`, or clean-fid's `.npz` of features).
 * @module
 */
import { join } from "@std/path";
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import { openContents } from "../content/mod.ts";
import type { Split } from "../data/mod.ts";
import { DataError } from "../base/mod.ts";
import type { Decoding } from "../data/decoding/mod.ts";
import { listFiles, type OnLeftOut } from "../data/folder/mod.ts";
import { datasets, fromTable } from "../registry.ts";
import { schemaAt } from "../suite/mod.ts";
import { didYouMean } from "../base/text/mod.ts";
import { type FeatureRows, openNpyRows, requireSoundRows, rowsAt } from "./moments/rows.ts";
import { datasetSource, folderSource, type PictureSource, shuffledPlaces } from "./source.ts";
import { readStatistics, type Statistics } from "./moments/statistics.ts";

/** One side of a comparison, opened. */
export type Side =
  & { readonly label: string; close(): void }
  & (
    | { readonly kind: "pictures"; readonly source: PictureSource }
    | { readonly kind: "features"; readonly rows: FeatureRows }
    | ({ readonly kind: "statistics" } & Statistics)
  );

/** How sides are opened. */
export interface SideOptions {
  /** Folder for caches. */
  readonly cache: string;
  /** Split of a dataset. */
  readonly split: Split;
  /** Seed of the order of pictures and rows; without it folders are sorted by path. */
  readonly shuffle?: number;
  /** Pictures or rows wanted; those of folders and arrays are then drawn by `seed`. */
  readonly samples?: number;
  readonly seed: number;
  readonly jobs: number;
  /** How files become colours; a dataset of files is read in this way too where it names none. */
  readonly decoding: Decoding;
  /** Called with each file that is left out. */
  readonly leftOut?: OnLeftOut;
  readonly progress?: (note: string) => void;
}

const nothing = () => {};

/**
 * The seed of the order of a folder or an array. Where only some are wanted they are drawn: the first
 * by path may all be of one class.
 */
function orderIn({ shuffle, samples, seed }: SideOptions, count: number): number | undefined {
  return shuffle ?? (samples !== undefined && samples < count ? seed : undefined);
}

/** Rows that somebody gives: looked at, and in their order. */
function givenRows(rows: FeatureRows, label: string, options: SideOptions): FeatureRows {
  requireSoundRows(rows, label);
  const seed = orderIn(options, rows.count);
  return seed === undefined ? rows : rowsAt(rows, shuffledPlaces(rows.count, seed));
}

/**
 * Opens what a word of the command line names. A file or folder of that name goes before a dataset.
 * @throws DataError where it is none of them, or can't be read
 */
export async function openSide(text: string, options: SideOptions): Promise<Side> {
  const there = await Deno.stat(text).catch(() => null);
  const ending = /\.np[yz]$/i.exec(text)?.[0].toLowerCase();
  if (there?.isDirectory) {
    const listing = await listContents(text, options);
    const source = folderSource(text, listing, { shuffle: orderIn(options, listing.count) });
    return { kind: "pictures", label: text, source, close: () => source.close() };
  }
  if (there !== null && ending === ".npy") {
    const file = openNpyRows(text);
    try {
      const rows = givenRows(file, text, options);
      return { kind: "features", label: text, rows, close: () => file.close() };
    } catch (error) {
      file.close();
      throw error;
    }
  }
  if (there !== null && ending === ".npz") {
    const read = await readStatistics(text);
    return "features" in read
      ? {
        kind: "features",
        label: text,
        rows: givenRows(read.features, text, options),
        close: nothing,
      }
      : { kind: "statistics", label: text, ...read, close: nothing };
  }
  if (there !== null) {
    throw new DataError(
      `${text} is a file; a folder of pictures, statistics (.npz), features (.npy) or a dataset ` +
        "was expected",
    );
  }
  return await openDataset(text, options);
}

async function listContents(folder: string, { cache, leftOut, progress }: SideOptions) {
  const contents = openContents(cache);
  try {
    return await listFiles(folder, {
      folder: join(cache, "evaluate", "lists"),
      contents,
      leftOut,
      progress: (listed) => progress?.(`listing ${folder} ${listed.toLocaleString("en")}`),
    });
  } finally {
    contents.close();
  }
}

async function openDataset(text: string, options: SideOptions): Promise<Side> {
  const [name, ...rest] = text.split(":");
  if (!Object.hasOwn(datasets, name)) {
    const known = Object.keys(datasets);
    throw new DataError(
      `${text} does not exist, and no dataset has that name${didYouMean(name, known)}\n` +
        `  datasets: ${known.join(", ")}`,
    );
  }
  const definition = await fromTable(datasets, name, "dataset");
  const said = keysIn(rest.join(":"), text), { decoding } = options;
  const reads = decoding !== "viewer" && schemaAt(definition.config, ["decode"]) !== undefined;
  const config = definition.config.safeParse(reads ? { decode: decoding, ...said } : said);
  if (!config.success) throw new DataError(`${text}: ${z.prettifyError(config.error)}`);
  const { decode } = config.data as { decode?: Decoding };
  if (decode !== undefined && decode !== decoding) {
    throw new DataError(
      `${text} would be read differently from the other side: decode=${decode} needs ` +
        `--decode ${decode}`,
    );
  }
  const { cache, jobs, split, shuffle, leftOut, progress } = options;
  const dataset = await definition.load(config.data, {
    cache,
    jobs,
    leftOut,
    progress: (done, total, note) => progress?.(`${note} ${done}/${total}`),
  });
  if (dataset.size(split) === 0) {
    const sizes = (["train", "test"] as const).map((s) => `${s} ${dataset.size(s)}`).join(", ");
    throw new DataError(`${text} has no pictures in its ${split} split (${sizes}); see --split`);
  }
  const source = datasetSource(dataset, { split, shuffle });
  return { kind: "pictures", label: source.label, source, close: nothing };
}

/** "size=64,person=2" as an object; values are YAML's. */
function keysIn(text: string, where: string): Record<string, unknown> {
  const pairs = text.split(",").map((pair) => pair.trim()).filter((pair) => pair !== "");
  return Object.fromEntries(pairs.map((pair) => {
    const at = pair.indexOf("=");
    if (at <= 0) {
      throw new DataError(`${where}: \`${pair}\` is no KEY=VALUE; e.g. emoji:size=64`);
    }
    return [pair.slice(0, at), parseYaml(pair.slice(at + 1))];
  }));
}
