/**
 * How a folder of pictures is laid out: which files belong to it, which are held out, and what
 * their labels are. Nothing is decoded here.
 * @module
 */
import { join, relative } from "@std/path";
import type { Factor } from "../dataset.ts";
import { DataError } from "../../base/mod.ts";
import { heldOut } from "../split_dataset.ts";
import { LeftOut, type OnLeftOut, told } from "./left_out.ts";
import { walkPictures } from "./walk.ts";
import { readTextIfThere } from "../../base/text/mod.ts";

/** The layouts that a suite can name. */
export const LAYOUTS = ["plain", "classes", "celeba", "ffhq"] as const;
/** One of `LAYOUTS`. */
export type Layout = (typeof LAYOUTS)[number];

/** Pictures to decode, in order, with their labels and their side of the split. */
export interface Listing {
  readonly paths: readonly string[];
  readonly held: readonly boolean[];
  readonly factors: readonly Factor[];
  readonly labels: Readonly<Record<string, Float32Array>>;
  readonly notes: readonly string[];
}

/** Every picture below `root`, as paths relative to it, sorted by code unit. */
async function pictures(root: string, leftOut: LeftOut): Promise<string[]> {
  return await Array.fromAsync(walkPictures(root, leftOut));
}

async function isFolder(path: string): Promise<boolean> {
  return await Deno.stat(path).then((stat) => stat.isDirectory, () => false);
}

async function readLines(path: string): Promise<string[]> {
  const text = await readTextIfThere(path);
  if (text === null) {
    throw new DataError(`${path}: no such file; the layout asked for has it there`);
  }
  return text.split(/\r?\n/).filter((line) => line.trim() !== "");
}

/** What every layout is given. */
interface Reading {
  readonly root: string;
  readonly test: number;
  readonly leftOut: LeftOut;
}

async function plain({ root, test, leftOut }: Reading): Promise<Listing> {
  const names = await pictures(root, leftOut);
  return {
    paths: names.map((name) => join(root, name)),
    held: names.map((name) => heldOut(name, test)),
    factors: [],
    labels: {},
    notes: [],
  };
}

/** One folder a class, as torchvision's ImageFolder has it. */
async function classes(reading: Reading): Promise<Listing> {
  const { root } = reading, listing = await plain(reading);
  const of = listing.paths.map((path) => relative(root, path).split(/[\\/]/));
  const loose = of.findIndex((parts) => parts.length < 2);
  if (loose >= 0) {
    throw new DataError(
      `${listing.paths[loose]}: in the layout "classes" every picture lies in its class's folder`,
    );
  }
  const names = [...new Set(of.map(([name]) => name))].sort();
  return {
    ...listing,
    factors: [{ name: "class", kind: "class", classes: names }],
    labels: { class: Float32Array.from(of, ([name]) => names.indexOf(name)) },
  };
}

/** CelebA's attribute file: a count, the attributes' names, then `file ±1 ±1 …` a line. */
export async function readAttributes(path: string): Promise<{
  names: readonly string[];
  rows: ReadonlyMap<string, readonly number[]>;
}> {
  const lines = await readLines(path);
  const counted = Number(lines[0]);
  if (!Number.isInteger(counted)) {
    throw new DataError(
      `${path}:1: the number of rows was expected, "${lines[0]?.slice(0, 40)}" stands there`,
    );
  }
  const names = (lines[1] ?? "").trim().split(/\s+/);
  const rows = new Map<string, readonly number[]>();
  for (const [i, line] of lines.slice(2).entries()) {
    const [file, ...values] = line.trim().split(/\s+/);
    const numbers = values.map(Number);
    if (numbers.length !== names.length || numbers.some((v) => v !== 1 && v !== -1 && v !== 0)) {
      throw new DataError(
        `${path}:${i + 3}: ${names.length} values of −1 or 1 were expected after "${file}"`,
      );
    }
    rows.set(file, numbers);
  }
  if (rows.size !== counted) {
    throw new DataError(
      `${path}: the first line promises ${counted} rows, ${rows.size} follow; get it again`,
    );
  }
  return { names, rows };
}

/** CelebA: img_align_celeba/, list_attr_celeba.txt and, where present, list_eval_partition.txt. */
async function celeba({ root, test, leftOut }: Reading): Promise<Listing> {
  const folder = join(root, "img_align_celeba");
  const { names, rows } = await readAttributes(join(root, "list_attr_celeba.txt"));
  const there = new Set(await isFolder(folder) ? await pictures(folder, leftOut) : []);
  const absent = [...rows.keys()].filter((file) => !there.has(file));
  if (absent.length > 0) {
    throw new DataError(
      `${
        join(root, "list_attr_celeba.txt")
      } names ${absent.length} pictures that are not in ${folder}, ` +
        `the first ${absent[0]}; unpack the whole archive, or shorten the file`,
    );
  }
  for (const file of there) if (!rows.has(file)) leftOut.add("unlisted", file);
  const partition = join(root, "list_eval_partition.txt");
  const official = await Deno.stat(partition).then(() => true, () => false);
  const heldByFile = new Map<string, boolean>();
  if (official) {
    for (const [i, line] of (await readLines(partition)).entries()) {
      const [file, part] = line.trim().split(/\s+/);
      if (!/^[012]$/.test(part ?? "")) {
        throw new DataError(`${partition}:${i + 1}: "file 0|1|2" was expected`);
      }
      heldByFile.set(file, part === "2");
    }
  }
  const files = [...rows.keys()].sort();
  return {
    paths: files.map((file) => join(folder, file)),
    held: files.map((file) => heldByFile.get(file) ?? heldOut(file, test)),
    factors: names.map((name) => ({ name, kind: "class", classes: ["no", "yes"] })),
    labels: Object.fromEntries(names.map((name, k) => [
      name,
      Float32Array.from(files, (file) => rows.get(file)![k] === 1 ? 1 : 0),
    ])),
    notes: [
      official
        ? "split: CelebA's own (test = partition 2)"
        : `split: by file name, ${test} held out`,
    ],
  };
}

/** FFHQ: pictures named by number, in folders of a thousand or not; the last 10,000 of 70,000 are its test set. */
async function ffhq(reading: Reading): Promise<Listing> {
  const { test } = reading, listing = await plain(reading);
  const numbers = listing.paths.map((path) => Number(/(\d+)\.\w+$/.exec(path)?.[1] ?? NaN));
  const odd = numbers.findIndex(Number.isNaN);
  if (odd >= 0) {
    throw new DataError(`${listing.paths[odd]}: in the layout "ffhq" pictures are named by number`);
  }
  const full = numbers.some((n) => n >= 60_000);
  return full
    ? {
      ...listing,
      held: numbers.map((n) => n >= 60_000),
      notes: ["split: FFHQ's own (60000 and above held out)"],
    }
    : {
      ...listing,
      notes: [`split: by file name, ${test} held out (no picture from 60000 on is here)`],
    };
}

const READERS: Readonly<Record<Layout, (reading: Reading) => Promise<Listing>>> = {
  plain,
  classes,
  celeba,
  ffhq,
};

/** Lists the pictures of `root`. `test` is the share held out where the layout has no split of its own. */
export async function listPictures(root: string, options: {
  layout: Layout;
  test: number;
  /** Called with each file or folder that is left out. */
  leftOut?: OnLeftOut;
}): Promise<Listing> {
  const { layout, test } = options;
  const stat = await Deno.stat(root).catch(() => null);
  if (!stat) throw new DataError(`folder: ${root} does not exist`);
  if (!stat.isDirectory) {
    throw new DataError(`folder: ${root} is a file; a folder of pictures was expected`);
  }
  const leftOut = new LeftOut(told(root, options.leftOut));
  const listing = await READERS[layout]({ root, test, leftOut });
  return { ...listing, notes: [...listing.notes, ...leftOut.notes(root)] };
}
