/**
 * What readers find in files: documents, and what is none.
 * @module
 */
import { isUtf8 } from "node:buffer";

/** Why something is no document: as it is counted. */
export const FAULTS = {
  utf8: "not UTF-8",
  empty: "empty",
  large: "too large",
  json: "not JSON",
  field: "without the text that was asked for",
} as const;
/** One of them. */
export type Fault = keyof typeof FAULTS;

/** A document's bytes, in UTF-8; of a chat the JSON of its messages. Or what is wrong, and where. */
export type Found =
  | { readonly document: Uint8Array }
  | {
    readonly fault: Fault;
    /** ":line:byte", each from 1; " row R", from 1; or nothing. */
    readonly at: string;
    /** The fault itself, of this one. */
    readonly why: string;
  };

/** How documents are found. */
export interface ReadOptions {
  /** `text`: a field of texts; `chat`: a field of lists of messages, each with `role` and `content`. */
  readonly form: "text" | "chat";
  /** Where records have the text, or the messages. */
  readonly field: string;
  /** The line between the documents of a file of text; left out: the file is one document. */
  readonly separator?: string;
  /** Bytes of the largest document that is read; no more than these are in memory. */
  readonly mostBytes: number;
}

/** Documents of a file, some at a time, in order. */
export type Reader = (
  chunks: AsyncIterable<Uint8Array>,
  options: ReadOptions,
) => AsyncGenerator<readonly Found[]>;

/** The place of the first byte that isn't UTF-8, or −1. The table is that of RFC 3629, section 4. */
export function utf8Fault(bytes: Uint8Array): number {
  if (isUtf8(bytes)) return -1;
  for (let i = 0; i < bytes.length;) {
    const first = bytes[i];
    if (first < 0x80) {
      i++;
      continue;
    }
    const more = first >= 0xc2 && first <= 0xdf
      ? 1
      : first >= 0xe0 && first <= 0xef
      ? 2
      : first >= 0xf0 && first <= 0xf4
      ? 3
      : 0;
    if (more === 0) return i;
    // No surrogates, nothing past U+10FFFF, and nothing longer than it need be.
    const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
    const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
    for (let k = 1; k <= more; k++) {
      const byte = bytes[i + k];
      const least = k === 1 ? low : 0x80, most = k === 1 ? high : 0xbf;
      if (byte === undefined || byte < least || byte > most) return i;
    }
    i += more + 1;
  }
  return -1;
}

/** Whether there is nothing but white space: ASCII's. */
export function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 32 || (byte >= 9 && byte <= 13));
}

/** "line:byte" of a place in several lines. */
export function lineAndByte(bytes: Uint8Array, at: number, firstLine = 1): string {
  let line = firstLine, start = 0;
  for (let i = bytes.indexOf(10); i >= 0 && i < at; i = bytes.indexOf(10, i + 1)) {
    line++;
    start = i + 1;
  }
  return `:${line}:${at - start + 1}`;
}

const encoder = new TextEncoder();

/**
 * A value of a record as a document.
 * @param value the field's; undefined where the record doesn't have it
 */
export function documentOf(
  value: unknown,
  { at, options: { form, field, mostBytes } }: { at: string; options: ReadOptions },
): Found {
  const wrong = (why: string): Found => ({ fault: "field", at, why });
  if (value === undefined || value === null) return wrong(`no \`${field}\``);
  if (form === "chat") {
    const fault = chatFault(value);
    if (fault !== null) return wrong(`\`${field}\`: ${fault}`);
  } else if (typeof value !== "string") {
    return wrong(`\`${field}\` is no text but ${typeof value}`);
  }
  const text = typeof value === "string" ? value : JSON.stringify(value);
  if (form === "text" && !text.isWellFormed()) {
    return { fault: "utf8", at, why: `\`${field}\` has half of a character (a lone surrogate)` };
  }
  const document = encoder.encode(text);
  if (isBlank(document)) return { fault: "empty", at, why: `\`${field}\` is empty` };
  return document.length > mostBytes ? tooLarge(at, mostBytes) : { document };
}

/** What is too large. */
export function tooLarge(at: string, mostBytes: number): Found {
  return {
    fault: "large",
    at,
    why: `larger than ${mostBytes} bytes (\`mostBytes\` in the suite's data)`,
  };
}

/** Why a value is no list of messages; null where it is. */
function chatFault(value: unknown): string | null {
  if (!Array.isArray(value) || value.length === 0) return "no list of messages";
  for (const [i, message] of value.entries()) {
    if (typeof message !== "object" || message === null) return `message ${i} is no object`;
    for (const key of ["role", "content"] as const) {
      const part = (message as Record<string, unknown>)[key];
      if (typeof part !== "string") return `message ${i} has no text as \`${key}\``;
      if (!part.isWellFormed()) return `message ${i} has half of a character in \`${key}\``;
    }
  }
  return null;
}
