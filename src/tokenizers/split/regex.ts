/**
 * Regular expressions of `tokenizer.json` are Oniguruma's, in Ruby's syntax. They are written anew in
 * JavaScript's, with the flag v: white space and words are Unicode's, `^` and `$` are of lines, and
 * possessive and atomic groups become a look ahead and a reference back.
 * @module
 */
import { DataError } from "../../base/mod.ts";
import { classOf } from "./class.ts";
import { escapes } from "./escapes.ts";

/** A text as a pattern that matches it alone. */
export function escapeRegex(text: string): string {
  return Array.from(text, (one) => `\\u{${one.codePointAt(0)!.toString(16)}}`).join("");
}

const open = /\((\?(?:[:=!>]|<[=!]|([imx]*)(?:-[imx]*)?([:)])))?/y;
const times = /(?:[*+?]|\{(?:\d+(?:,\d*)?|,\d+)\})/y;

/** A reader of one pattern. */
class Reader {
  #at = 0;
  #atoms = 0;
  constructor(readonly source: string) {}

  fail(why: string): DataError {
    return new DataError(
      `the regular expression ${
        JSON.stringify(this.source)
      } has ${why} at character ${this.#at}, ` +
        "which is not read here",
    );
  }

  #take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.source);
    if (found !== null) this.#at += found[0].length;
    return found;
  }

  /** Until the end, or a closing parenthesis, which is left. */
  alternatives(): string {
    let pieces: string[] = [];
    const done: string[] = [];
    while (this.#at < this.source.length && this.source[this.#at] !== ")") {
      if (this.source[this.#at] === "|") {
        this.#at++;
        done.push(pieces.join(""));
        pieces = [];
      } else {
        pieces.push(this.#counted(this.#atom()));
      }
    }
    return [...done, pieces.join("")].join("|");
  }

  whole(): string {
    const read = this.alternatives();
    if (this.#at < this.source.length) throw this.fail("a closing parenthesis too many");
    return read;
  }

  #atomic(inner: string): string {
    const name = `a${this.#atoms++}`;
    return `(?:(?=(?<${name}>${inner}))\\k<${name}>)`;
  }

  /** With how often it stands. */
  #counted(atom: string): string {
    const found = this.#take(times);
    if (found === null) return atom;
    const often = found[0].startsWith("{,") ? `{0${found[0].slice(1)}` : found[0];
    const after = this.source[this.#at];
    if (after === "?") {
      this.#at++;
      return `${atom}${often}?`;
    }
    // After braces a plus sign is one more count, in Ruby's syntax.
    if (after === "+" && !often.startsWith("{")) {
      this.#at++;
      return this.#atomic(`${atom}${often}`);
    }
    if (/[*+{]/.test(after ?? " ")) throw this.fail("a count of a count");
    return `${atom}${often}`;
  }

  #group(): string {
    const [, kind, flags, end] = this.#take(open)!;
    if (kind === undefined) {
      if (this.source[this.#at] === "?") throw this.fail("a group of an unknown form");
      return `(?:${this.#inner()})`;
    }
    if (kind === "?>") return this.#atomic(this.#inner());
    if (flags === undefined) return `(${kind}${this.#inner()})`;
    if (!/^\?(i|-i|)[:)]$/.test(kind)) throw this.fail(`the option ${kind}`);
    const modes = kind.slice(1, -1);
    // Without a colon an option holds to the end of its group, all alternatives that follow included.
    return end === ":" ? `(?${modes}:${this.#inner()})` : `(?${modes}:${this.alternatives()})`;
  }

  #inner(): string {
    const read = this.alternatives();
    if (this.source[this.#at] !== ")") throw this.fail("no closing parenthesis");
    this.#at++;
    return read;
  }

  #atom(): string {
    const { source } = this;
    const one = String.fromCodePoint(source.codePointAt(this.#at)!);
    if (one === "(") return this.#group();
    if (one === "[") {
      const { text, end } = classOf(source, this.#at, (why) => this.fail(why));
      this.#at = end;
      return text;
    }
    if (one === "\\") {
      const { text, end } = escapes(source, this.#at, (why) => this.fail(why));
      this.#at = end;
      return text;
    }
    this.#at += one.length;
    if (one === ".") return "[^\\n]";
    if (one === "^") return "(?<![^\\n])";
    if (one === "$") return "(?![^\\n])";
    if (/[*+?]/.test(one)) throw this.fail("a count of nothing");
    return escapeRegex(one);
  }
}

/** The same pattern for JavaScript's flag v. @throws DataError for what is not read here */
export function translated(source: string): string {
  const read = new Reader(source).whole();
  try {
    new RegExp(read, "v");
  } catch (error) {
    throw new DataError(
      `the regular expression ${JSON.stringify(source)} can't be read: ${(error as Error).message}`,
    );
  }
  return read;
}
