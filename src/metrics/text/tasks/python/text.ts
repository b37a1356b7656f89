/**
 * What Python does to texts where JavaScript does it another way.
 * @module
 */

/** What Python's `str.isspace` and its `\s` hold, as the inside of a character class. */
export const SPACES =
  "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

const before = new RegExp(`^[${SPACES}]+`), after = new RegExp(`[${SPACES}]+$`);
const first = new RegExp(`^[${SPACES}]`), last = new RegExp(`[${SPACES}]$`);
const runs = new RegExp(`[${SPACES}]+`);

/** `str.strip()`. */
export const strip = (text: string) => text.replace(before, "").replace(after, "");
/** Whether a text begins with a space of any kind. */
export const startsWithSpace = (text: string) => first.test(text);
/** Whether a text ends with a space of any kind. */
export const endsWithSpace = (text: string) => last.test(text);
/** `re.split(r"\s+", text)`: an empty text at an end counts. */
export const splitAtSpaces = (text: string) => text.split(runs);
/** `len(text)`: characters, not UTF-16 units. */
export function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length++;
  return length;
}

const encoder = new TextEncoder();

/** `len(text.encode("utf-8"))`. */
export const bytesOf = (text: string) => encoder.encode(text).length;

/** Whether `str.isdigit()` would let the text be read as a number. */
export const isDigits = (text: string) => /^[0-9]+$/.test(text);

/** A value of JSON, as documents have them. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** Whether it is a list; TypeScript's own test forgets that it is read-only. */
export const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

/** `str(value)`. */
export function textOf(value: Json): string {
  return typeof value === "string" ? value : repr(value);
}

const escapes: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};
const hex = (code: number, digits: number) => code.toString(16).padStart(digits, "0");

/** A character as `repr` shows it: what doesn't print is escaped. */
function shown(character: string): string {
  if (escapes[character] !== undefined) return escapes[character];
  const code = character.codePointAt(0)!;
  if (character === " " || !/[\p{C}\p{Z}]/u.test(character)) return character;
  if (code < 0x100) return `\\x${hex(code, 2)}`;
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
}

/** `repr(value)`. */
export function repr(value: Json): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") {
    const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
    const inside = Array.from(value, (c) => c === quote ? `\\${c}` : shown(c)).join("");
    return `${quote}${inside}${quote}`;
  }
  if (isList(value)) return `[${value.map(repr).join(", ")}]`;
  return `{${Object.entries(value).map(([k, v]) => `${repr(k)}: ${repr(v)}`).join(", ")}}`;
}

/** What `string.punctuation` holds. */
export const PUNCTUATION = new Set("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~");
