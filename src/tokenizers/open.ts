/**
 * Tokenizers from files.
 * @module
 */
import { join } from "@std/path";
import { sha256 } from "../base/digest/mod.ts";
import { DataError } from "../base/mod.ts";
import { bpeOf } from "./bpe/bpe.ts";
import { bytesTokenizer } from "./bytes.ts";
import { byteLevelOf } from "./file/byte_level.ts";
import { type ForeignFile, foreignTokenizer } from "./file/foreign.ts";
import { library } from "./file/library.ts";
import { bytesJson } from "./file/write.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** How a file is read. */
export interface ReadOptions {
  /** Text of the special token that stands between documents; default: see `separatorOf`. */
  readonly separator?: string;
  /** Folder for what is fetched; default: this project's cache. */
  readonly cache?: string;
}

/** What JSON.parse makes of the bytes, where it may be a tokenizer. */
function parsed(bytes: Uint8Array): { readonly model: Record<string, unknown> } {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new DataError(`this tokenizer.json is no JSON: ${(error as Error).message}`);
  }
  const model = (value as { model?: unknown } | null)?.model;
  if (typeof model === "object" && model !== null) {
    return value as { model: Record<string, unknown> };
  }
  throw new DataError(
    "this file has no `model`: a tokenizer.json of Hugging Face's tokenizers was expected",
  );
}

/**
 * A tokenizer from the bytes of its `tokenizer.json`. Byte-level BPE is read here; other kinds by a
 * library, which is fetched when the first such file is read.
 * @throws DataError where it can't be read
 */
export async function readTokenizer(
  bytes: Uint8Array,
  { separator, cache }: ReadOptions = {},
): Promise<Tokenizer> {
  const value = parsed(bytes);
  const digest = await sha256(bytes);
  if (digest === await sha256(bytesJson())) return bytesTokenizer;
  const read = byteLevelOf(value);
  if ("parts" in read) return bpeOf({ ...read.parts, separator }, digest);
  const Library = await library(cache);
  return foreignTokenizer(value as ForeignFile, { digest, separator, Library });
}

/** The text of a token in `tokenizer_config.json`, which has it bare or within an object. */
function tokenText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  const content = (value as { content?: unknown } | null | undefined)?.content;
  return typeof content === "string" ? content : undefined;
}

/** What lies beside a `tokenizer.json`: chat template, tokens before and after a text. */
async function beside(folder: string, { special }: Tokenizer) {
  const text = async (name: string) =>
    await Deno.readTextFile(join(folder, name)).catch((error) => {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    });
  const config = JSON.parse(await text("tokenizer_config.json") ?? "{}");
  const { chat_template: said } = config;
  const chatTemplate = await text("chat_template.jinja") ??
    (Array.isArray(said) ? said.find(({ name }) => name === "default")?.template : said);
  const number = (value: unknown) => special[tokenText(value) ?? ""] as number | undefined;
  const found = { bos: number(config.bos_token), eos: number(config.eos_token), chatTemplate };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value != null));
}

/**
 * A tokenizer from a `tokenizer.json`, or from a folder that has one: then with the chat template and
 * the tokens around a text that files beside it name.
 * @throws DataError where it can't be read
 */
export async function openTokenizer(path: string, options: ReadOptions = {}): Promise<Tokenizer> {
  const stat = await Deno.stat(path).catch(() => null);
  if (stat === null) throw new DataError(`${path}: no tokenizer there`);
  const file = stat.isDirectory ? join(path, "tokenizer.json") : path;
  const bytes = await Deno.readFile(file).catch(() => null);
  if (bytes === null) throw new DataError(`${path} has no tokenizer.json that can be read`);
  const tokenizer = await readTokenizer(bytes, options).catch((error) => {
    throw error instanceof DataError ? new DataError(`${file}: ${error.message}`) : error;
  });
  return stat.isDirectory ? { ...tokenizer, ...await beside(path, tokenizer) } : tokenizer;
}
