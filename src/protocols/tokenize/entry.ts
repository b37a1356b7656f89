/**
 * What a suite writes under `tokenize`.
 * @module
 */
import { join } from "@std/path";
import { z } from "zod";
import { pathText } from "../../base/schema/mod.ts";
import type { ContentContext } from "../../content/mod.ts";
import { type PatternName, patternNames } from "../../tokenizers/mod.ts";
import type { Entry } from "../protocol.ts";

/** The token between documents of every tokenizer that is made here. */
export const separatorText = "<|endoftext|>";

const bytes = 256;

/** Of kind `bpe` alone, with their defaults. */
const ofBpe = {
  vocabulary: z.int().min(bytes + 1).max(1 << 20).default(4096).describe(
    "of bpe: tokens in all, 256 bytes and special ones among them",
  ),
  pattern: z.enum(patternNames).default("gpt2").describe(
    "of bpe: how text is cut into words before merges, as in these models",
  ),
  special: z.array(z.string().min(2)).default([]).describe(
    `of bpe: texts of special tokens beside ${separatorText}, which stands between documents`,
  ),
  documents: z.int().min(1).optional().describe(
    "of bpe: training documents that merges are learnt from, the first ones; left out: all",
  ),
};

const config = z.strictObject({
  kind: z.enum(["bpe", "file", "bytes"]).default("bpe").describe(
    "byte-level BPE learnt from the training documents, a tokenizer.json, or a token a byte",
  ),
  ...ofBpe,
  file: pathText().optional().describe(
    "of file: a tokenizer.json, or a folder that has one, relative to the suite's file",
  ),
}).superRefine(({ kind, file, ...rest }, context) => {
  const wrong = (message: string, path: string[] = []) =>
    context.addIssue({ code: "custom", message, path });
  if (kind === "file" && file === undefined) wrong("of kind file wants `file`, a tokenizer.json");
  if (kind !== "file" && file !== undefined) wrong("goes with `kind: file`", ["file"]);
  const { vocabulary, special } = rest;
  if (kind !== "bpe") {
    for (const [key, schema] of Object.entries(ofBpe)) {
      const [given, usual] = [rest[key as keyof typeof ofBpe], schema.parse(undefined)];
      if (JSON.stringify(given) !== JSON.stringify(usual)) wrong("goes with `kind: bpe`", [key]);
    }
  }
  const all = [separatorText, ...special];
  const twice = special.find((one, i) => all.indexOf(one) <= i);
  if (twice !== undefined) wrong(`names ${twice} twice`, ["special"]);
  if (vocabulary < bytes + all.length) {
    wrong(`has no room for 256 bytes and ${all.length} special tokens`, ["vocabulary"]);
  }
});

/** See the module. */
export interface TokenizeConfig {
  readonly kind: "bpe" | "file" | "bytes";
  readonly vocabulary: number;
  readonly pattern: PatternName;
  readonly special: readonly string[];
  readonly documents?: number;
  readonly file?: string;
}

/** The file that a path in a suite means: itself, or the tokenizer.json of a folder. */
export async function fileMeant(path: string): Promise<string> {
  const stat = await Deno.stat(path).catch(() => null);
  return stat?.isDirectory ? join(path, "tokenizer.json") : path;
}

/** A digest of the file that is named; undefined where none is, or it isn't there. */
async function content(
  { file }: TokenizeConfig,
  { path, files }: ContentContext,
): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const meant = await fileMeant(path(file));
  const there = await Deno.stat(meant).then(({ isFile }) => isFile, () => false);
  return there ? await files([{ name: "tokenizer.json", path: meant }]) : undefined;
}

/** What suites and `list` read. */
export const entry: Entry<TokenizeConfig> = {
  name: "tokenize",
  version: 1,
  about: "a tokenizer for others: byte-level BPE of the training documents, a file's, or bytes",
  papers: ["arXiv:1508.07909"],
  config: config as unknown as z.ZodType<TokenizeConfig>,
  takes: ["text"],
  // Nothing is drawn: one run will do for the models of all seeds.
  seeded: () => false,
  content,
};
