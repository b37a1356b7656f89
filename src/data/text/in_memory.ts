/**
 * Documents as samples: rows of bytes.
 * @module
 */
import {
  gatherTexts,
  type TextSet,
  textSet,
  type TextSpec,
  tokenised,
} from "../../kinds/text/mod.ts";
import { bytesTokenizer } from "../../tokenizers/mod.ts";
import type { RawSamples } from "../split_dataset.ts";

/** What documents of a dataset are. */
export const DOCUMENT: TextSpec = { kind: "text", tokenizer: bytesTokenizer };

/** Documents as a set of samples. */
export function documentSet(documents: readonly Uint8Array[]): TextSet {
  return textSet(documents, DOCUMENT);
}

/** Documents that are few enough to hold. */
export function textsInMemory(texts: readonly string[]): RawSamples<"text"> {
  const set = tokenised(texts, bytesTokenizer);
  return {
    count: set.count,
    gather: (indices) => Promise.resolve(gatherTexts(set, indices)),
  };
}
