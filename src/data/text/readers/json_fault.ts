/**
 * Where a text stops being JSON: `JSON.parse` tells it of some faults only.
 * @module
 */

const SPACE = /[ \t\n\r]*/y;
const PLAIN = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** What may stand at a place. */
type Wanted =
  | "a value"
  | "a value or ]"
  | "a key"
  | "a key or }"
  | ":"
  | ", or ]"
  | ", or }"
  | "the end";

/** A fault, or null where there is none. `at`: UTF-16 units before it. */
export interface JsonFault {
  readonly at: number;
  readonly why: string;
}

/** What a form that is sticky matches at a place. */
function matched(form: RegExp, text: string, at: number): string {
  form.lastIndex = at;
  return form.exec(text)?.[0] ?? "";
}

/** The place after a text in quotes that begins at `at`, or its fault. */
function afterQuotes(text: string, at: number): number | JsonFault {
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === '"') return i + 1;
    if (text[i] === "\\") {
      const escape = matched(ESCAPE, text, i);
      if (escape === "") return { at: i, why: "no escape that JSON has" };
      i += escape.length - 1;
    } else if (text.charCodeAt(i) < 0x20) {
      return { at: i, why: "a control character within a text" };
    }
  }
  return { at: text.length, why: 'it ends where " was expected' };
}

/** The first place at which a text that is no JSON goes wrong; null where it is JSON (RFC 8259). */
export function jsonFault(text: string): JsonFault | null {
  const open: ("{" | "[")[] = [];
  let at = 0, wanted: Wanted = "a value";
  const after = (): Wanted =>
    open.length === 0 ? "the end" : open.at(-1) === "{" ? ", or }" : ", or ]";
  for (;;) {
    at += matched(SPACE, text, at).length;
    const here = text[at];
    if (here === undefined) {
      return wanted === "the end" ? null : { at, why: `it ends where ${wanted} was expected` };
    }
    const closes = (here === "]" && (wanted === ", or ]" || wanted === "a value or ]")) ||
      (here === "}" && (wanted === ", or }" || wanted === "a key or }"));
    const value: boolean = wanted.startsWith("a value"), key: boolean = wanted.startsWith("a key");
    let next = at + 1;
    if (closes) {
      open.pop();
      wanted = after();
    } else if (wanted === ":" && here === ":") wanted = "a value";
    else if (here === "," && wanted === ", or }") wanted = "a key";
    else if (here === "," && wanted === ", or ]") wanted = "a value";
    else if (value && (here === "{" || here === "[")) {
      open.push(here);
      wanted = here === "{" ? "a key or }" : "a value or ]";
    } else if ((value || key) && here === '"') {
      const end = afterQuotes(text, at);
      if (typeof end !== "number") return end;
      [next, wanted] = [end, key ? ":" : after()];
    } else {
      const plain: string = value ? matched(PLAIN, text, at) : "";
      if (plain === "") return { at, why: `${JSON.stringify(here)} where ${wanted} was expected` };
      [next, wanted] = [at + plain.length, after()];
    }
    at = next;
  }
}
