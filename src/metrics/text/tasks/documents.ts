/**
 * The documents of a task: lines of JSON, or one list of it.
 * @module
 */
import { DataError } from "../../../base/mod.ts";
import type { Json } from "./python/mod.ts";

/** A document: its fields by name. */
export type Document = Readonly<Record<string, Json>>;

/**
 * JSON in which no number loses what Python would show of it: 5.0 is a float there, which JavaScript
 * can't tell from 5.
 */
function parsed(text: string, where: string): unknown {
  const read = (_: string, value: unknown, { source }: { source?: string } = {}) => {
    if (typeof value !== "number" || source === undefined) return value;
    if (Number.isInteger(value) && !/^-?\d+$/.test(source)) {
      throw new DataError(`${where}: the number ${source}: write it as a text, "${source}"`);
    }
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
      throw new DataError(`${where}: the number ${source} is too large: write it as a text`);
    }
    return value;
  };
  try {
    return JSON.parse(text, read as (key: string, value: unknown) => unknown);
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`${where}: no JSON: ${(error as Error).message}`);
  }
}

/**
 * Documents of a file. Fields that some lack are None there, as in a table.
 * @throws DataError with the line that is no document
 */
export function readDocuments(bytes: Uint8Array, name: string): Document[] {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new DataError(`${name} is no UTF-8`);
  }
  const rows: Record<string, Json>[] = [];
  const add = (value: unknown, where: string) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new DataError(`${where}: an object with the fields of a document was expected`);
    }
    rows.push(value as Record<string, Json>);
  };
  if (text.trimStart().startsWith("[")) {
    const list = parsed(text, name);
    (Array.isArray(list) ? list : []).forEach((value, i) => add(value, `${name}, document ${i}`));
  } else {
    text.split("\n").forEach((line, i) => {
      const where = `${name}, line ${i + 1}`;
      if (line.trim() !== "") add(parsed(line, where), where);
    });
  }
  const fields = new Set(rows.flatMap((row) => Object.keys(row)));
  for (const field of fields) {
    const numbers = rows.map((row) => row[field]).filter((value) => typeof value === "number");
    if (numbers.some(Number.isInteger) && !numbers.every(Number.isInteger)) {
      throw new DataError(
        `${name}: \`${field}\` has whole numbers and others, which a table makes floats of: write ` +
          "them as texts",
      );
    }
  }
  return rows.map((row) =>
    Object.fromEntries(Array.from(fields, (field) => [field, row[field] ?? null]))
  );
}
