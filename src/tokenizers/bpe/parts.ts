/**
 * What a byte-level BPE tokenizer is made of, whatever file it comes from.
 * @module
 */
import type { AddedToken } from "../added.ts";
import type { Stage } from "../split/stage.ts";

/** Unicode normal forms that are made of text before anything else. */
export const normalForms = ["NFC", "NFD", "NFKC", "NFKD"] as const;
/** One of `normalForms`. */
export type NormalForm = typeof normalForms[number];

/** See the module. */
export interface BpeParts {
  /** Tokens in the byte-level alphabet (GPT-2's) by number; undefined where a number has none. */
  readonly tokens: readonly (string | undefined)[];
  /** Pairs of such tokens, in the order of their ranks. */
  readonly merges: readonly (readonly [string, string])[];
  /** How text is cut into words. */
  readonly stages: readonly Stage[];
  /** Among them the special ones. Their numbers may lie within `tokens` or behind. */
  readonly added: readonly AddedToken[];
  readonly normal?: readonly NormalForm[];
  /** Whether a word that is a token is never made by merges. */
  readonly ignoreMerges?: boolean;
  /** The token before and after a text, where the file says so: for information. */
  readonly bos?: number;
  readonly eos?: number;
  /** The token between documents, by its text or number; see `separatorOf`. */
  readonly separator?: string | number;
}

/** An added token that is special and has no rules. */
export function specialToken(content: string, id: number): AddedToken {
  return {
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  };
}
