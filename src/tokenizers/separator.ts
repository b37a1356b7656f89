/**
 * Which token stands between documents.
 * @module
 */
import { DataError } from "../base/mod.ts";

/** What a tokenizer says of its special tokens. */
export interface Said {
  readonly special: Readonly<Record<string, number>>;
  readonly bos?: number;
  readonly eos?: number;
  /** Text or number of the one that is asked for. */
  readonly separator?: string | number;
}

/** Texts that mean the end of a document, or its begin, in vocabularies that say no more. */
const known = ["<|endoftext|>", "<|end_of_text|>", "<|begin_of_text|>", "<eos>", "</s>", "<s>"];

/**
 * The separator: the one asked for; else the token that the file puts before each text, as
 * lm-evaluation-harness has it; else a special token of a known name; else the one that the file puts
 * behind each text; else the first special token.
 * @throws DataError where there is none
 */
export function separatorOf({ special, bos, eos, separator }: Said): number {
  if (typeof separator === "number") return separator;
  if (separator !== undefined) {
    if (Object.hasOwn(special, separator)) return special[separator];
    throw new DataError(
      `${JSON.stringify(separator)} is no special token of this tokenizer; it has ` +
        Object.keys(special).join(", "),
    );
  }
  if (bos !== undefined) return bos;
  const named = known.find((one) => Object.hasOwn(special, one));
  if (named !== undefined) return special[named];
  if (eos !== undefined) return eos;
  const numbers = Object.values(special);
  if (numbers.length > 0) return Math.min(...numbers);
  throw new DataError(
    "this tokenizer has no special token, and one has to stand between documents; add one to " +
      "`added_tokens` with `special: true`",
  );
}
