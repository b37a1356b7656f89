/**
 * Tokenizers that are learnt here from the golden corpus.
 * @module
 */
import {
  learn,
  type Made,
  makeBpe,
  type PatternName,
  patternNames,
  patterns,
  WordCounts,
} from "../../../src/tokenizers/mod.ts";

/** Reads a JSON file of the golden files. */
export async function golden<T>(name: string): Promise<T> {
  return JSON.parse(await Deno.readTextFile(new URL(`files/${name}`, import.meta.url))) as T;
}

/** Ways of cutting for which there are golden files. */
export const patternsTried: readonly PatternName[] = patternNames;

/** What make.py says of the training too. */
export const training = { vocabulary: 500, special: ["<|endoftext|>", "<|im_start|>"] };

/** The tokenizer of the golden corpus, cut in this way. */
export async function oursOf(pattern: PatternName): Promise<Made> {
  const counts = new WordCounts(patterns[pattern]);
  for (const text of await golden<string[]>("corpus.json")) counts.add(text);
  return makeBpe(learn(counts, training));
}
