/**
 * The literals of a source text: strings, templates and patterns, comments and imports left out. Enough
 * of the language's grammar for that and no more.
 * @module
 */

/** A string, a template's text or a pattern. */
export interface Literal {
  readonly kind: "string" | "template" | "pattern";
  /** What stands between the quotes; of a template without what stands in `${…}`. */
  readonly text: string;
  /** Code before it on the way back to the end of the last statement, its own literals left empty. */
  readonly before: string;
}

/** Ends of what may stand before a division; after anything else a slash starts a pattern. */
const OPERAND = /[\w$)\]}"'`]\s*$/;
const WORDS = /\b(return|typeof|case|in|of|void|delete|await|yield|throw|else)\s*$/;

interface Scan {
  readonly source: string;
  at: number;
  /** Code so far, literals emptied. */
  code: string;
  readonly found: Literal[];
}

function quoted(scan: Scan, quote: string): string {
  const from = ++scan.at, { source } = scan;
  while (scan.at < source.length && source[scan.at] !== quote) {
    scan.at += source[scan.at] === "\\" ? 2 : 1;
  }
  return source.slice(from, scan.at++);
}

function pattern(scan: Scan): string {
  const from = ++scan.at, { source } = scan;
  let inClass = false;
  while (scan.at < source.length && (inClass || source[scan.at] !== "/")) {
    if (source[scan.at] === "\\") scan.at++;
    else if (source[scan.at] === "[") inClass = true;
    else if (source[scan.at] === "]") inClass = false;
    scan.at++;
  }
  return source.slice(from, scan.at++);
}

function template(scan: Scan): string {
  const { source } = scan;
  let text = "";
  scan.at++;
  while (scan.at < source.length && source[scan.at] !== "`") {
    if (source[scan.at] === "\\") {
      text += source.slice(scan.at, scan.at + 2);
      scan.at += 2;
    } else if (source.startsWith("${", scan.at)) {
      scan.at += 2;
      code(scan, "}");
      scan.at++;
    } else {
      text += source[scan.at++];
    }
  }
  scan.at++;
  return text;
}

/** Code up to `end` at its own depth, or to the end of the text. */
function code(scan: Scan, end?: string): void {
  const { source, found } = scan;
  let depth = 0;
  while (scan.at < source.length) {
    const c = source[scan.at];
    if (end !== undefined && depth === 0 && c === end) return;
    if (source.startsWith("//", scan.at)) {
      const end = source.indexOf("\n", scan.at);
      scan.at = end < 0 ? source.length : end;
    } else if (source.startsWith("/*", scan.at)) {
      const end = source.indexOf("*/", scan.at + 2);
      scan.at = end < 0 ? source.length : end + 2;
    } else if (
      `"'\``.includes(c) || (c === "/" && (!OPERAND.test(scan.code) || WORDS.test(scan.code)))
    ) {
      const before = scan.code.slice(Math.max(0, scan.code.lastIndexOf(";") + 1)).slice(-200);
      const kind = c === "`" ? "template" : c === "/" ? "pattern" : "string";
      const text = c === "`" ? template(scan) : c === "/" ? pattern(scan) : quoted(scan, c);
      found.push({ kind, text, before });
      scan.code += `""`;
    } else {
      if (c === "{") depth++;
      if (c === "}") depth--;
      scan.code += c;
      scan.at++;
    }
  }
}

/** The literals of a text, and its code with them emptied and comments left out. */
export function literalsOf(
  source: string,
): { readonly literals: Literal[]; readonly code: string } {
  const scan: Scan = { source, at: 0, code: "", found: [] };
  code(scan);
  const literals = scan.found.filter(({ before }) => !/\b(from|import)\s*\(?\s*$/.test(before));
  return { literals, code: scan.code };
}
