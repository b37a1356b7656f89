/**
 * What metrics of text ask of a language model, whatever it is: a network trained here, an n-gram
 * model, a server elsewhere. Logarithms are natural. What a number of a text is doesn't depend on which
 * others are asked for with it, nor in which order.
 * @module
 */
import type { Tokenizer } from "../tokenizers/mod.ts";

/** A continuation that is scored after its context. */
export interface Continuation {
  /** "": after the token that stands before documents. */
  readonly context: string;
  readonly continuation: string;
  /** Special tokens that the texts write out are such, as a chat template means them. Default: text. */
  readonly special?: boolean;
}

/** The score of a continuation. */
export interface ScoredContinuation {
  /** ln p(continuation | context). */
  readonly logProbability: number;
  /** Whether each of its tokens is the likeliest one. */
  readonly greedy: boolean;
  /** Tokens of the continuation. */
  readonly tokens: number;
}

/** The score of a whole text. */
export interface ScoredText {
  /** ln p(text), the end of it not told. */
  readonly logProbability: number;
  readonly tokens: number;
}

/** How tokens are chosen. By default the likeliest. */
export interface Choosing {
  /** 0: the likeliest token. Default 0. */
  readonly temperature?: number;
  /** Only the k likeliest. Default: all. */
  readonly topK?: number;
  /** Only the fewest whose probabilities add up to p. Default: all. */
  readonly topP?: number;
}

/** A text to be gone on with. */
export interface Prompt extends Choosing {
  /** "": from the beginning of a document. */
  readonly text: string;
  /** Tokens to write at most. */
  readonly most: number;
  /** Texts before which it ends. */
  readonly until?: readonly string[];
  /** Its tokens, where they are known better than by its text; servers are asked by the text. */
  readonly tokens?: Int32Array;
  /** Tokens that end it, beside those that end all that the model writes. */
  readonly ends?: readonly number[];
  /** As a continuation's. */
  readonly special?: boolean;
  /** Fixes the draws, with the run's key; the same text under another number is written anew. */
  readonly row: number;
}

/** What was written after a prompt. */
export interface Written {
  /** Without what ended it. */
  readonly text: string;
  readonly tokens: number;
  /** A text of `until`; the token that stands between documents; or the number of tokens. */
  readonly ended: "until" | "document" | "length";
}

/** See the module. Results stand in the order of what was asked. */
export interface LanguageModel {
  /** How it sees text; null where a server doesn't tell. */
  readonly tokenizer: Tokenizer | null;
  /** Tokens that it sees at once. */
  readonly context: number;
  /** The chat template of its tokenizer, in Jinja; left out where there is none. */
  readonly chatTemplate?: string;
  /** What its template calls special tokens, with their texts: `bos_token`. Left out: nothing. */
  readonly chatTokens?: Readonly<Record<string, string>>;
  loglikelihood(asked: readonly Continuation[]): Promise<readonly ScoredContinuation[]>;
  /** Whole texts, by windows that share no target: see `rollingWindows`. */
  rolling(texts: readonly string[]): Promise<readonly ScoredText[]>;
  generate(prompts: readonly Prompt[]): Promise<readonly Written[]>;
  /** ln p of each token of a text after those before it, to be shown; left out where a server won't tell. */
  tokens?(
    text: string,
  ): Promise<readonly { readonly token: number; readonly logProbability: number }[]>;
}

/** Scores of a row's tokens from the second on, each given those before it. */
export interface TokenScores {
  /** ln p. [tokens of the row − 1] */
  readonly logProbabilities: Float64Array;
  /** 1 where the token is the likeliest one; of equal ones the lowest counts. [tokens of the row − 1] */
  readonly greedy: Uint8Array;
}

/** Single tokens that may follow a row of them. */
export interface TokenChoices {
  /** At least one token, at most `context`. */
  readonly before: Int32Array;
  readonly choices: Int32Array;
}

/** A prompt in tokens. */
export interface TokenPrompt extends Choosing {
  /** At least one token, at most `context`: the model sees its last ones. */
  readonly tokens: Int32Array;
  readonly most: number;
  readonly row: number;
  /**
   * Told what was written so far; true ends it. Not asked again after that; it may be asked a few
   * tokens late.
   */
  readonly done?: (written: Int32Array) => boolean;
}

/** A model over the tokens of one tokenizer: `languageOf` makes a `LanguageModel` of it. */
export interface TokenModel {
  readonly tokenizer: Tokenizer;
  /** Tokens that it sees at once, T: rows have at most T + 1. */
  readonly context: number;
  /** Tokens that end what is written. Default: the separator. */
  readonly ends?: readonly number[];
  readonly chatTemplate?: string;
  score(rows: readonly Int32Array[]): Promise<readonly TokenScores[]>;
  /** Scores of each choice after its row, in one pass over that. Left out: they are rows to be scored. */
  choices?(asked: readonly TokenChoices[]): Promise<readonly TokenScores[]>;
  /** Tokens written after each prompt, the token that ended it included. */
  write(prompts: readonly TokenPrompt[]): Promise<readonly Int32Array[]>;
}

/** A model that judges texts, over the tokens of one tokenizer. */
export interface TokenJudge {
  readonly tokenizer: Tokenizer;
  /** Tokens that it sees at once. */
  readonly context: number;
  readonly chatTemplate?: string;
  /** What it says of each text, by name, in the order of its numbers: "reward", "helpful". */
  readonly attributes: readonly string[];
  /** Numbers of rows, row-major [rows, attributes]. A row's don't hang on which others are asked for. */
  judge(rows: readonly Int32Array[]): Promise<Float32Array>;
}
