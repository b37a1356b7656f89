/**
 * Files of a JSON record a line.
 * @module
 */
import {
  documentOf,
  type Found,
  isBlank,
  type Reader,
  type ReadOptions,
  utf8Fault,
} from "./found.ts";
import { lines, plainText } from "./lines.ts";
import { jsonFault } from "./json_fault.ts";
import { tooLarge } from "./found.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function recordOf(line: Uint8Array, number: number, options: ReadOptions): Found {
  const place = (byte: number) => `:${number}:${byte + 1}`;
  const bad = utf8Fault(line);
  if (bad >= 0) {
    const why = `byte ${line[bad].toString(16).padStart(2, "0")} is no UTF-8`;
    return { fault: "utf8", at: place(bad), why };
  }
  const text = decoder.decode(line);
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch (error) {
    const { at, why } = jsonFault(text) ?? { at: 0, why: String(error) };
    const byte = new TextEncoder().encode(text.slice(0, at)).length;
    return { fault: "json", at: place(byte), why };
  }
  if (typeof record !== "object" || record === null || Array.isArray(record)) {
    return { fault: "field", at: place(0), why: "no record, in { }" };
  }
  const value = Object.hasOwn(record, options.field)
    ? (record as Record<string, unknown>)[options.field]
    : undefined;
  return documentOf(value, { at: place(0), options });
}

/** JSONL: empty lines are passed over. A line is a few times larger than its text at most. */
export const readJsonl: Reader = async function* (chunks, options) {
  // "\u0041" for each character is the longest form of a text.
  for await (const some of lines(plainText(chunks), { most: 6 * options.mostBytes + 4096 })) {
    yield some.filter(({ bytes }) => bytes === null || !isBlank(bytes)).map(({ bytes, number }) =>
      bytes === null
        ? tooLarge(`:${number}:1`, options.mostBytes)
        : recordOf(bytes, number, options)
    );
  }
};
