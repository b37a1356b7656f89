/**
 * What stands behind a backslash in a pattern.
 * @module
 */

/** What was read, and where the rest begins. */
export interface Read {
  readonly text: string;
  readonly end: number;
}

/** Makes the error for what is not read. */
export type Failing = (why: string) => Error;

/** Unicode's word characters, as Oniguruma has them. */
const word = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}";

/** Classes of characters, which may stand in brackets too. */
const classes: Readonly<Record<string, string>> = {
  s: "\\p{White_Space}",
  S: "\\P{White_Space}",
  d: "\\p{Nd}",
  D: "\\P{Nd}",
  w: `[${word}]`,
  W: `[^${word}]`,
  h: "[0-9a-fA-F]",
  H: "[^0-9a-fA-F]",
};

const controls: Readonly<Record<string, number>> = {
  n: 10,
  r: 13,
  t: 9,
  f: 12,
  v: 11,
  a: 7,
  e: 27,
};

/** Places between characters, and what is more than one character: not in brackets. */
const places: Readonly<Record<string, string>> = {
  b: `(?:(?<=[${word}])(?![${word}])|(?<![${word}])(?=[${word}]))`,
  B: `(?:(?<=[${word}])(?=[${word}])|(?<![${word}])(?![${word}]))`,
  A: "(?<![^])",
  z: "(?![^])",
  Z: "(?=\\n?(?![^]))",
  R: "(?:\\r\\n|[\\n-\\r\\u{85}\\u{2028}\\u{2029}])",
};

/** One character, as an escape that is right in and out of brackets. */
export function literal(codePoint: number): string {
  return `\\u{${codePoint.toString(16)}}`;
}

/** A property of characters: a category or a script, or one of Unicode's own names. */
function property(name: string, fail: Failing): string {
  for (const one of [name, `Script=${name}`]) {
    try {
      new RegExp(`\\p{${one}}`, "v");
      return one;
    } catch { /* no name of this sort */ }
  }
  throw fail(`the property ${name}`);
}

/** Reads the escape at `at`. @param inBrackets where places can't be */
export function escapes(
  source: string,
  at: number,
  fail: Failing,
  inBrackets = false,
): Read {
  const one = source[at + 1];
  if (one === undefined) throw fail("a backslash at its end");
  if (one === "p" || one === "P") {
    const found = /^\{(\^?)([\w= -]+)\}/.exec(source.slice(at + 2));
    if (found === null) throw fail("a property without its name");
    const without = (one === "P") !== (found[1] === "^");
    const text = `\\${without ? "P" : "p"}{${property(found[2], fail)}}`;
    return { text, end: at + 2 + found[0].length };
  }
  if (Object.hasOwn(classes, one)) return { text: classes[one], end: at + 2 };
  if (Object.hasOwn(controls, one)) return { text: literal(controls[one]), end: at + 2 };
  if (!inBrackets && Object.hasOwn(places, one)) return { text: places[one], end: at + 2 };
  const code = /^(?:x\{([0-9a-fA-F]+)\}|x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|(0[0-7]{0,2}))/
    .exec(source.slice(at + 1));
  if (code !== null) {
    const octal = code[4] !== undefined;
    const value = parseInt(code[1] ?? code[2] ?? code[3] ?? code[4], octal ? 8 : 16);
    return { text: literal(value), end: at + 1 + code[0].length };
  }
  if (/[a-zA-Z0-9]/.test(one)) throw fail(`\\${one}`);
  const codePoint = source.codePointAt(at + 1)!;
  return { text: literal(codePoint), end: at + 1 + String.fromCodePoint(codePoint).length };
}
