/**
 * Tokenizers from parts: what is learnt here, and what other files than `tokenizer.json` hold.
 * @module
 */
import { sha256Hex } from "../base/digest/mod.ts";
import { bpeOf } from "./bpe/bpe.ts";
import type { BpeParts } from "./bpe/parts.ts";
import { tokenizerJson } from "./file/write.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** A tokenizer, and the `tokenizer.json` that says the same. */
export interface Made {
  readonly tokenizer: Tokenizer;
  readonly json: string;
}

/**
 * A tokenizer of parts, and its file.
 * @throws DataError where the parts don't fit together
 */
export function makeBpe(parts: BpeParts): Made {
  const json = tokenizerJson(parts);
  return { tokenizer: bpeOf(parts, sha256Hex(json)), json };
}
