/**
 * Which dialogues a view shows. None is cut: an answer that stops in its middle would be learnt as an
 * answer that stops there. Those that don't fit are left out, counted, and told.
 * @module
 */
import { DataError } from "../../../base/mod.ts";
import { fixed } from "../../../base/text/mod.ts";
import { type ChatForm, separatedTokenizer, templateOf } from "../../../tokenizers/chat/mod.ts";
import type { Tokenizer } from "../../../tokenizers/mod.ts";

/** What a view of dialogues is made with. */
export interface DialogueOptions {
  readonly tokenizer: Tokenizer;
  /** T: a row is a separator and at most T tokens after it. */
  readonly length: number;
  /** Name of a template or Jinja; left out: see `templateOf`. */
  readonly template?: string;
  /** Folder in which the tokens are kept, shared by runs. */
  readonly cache: string;
  /** Told what takes a while. */
  readonly say?: (note: string) => void;
  /** Share of a split's dialogues that may be left out; more is refused. Default 0.05. */
  readonly mostLeftOut?: number;
  /** Tokens a file, and tokens in memory, at most; tests have small ones. */
  readonly limits?: { readonly file?: number; readonly memory?: number };
}

/** Share of dialogues that may be left out, unless it is told otherwise. */
const LEFT_OUT = 0.05;

/** What fits. */
export interface Fit {
  /** Numbers of the samples that are shown. */
  readonly shown: Uint32Array;
  /** "3 left out: 2 longer than 64 tokens, 1 without an answer"; undefined where all are shown. */
  readonly note?: string;
}

/**
 * The samples that fit.
 * @param lengths tokens of each dialogue, `each` a sample, of which all have to fit
 * @param options `most`: tokens of a dialogue; `where`: "instructions, train"
 * @throws DataError where too many don't
 */
export function fitOf(
  lengths: Uint32Array,
  { each, most, where, mostLeftOut = LEFT_OUT }: {
    readonly each: number;
    readonly most: number;
    readonly where: string;
    readonly mostLeftOut?: number;
  },
): Fit {
  const count = lengths.length / each, shown: number[] = [];
  let silent = 0, long = 0, longest = 0;
  for (let i = 0; i < count; i++) {
    const own = lengths.subarray(i * each, (i + 1) * each);
    const largest = own.reduce((a, b) => Math.max(a, b), 0);
    longest = Math.max(longest, largest);
    if (own.includes(0)) silent++;
    else if (largest > most) long++;
    else shown.push(i);
  }
  const left = silent + long;
  if (left === 0) return { shown: Uint32Array.from(shown) };
  const number = (n: number) => n.toLocaleString("en");
  const why = [
    ...(long > 0
      ? [`${number(long)} longer than ${most} tokens (the longest has ${longest})`]
      : []),
    ...(silent > 0 ? [`${number(silent)} without an answer`] : []),
  ].join(", ");
  if (left > mostLeftOut * count) {
    const share = (part: number) => `${fixed(100 * part, 1)} %`;
    throw new DataError(
      `${where}: ${number(left)} of ${number(count)} dialogues (${
        share(left / count)
      }) don't fit: ` +
        `${why}. At most ${
          share(mostLeftOut)
        } may be left out: raise the windows' length, shorten ` +
        "the dialogues, or allow more (`mostLeftOut`)",
    );
  }
  return { shown: Uint32Array.from(shown), note: `${number(left)} left out: ${why}` };
}

/**
 * How a view writes dialogues: by the template that is wanted, and with a token before each that stands in
 * none. The views' samples are of that tokenizer.
 * @throws DataError where there is no such template or token
 */
export function chatFormOf(
  { tokenizer, template: wanted }: Pick<DialogueOptions, "tokenizer" | "template">,
): ChatForm {
  const template = templateOf(tokenizer, wanted);
  return { template, tokenizer: separatedTokenizer({ tokenizer, template }) };
}

/** Refuses a length that is none. @throws RangeError where T is no whole number from 1 */
export function requireLength(length: number): void {
  if (Number.isSafeInteger(length) && length >= 1) return;
  throw new RangeError(`rows of ${length} tokens; a whole number from 1 was expected`);
}
