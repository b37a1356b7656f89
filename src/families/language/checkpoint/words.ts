/**
 * How a checkpoint reads and writes text: tokenizer, tokens around texts, chat template.
 * @module
 */
import { DataError } from "../../../base/mod.ts";
import type { DecoderShape } from "../../../backbones/decoder/mod.ts";
import type { Tokenizer } from "../../../tokenizers/mod.ts";

/** See the module. */
export interface Words {
  /** Its vocabulary is the model's, which may be padded: such tokens stand for nothing. */
  readonly tokenizer: Tokenizer;
  /** `tokenizer.json`. */
  readonly json: string;
  /** The token before a text, where there is one. */
  readonly bos?: number;
  /** Tokens after which nothing more is written; the first one ends a text. */
  readonly ends: readonly number[];
  readonly chatTemplate?: string;
  /** Which token separates documents, and why. */
  readonly separated: string;
}

/** What files say of tokens around texts. */
export interface Around {
  readonly bos?: number;
  readonly ends: readonly number[];
}

/** The text of a special token. */
const textOf = ({ special }: Tokenizer, token: number) =>
  Object.entries(special).find(([, id]) => id === token)?.[0] ?? `token ${token}`;

/**
 * The separator is what lm-evaluation-harness puts before a text: the token that begins texts, or else
 * the one that ends them. Where files name neither, it is the tokenizer's own.
 */
function separatorOf(tokenizer: Tokenizer, { bos, ends }: Around) {
  const separator = bos ?? ends[0] ?? tokenizer.separator;
  const why = bos !== undefined
    ? "the token that begins texts"
    : ends.length > 0
    ? "the token that ends texts, as none begins them"
    : "the tokenizer's own, as no file says what begins or ends texts";
  return { separator, separated: `${textOf(tokenizer, separator)} (${separator}): ${why}` };
}

/** A tokenizer with a model's vocabulary, which may have room for more tokens. */
function widened(tokenizer: Tokenizer, vocabulary: number): Tokenizer {
  if (vocabulary === tokenizer.vocabulary) return tokenizer;
  const lengths = new Uint8Array(vocabulary);
  lengths.set(tokenizer.lengths);
  const known = tokenizer.vocabulary;
  return {
    ...tokenizer,
    digest: `${tokenizer.digest}+${vocabulary - known}`,
    vocabulary,
    lengths,
    decode: (tokens, options) =>
      tokenizer.decode(
        Array.from(tokens, (token) => token >= known && token < vocabulary ? -1 : token),
        options,
      ),
  };
}

/**
 * A tokenizer as the one of a model.
 * @throws DataError where it has tokens that the model has none of
 */
export function wordsOf(
  { tokenizer, json, chatTemplate }: {
    readonly tokenizer: Tokenizer;
    readonly json: string;
    readonly chatTemplate?: string;
  },
  { shape, around, what }: {
    readonly shape: Pick<DecoderShape, "vocabulary">;
    readonly around: Around;
    readonly what: string;
  },
): Words {
  if (tokenizer.vocabulary > shape.vocabulary) {
    throw new DataError(
      `${what}: its tokenizer has ${tokenizer.vocabulary} tokens, and the model embeds ` +
        `${shape.vocabulary}: they are not of one model`,
    );
  }
  const outside = [around.bos ?? 0, ...around.ends].find((id) => id >= shape.vocabulary);
  if (outside !== undefined) {
    throw new DataError(
      `${what}: token ${outside} begins or ends texts, and the model has ${shape.vocabulary}`,
    );
  }
  const { separator, separated } = separatorOf(tokenizer, around);
  const ends = around.ends.length > 0 ? around.ends : [separator];
  return {
    tokenizer: widened(
      { ...tokenizer, separator, ...(chatTemplate !== undefined && { chatTemplate }) },
      shape.vocabulary,
    ),
    json,
    ...(around.bos !== undefined && { bos: around.bos }),
    ends,
    ...(chatTemplate !== undefined && { chatTemplate }),
    separated,
  };
}
