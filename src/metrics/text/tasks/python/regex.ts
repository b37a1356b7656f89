/**
 * Python's regular expressions as JavaScript's.
 * @module
 */
import { DataError } from "../../../../base/mod.ts";
import { SPACES } from "./text.ts";

const DIGITS = "\\p{Nd}", WORDS = "\\p{L}\\p{N}_";
/** Escapes of classes: alone, and inside of brackets. */
const classes: Readonly<Record<string, { alone: string; inside: string | null }>> = {
  s: { alone: `[${SPACES}]`, inside: SPACES },
  S: { alone: `[^${SPACES}]`, inside: null },
  d: { alone: DIGITS, inside: DIGITS },
  D: { alone: "\\P{Nd}", inside: "\\P{Nd}" },
  w: { alone: `[${WORDS}]`, inside: WORDS },
  W: { alone: `[^${WORDS}]`, inside: null },
};
const ends: Readonly<Record<string, string>> = {
  A: "(?<![\\s\\S])",
  Z: "(?![\\s\\S])",
  b: `(?:(?<=[${WORDS}])(?![${WORDS}])|(?<![${WORDS}])(?=[${WORDS}]))`,
  B: `(?:(?<=[${WORDS}])(?=[${WORDS}])|(?<![${WORDS}])(?![${WORDS}]))`,
};

/** Translates one pattern. */
class Translation {
  #out = "";
  #at = 0;
  readonly #source: string;
  readonly #flags = new Set<string>();

  constructor(source: string) {
    this.#source = source;
  }

  #refuse(what: string): never {
    throw new DataError(
      `the pattern ${JSON.stringify(this.#source)} has ${what}, which isn't supported`,
    );
  }

  done(): RegExp {
    const inline = /^\(\?([aimsuLx]+)\)/.exec(this.#source);
    if (inline !== null) {
      for (const flag of inline[1]) {
        if (!"ims".includes(flag)) this.#refuse(`the flag ${flag}`);
        this.#flags.add(flag);
      }
      this.#at = inline[0].length;
    }
    while (this.#at < this.#source.length) this.#piece();
    try {
      // What "." and the anchors mean is written out, so that only "i" is left to the engine.
      return new RegExp(this.#out, `gu${this.#flags.has("i") ? "i" : ""}`);
    } catch (error) {
      throw new DataError(
        `the pattern ${JSON.stringify(this.#source)} can't be read: ${(error as Error).message}`,
      );
    }
  }

  #piece(): void {
    const c = this.#source[this.#at], many = this.#flags.has("m");
    if (c === "\\") return this.#escape();
    if (c === "[") return this.#brackets();
    if (c === "(") return this.#group();
    this.#at++;
    if (c === ".") this.#out += this.#flags.has("s") ? "[\\s\\S]" : "[^\\n]";
    else if (c === "^") this.#out += many ? "(?<![^\\n])" : ends.A;
    else if (c === "$") this.#out += many ? "(?![^\\n])" : "(?=\\n?(?![\\s\\S]))";
    else if (c === "{" && !/^\{\d*(,\d*)?\}/.test(this.#source.slice(this.#at - 1))) {
      this.#out += "\\{";
    } else if (c === "{" && this.#source[this.#at] === ",") this.#out += "{0";
    else if (c === "}" && !/\{\d*,?\d*$/.test(this.#source.slice(0, this.#at - 1))) {
      this.#out += "\\}";
    } else if (c === "]") this.#out += "\\]";
    else if (c === "+" && /[*+?}]/.test(this.#source[this.#at - 2] ?? "") && !this.#escaped()) {
      this.#refuse("a possessive quantifier");
    } else this.#out += c;
  }

  /** Whether the character two back was taken as it stands. */
  #escaped(): boolean {
    return /\\[*+?}]$/.test(this.#out);
  }

  #group(): void {
    const rest = this.#source.slice(this.#at);
    const named = /^\(\?P<(\w+)>/.exec(rest), same = /^\(\?P=(\w+)\)/.exec(rest);
    if (named !== null) {
      this.#out += `(?<${named[1]}>`;
      this.#at += named[0].length;
    } else if (same !== null) {
      this.#out += `\\k<${same[1]}>`;
      this.#at += same[0].length;
    } else if (rest.startsWith("(?#")) {
      this.#at += rest.indexOf(")") + 1;
    } else if (rest.startsWith("(?")) {
      const plain = /^\(\?(:|=|!|<=|<!)/.exec(rest);
      if (plain === null) this.#refuse(`${JSON.stringify(rest.slice(0, 4))}`);
      this.#out += plain[0];
      this.#at += plain[0].length;
    } else {
      this.#out += "(";
      this.#at++;
    }
  }

  #escape(): void {
    const c = this.#source[this.#at + 1];
    if (c === undefined) this.#refuse("a backslash at its end");
    this.#at += 2;
    if (classes[c] !== undefined) this.#out += classes[c].alone;
    else if (ends[c] !== undefined) this.#out += ends[c];
    else if (/[1-9]/.test(c)) this.#out += `\\${c}`;
    else this.#out += this.#character(c);
  }

  /** An escape that stands for one character. */
  #character(c: string): string {
    if (/[ntrfv]/.test(c)) return `\\${c}`;
    if (c === "a") return "\\x07";
    if (c === "0") return "\\x00";
    const digits = ({ x: 2, u: 4, U: 8 } as Record<string, number>)[c];
    if (digits !== undefined) {
      const code = this.#source.slice(this.#at, this.#at + digits);
      this.#at += digits;
      return `\\u{${code}}`;
    }
    if (/[A-Za-z0-9]/.test(c)) this.#refuse(`\\${c}`);
    return /[\^$\\.*+?()[\]{}|/-]/.test(c) ? `\\x${c.charCodeAt(0).toString(16)}` : c;
  }

  #brackets(): void {
    this.#at++;
    let out = "[";
    if (this.#source[this.#at] === "^") {
      out += "^";
      this.#at++;
    }
    for (let first = true;; first = false) {
      const c = this.#source[this.#at++];
      if (c === undefined) this.#refuse("no closing bracket");
      if (c === "]" && !first) break;
      if (c !== "\\") {
        const last = this.#source[this.#at] === "]";
        const literal = c === "-" ? first || last : /[[\]{}()|/^$]/.test(c);
        out += literal ? `\\x${c.charCodeAt(0).toString(16)}` : c;
        continue;
      }
      const next = this.#source[this.#at++];
      if (next === undefined) this.#refuse("no closing bracket");
      if (classes[next] !== undefined) {
        out += classes[next].inside ?? this.#refuse(`\\${next} inside of brackets`);
      } else out += next === "b" ? "\\x08" : this.#character(next);
    }
    this.#out += `${out}]`;
  }
}

const known = new Map<string, RegExp>();

/**
 * A pattern of Python's `re`, global, over characters.
 * @throws DataError for what JavaScript has no like of
 */
export function pythonRegex(pattern: string): RegExp {
  let found = known.get(pattern);
  if (found === undefined) known.set(pattern, found = new Translation(pattern).done());
  found.lastIndex = 0;
  return found;
}

/** `re.findall(pattern, text)`: whole matches, or the groups of each where it has some. */
export function findAll(pattern: string, text: string): (string | string[])[] {
  return Array.from(text.matchAll(pythonRegex(pattern)), (match) => {
    if (match.length === 1) return match[0];
    const groups = match.slice(1).map((group) => group ?? "");
    return groups.length === 1 ? groups[0] : groups;
  });
}

/** `re.sub(pattern, "", text)`. */
export function without(pattern: string, text: string): string {
  return text.replace(pythonRegex(pattern), "");
}
