/**
 * Texts: what one is, and a set of them on the host.
 * @module
 */
import type { Tokenizer } from "../../tokenizers/mod.ts";

/** A text in the tokens of one tokenizer. */
export interface TextSpec {
  readonly kind: "text";
  readonly tokenizer: Tokenizer;
  /**
   * T: a row is a window of at most T + 1 tokens, of which T have one before them. Left out where rows
   * are whole documents.
   */
  readonly length?: number;
  /** Whether rows say which of their tokens are targets. Left out: they don't, and all are. */
  readonly scored?: true;
}

/** Rows of tokens, of any length each. */
export interface TextSet {
  readonly count: number;
  /** The tokens of all rows, one row after the other. */
  readonly tokens: Int32Array;
  /** Where each row ends in `tokens`. [count] */
  readonly ends: Uint32Array;
  readonly tokenizer: Tokenizer;
  /** As the spec's. */
  readonly length?: number;
  /** 1: the token is a target; 0: it is only there to be seen. As many as tokens, where the spec says so. */
  readonly scored?: Uint8Array;
}
