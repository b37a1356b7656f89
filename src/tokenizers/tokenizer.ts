/**
 * What every tokenizer can do.
 * @module
 */

/** Text as tokens: whole numbers in [0, vocabulary). Pure. */
export interface Tokenizer {
  /** "bytes", "bpe": for tables. */
  readonly name: string;
  /** sha256 of tokenizer.json; "bytes" of the bytes tokenizer. Part of what depends on it. */
  readonly digest: string;
  readonly vocabulary: number;
  /** The token that stands between documents (end of text); never made from text by `encode`. */
  readonly separator: number;
  /** Special tokens by their text, the separator among them. */
  readonly special: Readonly<Record<string, number>>;
  /**
   * Tokens of a text, or of any bytes. What looks like a special token is text like any other, unless
   * `special: true`.
   */
  encode(text: string | Uint8Array, options?: { readonly special?: boolean }): Int32Array;
  /**
   * The bytes of tokens; special tokens and −1 give none (with `special: true`: special ones give
   * their text).
   * @throws RangeError outside the vocabulary
   */
  decode(tokens: ArrayLike<number>, options?: { readonly special?: boolean }): Uint8Array;
  /** Bytes that each token stands for, [vocabulary]; 0 for special ones. */
  readonly lengths: Uint8Array;
  /** The token that its file puts before each text, and after it: for information. */
  readonly bos?: number;
  readonly eos?: number;
  /** Its chat template (Jinja), where a file beside it says so. */
  readonly chatTemplate?: string;
}
