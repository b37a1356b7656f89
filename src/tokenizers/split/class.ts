/**
 * Brackets in a pattern: characters, ranges, classes within classes, and intersections.
 * @module
 */
import { escapes, type Failing, literal, type Read } from "./escapes.ts";

const posix: Readonly<Record<string, string>> = {
  alpha: "\\p{Alphabetic}",
  digit: "\\p{Nd}",
  alnum: "\\p{Alphabetic}\\p{Nd}",
  space: "\\p{White_Space}",
  upper: "\\p{Uppercase}",
  lower: "\\p{Lowercase}",
  punct: "\\p{P}\\p{S}",
};

/** One character or class. A range is of two characters. */
function item(source: string, at: number, fail: Failing): Read & { readonly single: boolean } {
  const named = /^\[:(\^?)(\w+):\]/.exec(source.slice(at));
  if (named !== null) {
    const text = posix[named[2]];
    if (text === undefined) throw fail(`the class ${named[0]}`);
    return { text: `[${named[1]}${text}]`, end: at + named[0].length, single: false };
  }
  if (source[at] === "[") return { ...classOf(source, at, fail), single: false };
  if (source[at] === "\\") {
    const read = escapes(source, at, fail, true);
    return { ...read, single: read.text.startsWith("\\u") };
  }
  const codePoint = source.codePointAt(at);
  if (codePoint === undefined) throw fail("no closing bracket");
  const end = at + String.fromCodePoint(codePoint).length;
  return { text: literal(codePoint), end, single: true };
}

/** Reads the brackets at `start`. */
export function classOf(source: string, start: number, fail: Failing): Read {
  let at = start + 1;
  const not = source[at] === "^";
  if (not) at++;
  const sides: string[] = [];
  let side = "", first = true;
  // A closing bracket that stands first is a character.
  for (; source[at] !== "]" || first; first = false) {
    if (at >= source.length) throw fail("no closing bracket");
    if (source.startsWith("&&", at)) {
      sides.push(side);
      side = "";
      at += 2;
      continue;
    }
    const low = item(source, at, fail);
    at = low.end;
    if (low.single && source[at] === "-" && source[at + 1] !== "]") {
      const high = item(source, at + 1, fail);
      if (!high.single) throw fail("a range to a class");
      side += `${low.text}-${high.text}`;
      at = high.end;
    } else {
      side += low.text;
    }
  }
  // JavaScript mixes no union and intersection in the same brackets.
  const inner = sides.length === 0 ? side : [...sides, side].map((one) => `[${one}]`).join("&&");
  return { text: `[${not ? "^" : ""}${inner}]`, end: at + 1 };
}
