/**
 * All documents of a list of files, with what is wrong in them.
 * @module
 */
import { DataError } from "../../base/mod.ts";
import { fixed } from "../../base/text/mod.ts";
import { type Fault, FAULTS, type ReadOptions } from "./readers/found.ts";
import { readDocuments } from "./readers/readers.ts";

/** Faults that are named one by one; of more only the number is known. */
const NAMED = 1000;
/** Those that an error shows. */
const SHOWN = 5;

/** What was read. */
export interface Reading {
  /** Documents of each file. */
  readonly counts: readonly number[];
  /** What was left out, by its fault. */
  readonly leftOut: Partial<Readonly<Record<Fault, number>>>;
  /** The first of it: "FILE:LINE:BYTE", and why. */
  readonly named: readonly { readonly where: string; readonly why: string }[];
}

/** A file, and its name in messages. */
export interface TextFile {
  readonly path: string;
  readonly name: string;
}

/** Reads files one after the other. @param options `onBytes` is told of bytes read of all files */
export async function readAll(
  files: readonly TextFile[],
  options: ReadOptions & {
    readonly add: (document: Uint8Array) => Promise<void>;
    readonly onBytes?: (bytes: number) => void;
    readonly signal?: AbortSignal;
  },
): Promise<Reading> {
  const leftOut: Partial<Record<Fault, number>> = {}, named: { where: string; why: string }[] = [];
  const counts: number[] = [];
  for (const { path, name } of files) {
    let count = 0;
    for await (const some of readDocuments(path, options, options.onBytes)) {
      options.signal?.throwIfAborted();
      for (const found of some) {
        if ("document" in found) {
          await options.add(found.document);
          count++;
        } else {
          leftOut[found.fault] = (leftOut[found.fault] ?? 0) + 1;
          if (named.length < NAMED) named.push({ where: name + found.at, why: found.why });
        }
      }
    }
    counts.push(count);
  }
  return { counts, leftOut, named };
}

/**
 * What a reader should know of what was left out.
 * @param most share of the documents that may be
 * @throws DataError where it is more, or nothing is left
 */
export function judgedReading(
  { counts, leftOut, named }: Reading,
  { most, where }: { most: number; where: string },
): string[] {
  const left = Object.values(leftOut).reduce((sum, n) => sum + n, 0);
  const all = left + counts.reduce((sum, n) => sum + n, 0);
  if (left === 0 && all > 0) return [];
  const faults = (Object.keys(FAULTS) as Fault[]).flatMap((fault) =>
    leftOut[fault] === undefined ? [] : [`${leftOut[fault].toLocaleString("en")} ${FAULTS[fault]}`]
  ).join(", ");
  if (left <= most * all && left < all) {
    return [`${where}: ${left} of ${all} documents are left out: ${faults}`];
  }
  if (all === 0) throw new DataError(`${where} has no document`);
  const examples = named.slice(0, SHOWN).map(({ where, why }) => `\n  ${where}: ${why}`);
  const more = left > SHOWN ? `\n  … (--show-left-out names more)` : "";
  throw new DataError(
    `${where}: ${left} of ${all} documents (${
      fixed(100 * left / all, 1)
    } %) can't be used, more than ` +
      `${fixed(100 * most, 1)} % (\`mostLeftOut\` in the suite's data): ${faults}` +
      examples.join("") + more,
  );
}
