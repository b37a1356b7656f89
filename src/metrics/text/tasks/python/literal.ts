/**
 * Python's literals: templates of tasks give lists of choices as Python writes them.
 * @module
 */
import { DataError } from "../../../../base/mod.ts";
import type { Json } from "./text.ts";

const simple: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  b: "\b",
  f: "\f",
  v: "\v",
  a: "\x07",
  "\\": "\\",
  "'": "'",
  '"': '"',
  "\n": "",
};
const constants: Readonly<Record<string, Json>> = { None: null, True: true, False: false };
const hexes: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** Reads one literal from the front to the end of a text. */
class Reader {
  #at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  #fail(wanted: string): never {
    throw new DataError(
      `${wanted} was expected at character ${this.#at} of a Python literal: ` +
        JSON.stringify(this.#text.slice(0, 200)),
    );
  }

  #take(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return null;
    this.#at = pattern.lastIndex;
    return found[0];
  }

  #spaces(): void {
    this.#take(/\s*/y);
  }

  whole(): Json {
    this.#spaces();
    const value = this.#value();
    this.#spaces();
    return this.#at === this.#text.length ? value : this.#fail("the end");
  }

  #value(): Json {
    const next = this.#text[this.#at];
    if (next === "[") return this.#list("]");
    if (next === "(") return this.#list(")");
    if (next === "{") return this.#record();
    if (next === "'" || next === '"') return this.#strings();
    const number = this.#take(/[+-]?(\d[\d_]*\.?\d*|\.\d+)([eE][+-]?\d+)?/y);
    if (number !== null) return Number(number.replaceAll("_", ""));
    const word = this.#take(/[A-Za-z]+/y);
    return word !== null && word in constants ? constants[word] : this.#fail("a value");
  }

  #list(end: string): Json {
    const values: Json[] = [];
    let comma = false;
    this.#at++;
    for (;;) {
      this.#spaces();
      if (this.#take(end === "]" ? /\]/y : /\)/y) !== null) {
        return end === ")" && values.length === 1 && !comma ? values[0] : values;
      }
      if (values.length > 0 && !comma) this.#fail(`"," or "${end}"`);
      values.push(this.#value());
      this.#spaces();
      comma = this.#take(/,/y) !== null;
    }
  }

  #record(): Json {
    const values: Record<string, Json> = {};
    this.#at++;
    for (let first = true;; first = false) {
      this.#spaces();
      if (this.#take(/\}/y) !== null) return values;
      if (!first && this.#take(/,\s*/y) === null) this.#fail('"," or "}"');
      if (this.#take(/\}/y) !== null) return values;
      const key = this.#value();
      this.#spaces();
      if (typeof key !== "string" || this.#take(/:/y) === null) this.#fail("a name and a colon");
      this.#spaces();
      values[key] = this.#value();
    }
  }

  /** Strings side by side are one. */
  #strings(): string {
    let text = "";
    while (this.#text[this.#at] === "'" || this.#text[this.#at] === '"') {
      text += this.#string();
      this.#spaces();
    }
    return text;
  }

  #string(): string {
    const quote = this.#text[this.#at++];
    let text = "";
    for (;;) {
      const next = this.#text[this.#at++];
      if (next === undefined || next === "\n") this.#fail(`the closing ${quote}`);
      if (next === quote) return text;
      text += next === "\\" ? this.#escaped() : next;
    }
  }

  #escaped(): string {
    const letter = this.#text[this.#at++] ?? "";
    if (letter in simple) return simple[letter];
    const digits = hexes[letter];
    if (digits === undefined) return `\\${letter}`;
    const code = this.#text.slice(this.#at, this.#at + digits);
    if (code.length < digits || /[^0-9a-fA-F]/.test(code)) this.#fail(`${digits} hex digits`);
    this.#at += digits;
    return String.fromCodePoint(parseInt(code, 16));
  }
}

/** `ast.literal_eval(text)`; a tuple is a list. @throws DataError where it is no literal */
export function literal(text: string): Json {
  return new Reader(text).whole();
}
