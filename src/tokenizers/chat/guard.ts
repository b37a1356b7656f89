/**
 * Messages whose texts look like special tokens: those are text like any other, also where a template
 * puts them among special tokens of its own.
 * @module
 */
import { escapeRegex } from "../split/regex.ts";
import type { Tokenizer } from "../tokenizer.ts";
import type { Turn } from "./message.ts";

/** Around a number: characters that nobody has a meaning for (private use). */
const OPEN = "\ue000", CLOSE = "\ue001";
const NUMBERED = new RegExp(`${OPEN}(\\d+)${CLOSE}`);

/** Messages with their dangerous texts replaced, and the tokens of what is written of them. */
export interface Guarded {
  readonly messages: readonly Turn[];
  /** Tokens of a text that a template wrote of the messages. */
  encode(text: string): Int32Array;
}

function deep(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((one) => deep(one, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, deep(one, change)]));
}

interface Texts {
  readonly texts: readonly string[];
  readonly any: RegExp;
}

const known = new WeakMap<Tokenizer, Texts>();

/** The dangerous texts of a tokenizer. */
function textsOf(tokenizer: Tokenizer): Texts {
  let found = known.get(tokenizer);
  if (found === undefined) {
    const texts = [...Object.keys(tokenizer.special), OPEN, CLOSE];
    const longest = texts.toSorted((a, b) => b.length - a.length);
    found = { texts, any: new RegExp(longest.map(escapeRegex).join("|"), "gv") };
    known.set(tokenizer, found);
  }
  return found;
}

/** See `Guarded`. */
export function guarded(messages: readonly Turn[], tokenizer: Tokenizer): Guarded {
  const { texts, any } = textsOf(tokenizer);
  const safe = deep(
    messages,
    (text) => text.replace(any, (found) => `${OPEN}${texts.indexOf(found)}${CLOSE}`),
  ) as readonly Turn[];
  return {
    messages: safe,
    encode(text) {
      // Every second part is the number of a text.
      const parts = text.split(NUMBERED).map((part, i) =>
        i % 2 === 0
          ? tokenizer.encode(part, { special: true })
          : tokenizer.encode(texts[Number(part)])
      );
      if (parts.length === 1) return parts[0];
      const all = new Int32Array(parts.reduce((sum, { length }) => sum + length, 0));
      let at = 0;
      for (const part of parts) {
        all.set(part, at);
        at += part.length;
      }
      return all;
    },
  };
}
