/** Text into markup. Labels, reasons and commands come from users and are never trusted. @module */

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** For HTML and XML, text and quoted attributes alike; control characters XML forbids are dropped. */
export function escapeHtml(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]/g, "")
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd")
    .replace(/[&<>"']/g, (c) => ENTITIES[c]);
}

/** Markup that is safe to place as it is. */
export class Html {
  constructor(readonly text: string) {}
  toString(): string {
    return this.text;
  }
}

/** What `markup` takes: strings and numbers are escaped, Html is not, null and false are nothing. */
export type HtmlValue = string | number | Html | null | undefined | false | readonly HtmlValue[];

function place(value: HtmlValue): string {
  if (value === null || value === undefined || value === false) return "";
  if (value instanceof Html) return value.text;
  if (Array.isArray(value)) return value.map(place).join("");
  return escapeHtml(String(value));
}

/** Tagged template: everything placed in it is escaped unless it is Html already. */
export function markup(strings: TemplateStringsArray, ...values: HtmlValue[]): Html {
  return new Html(strings.reduce((text, part, i) => text + place(values[i - 1]) + part));
}

/**
 * For a line of GitHub Markdown, table cells included: every character with a meaning is escaped, so
 * that a label can make no link, picture, tag, mention or column.
 */
export function escapeMarkdown(text: string): string {
  return text.replace(/\s+/g, " ")
    // deno-lint-ignore no-control-regex
    .replace(/[\x00-\x1f\x7f]/g, "")
    .replace(/[\\`*_{}[\]#!|~$]/g, "\\$&")
    .replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;")
    .replace(/(?<!\w)@(?=\w)/g, "@\u200b")
    .replace(/:\/\//g, ":\u200b//");
}

/** A fenced block long enough for whatever the text holds. */
export function fence(text: string, language = ""): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((m) => m[0].length));
  const ticks = "`".repeat(longest + 1);
  return `${ticks}${language}\n${text}\n${ticks}`;
}

/** A string as an identifier in ids and file names: a–z, 0–9 and hyphens. */
export function slug(text: string): string {
  return text.toLowerCase().normalize("NFKD").replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "") ||
    "x";
}
