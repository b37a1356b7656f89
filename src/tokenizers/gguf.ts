/**
 * Byte-level BPE out of a GGUF file's metadata (`tokenizer.ggml.*`, model "gpt2").
 * @module
 */
import { DataError } from "../base/mod.ts";
import { list } from "../base/text/mod.ts";
import type { AddedToken } from "./added.ts";
import { type BpeParts, specialToken } from "./bpe/parts.ts";
import { type PatternName, patterns } from "./split/patterns.ts";

/** What a file says, by the names of its keys. */
export interface GgufVocabulary {
  /** `tokenizer.ggml.tokens`, in GPT-2's byte-level alphabet. */
  readonly tokens: readonly string[];
  /** `tokenizer.ggml.merges`: two tokens with a space between. */
  readonly merges: readonly string[];
  /** `tokenizer.ggml.token_type`: 3 control, 4 defined by the user, others plain. */
  readonly types?: ArrayLike<number>;
  /** `tokenizer.ggml.pre`: how text is cut. */
  readonly pre?: string;
  /** The token between documents, where it is known; else see `separatorOf`. */
  readonly separator?: string | number;
}

/** `tokenizer.ggml.pre` → our name of the same cut, as llama.cpp has them. */
const cuts: Readonly<Record<string, PatternName>> = {
  "default": "gpt2",
  "gpt-2": "gpt2",
  "gpt2": "gpt2",
  "phi-2": "gpt2",
  "smollm": "smollm",
  "starcoder": "smollm",
  "refact": "smollm",
  "codeshell": "smollm",
  "exaone": "smollm",
  "llama3": "llama3",
  "llama-v3": "llama3",
  "llama-bpe": "llama3",
  "qwen2": "qwen2",
  "deepseek-r1-qwen": "qwen2",
  "gpt-4o": "gpt4o",
};

const control = 3, userDefined = 4;

/** The parts of the tokenizer. @throws DataError for a cut that is not known here */
export function partsOfGguf(file: GgufVocabulary): BpeParts {
  const { tokens, merges, types, pre = "default", separator } = file;
  if (!Object.hasOwn(cuts, pre)) {
    throw new DataError(
      `this GGUF file cuts text in the way ${JSON.stringify(pre)}; known here: ` +
        list(Object.keys(cuts)),
    );
  }
  const added: AddedToken[] = [];
  for (let id = 0; id < (types?.length ?? 0); id++) {
    if (types![id] === control) added.push(specialToken(tokens[id], id));
    if (types![id] === userDefined) {
      added.push({ ...specialToken(tokens[id], id), special: false });
    }
  }
  return {
    tokens,
    merges: merges.map((merge) => {
      const [left, right, ...more] = merge.split(" ");
      if (right !== undefined && more.length === 0) return [left, right];
      throw new DataError(`the merge ${JSON.stringify(merge)} of this GGUF file is no pair`);
    }),
    stages: patterns[cuts[pre]],
    added,
    // Llama 3's words that are tokens are taken whole.
    ignoreMerges: cuts[pre] === "llama3",
    ...(separator === undefined ? {} : { separator }),
  };
}
