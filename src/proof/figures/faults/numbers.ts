/**
 * The numbers in a folder of records, and how two such folders differ.
 * @module
 */
import { differences, timelessRecords } from "../records.ts";

/** See the module. */
export interface Numbers {
  readonly runs: number;
  readonly all: Readonly<Record<string, unknown>>;
}

/**
 * All that the records hold and any way to the same end must repeat: not how often a run went on,
 * nor which run its weights were taken from.
 */
export async function numbersIn(out: string): Promise<Numbers> {
  const { records, all } = await timelessRecords(out);
  const kept = Object.entries(all).map(([id, record]) => {
    const { resumed: _often, trainedBy: _whose, ...rest } = record as Record<string, unknown>;
    return [id, rest];
  });
  return { runs: records.length, all: Object.fromEntries(kept) };
}

/** Why numbers are not those of an undisturbed run; null: they are, bit for bit. */
export function otherNumbers(found: Numbers, clean: Numbers): string | null {
  if (clean.runs === 0) return "the undisturbed run left no record";
  const differ = differences(clean.all, found.all);
  return differ.length === 0
    ? null
    : `other numbers in ${differ.length} places: ${differ.slice(0, 3).join(", ")}`;
}
