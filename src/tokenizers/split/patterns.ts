/**
 * Ways to cut text that models are known by.
 * @module
 */
import type { Stage } from "./stage.ts";

/** GPT-2's regular expression, which the step `ByteLevel` brings with it. */
export const gpt2Regex =
  "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

const contraction = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const upper = "\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}", lower = "\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}";
const ahead = "[^\\r\\n\\p{L}\\p{N}]?";
const spaces = "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/** A regular expression, and then bytes. */
function byRegex(regex: string): Stage[] {
  return [
    { type: "Split", pattern: { Regex: regex }, behavior: "Isolated", invert: false },
    { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
  ];
}

const gpt2: Stage = {
  type: "ByteLevel",
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: true,
};

/** By name: the steps. */
export const patterns = {
  /** Letters, digits, the rest, each with one space before it. */
  gpt2: [gpt2],
  /** GPT-2's, with every digit a word. */
  smollm: [{ type: "Digits", individual_digits: true }, gpt2],
  /** cl100k's: at most three digits, contractions in either case, line ends with what is before. */
  llama3: byRegex(
    `${contraction}|${ahead}\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|${spaces}`,
  ),
  /** cl100k's, with every digit a word. */
  qwen2: byRegex(
    `${contraction}|${ahead}\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|${spaces}`,
  ),
  /** o200k's: a capital begins a word. */
  gpt4o: byRegex(
    `${ahead}[${upper}]*[${lower}]+${contraction}?|${ahead}[${upper}]+[${lower}]*${contraction}?|` +
      `\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|${spaces}`,
  ),
} as const satisfies { readonly [name: string]: readonly Stage[] };

/** Names of `patterns`. */
export type PatternName = keyof typeof patterns;
/** Names of `patterns`. */
export const patternNames = Object.keys(patterns) as PatternName[];
