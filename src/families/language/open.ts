/**
 * What is read before a model is built: the tokenizer, and the data as windows of its tokens.
 * @module
 */
import { UsageError } from "../../base/mod.ts";
import { tokenWindows } from "../../data/text/mod.ts";
import { bytesTokenizer, readTokenizer, type Tokenizer } from "../../tokenizers/mod.ts";
import type { OpenContext, Opened } from "../family.ts";
import type { Config } from "./config.ts";

/** What `open` gives to `build`. */
export interface LanguageOpened {
  readonly tokenizer: Tokenizer;
}

/**
 * The tokenizer of the role `tokenizer`, bytes without one; windows of `context` tokens.
 * @throws UsageError for data that are windows of tokens already
 */
export async function openLanguage(
  { context: length, packing }: Config,
  { dataset, needed, cache, say }: OpenContext<"text">,
): Promise<Opened<"text">> {
  if (dataset.sample.length !== undefined) {
    throw new UsageError(
      `language: ${dataset.name} holds windows of tokens; whole documents were expected`,
    );
  }
  const given = needed?.tokenizer;
  const tokenizer = given === undefined
    ? bytesTokenizer
    : await readTokenizer(await given.bytes(), { cache });
  const opened: LanguageOpened = { tokenizer };
  return {
    dataset: await tokenWindows(dataset, { tokenizer, length, packing, cache, say }),
    opened,
  };
}
