/**
 * What the values of options may be. A row of the table of commands declares it, and arguments are
 * checked when they are parsed, before a command loads or makes anything.
 * @module
 */
import { UsageError } from "../base/mod.ts";
import { didYouMean } from "../base/text/mod.ts";

/** The values that an option takes. */
export type Takes =
  | { readonly kind: "whole"; readonly minimum: number; readonly maximum?: number }
  /** Whole numbers, split at commas. */
  | { readonly kind: "wholes"; readonly maximum?: number }
  /** A number from 0 to 1. */
  | { readonly kind: "share" }
  | { readonly kind: "word"; readonly words: readonly string[] }
  /** Words, split at commas. */
  | { readonly kind: "words"; readonly words: readonly string[] };

/** The largest seed: Philox's keys are made of 32 bits. */
export const MOST_SEED = 4294967295;

/** The items of a list, trimmed, empty ones dropped. */
export function listed(text: string): string[] {
  return text.split(",").map((item) => item.trim()).filter((item) => item !== "");
}

/**
 * Checks the value of `--name`.
 * @throws UsageError that says what the option wants
 */
export function checkValue(name: string, takes: Takes, text: string): void {
  switch (takes.kind) {
    case "whole":
      return checkWhole(name, takes, text);
    case "wholes": {
      const items = listed(text), { maximum = Number.MAX_SAFE_INTEGER } = takes;
      if (items.length === 0) throw new UsageError(`--${name} names none; found \`${text}\``);
      for (const item of items) {
        if (/^\d+$/.test(item) && Number(item) <= maximum) continue;
        const most = takes.maximum === undefined ? "" : ` up to ${maximum}`;
        throw new UsageError(`--${name} takes whole numbers${most}, e.g. 1,2,3; not \`${item}\``);
      }
      return;
    }
    case "share":
      if (text.trim() !== "" && Number(text) >= 0 && Number(text) <= 1) return;
      throw new UsageError(`--${name} takes a share from 0 to 1, not \`${text}\``);
    case "word":
      return checkWord(name, takes.words, text);
    case "words": {
      const items = listed(text);
      if (items.length === 0) throw new UsageError(`--${name} names none; found \`${text}\``);
      for (const item of items) checkWord(name, takes.words, item);
    }
  }
}

function checkWhole(
  name: string,
  { minimum, maximum = Number.MAX_SAFE_INTEGER }: { minimum: number; maximum?: number },
  text: string,
): void {
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : NaN;
  if (value >= minimum && value <= maximum) return;
  const bounds = maximum === Number.MAX_SAFE_INTEGER
    ? `of at least ${minimum}`
    : `from ${minimum} to ${maximum}`;
  throw new UsageError(`--${name} takes a whole number ${bounds}, not \`${text}\``);
}

function checkWord(name: string, words: readonly string[], text: string): void {
  if (words.includes(text)) return;
  const all = words.length < 2
    ? words.join("")
    : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
  throw new UsageError(`--${name} takes ${all}, not \`${text}\`${didYouMean(text, words)}`);
}
