/**
 * Tokenizers that are no byte-level BPE (Unigram, WordPiece, BPE with `byte_fallback`): by
 * `@huggingface/tokenizers`, which is fetched from npm when such a file is first read.
 * @module
 */
import { resolve, toFileUrl } from "@std/path";
import { DataError } from "../../base/mod.ts";
import { type NpmPackage, npmPackage } from "../../content/mod.ts";
import { cacheFolder } from "../../install/tensorflow/mod.ts";

const program = "dist/tokenizers.min.mjs";
const pinned: NpmPackage = {
  name: "@huggingface/tokenizers",
  version: "0.2.0",
  contents: { [program]: "258e46332101335ce8d95aed7745b19ac3b46d37f3e159a89cf894c2ea9b1d3a" },
};

/** What is used of the library's tokenizer. */
export interface LibraryTokenizer {
  encode(text: string, options: { add_special_tokens: boolean }): { readonly ids: number[] };
  decode(ids: number[], options: { skip_special_tokens: boolean }): string;
}

/** The library's class. */
export type Library = new (file: unknown, config: unknown) => LibraryTokenizer;

/** Gets the library. @throws DataError where it can't be fetched */
export async function library(cache: string = cacheFolder()): Promise<Library> {
  const folder = await npmPackage(pinned, cache, { alone: true });
  const loaded = await import(toFileUrl(resolve(folder, program)).href) as { Tokenizer?: Library };
  if (loaded.Tokenizer === undefined) throw new DataError(`${folder} has no class Tokenizer`);
  return loaded.Tokenizer;
}
