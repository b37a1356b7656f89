/**
 * Data beside the run's own, as a suite names them and as a run's id holds them.
 * @module
 */
import { z } from "zod";
import type { OtherData } from "../metric.ts";

/** Other data with all that fixes them. */
export type SettledData = OtherData;

/** "novel", or `{ dataset: novel, … }` with its settings. */
export const otherData: z.ZodType<string | { readonly dataset: string }> = z.union([
  z.string(),
  z.looseObject({ dataset: z.string() }),
]);

/** Other data of a config that was settled. @throws TypeError of one that wasn't */
export function settledData(of: string | { readonly dataset: string }): SettledData {
  if (typeof of === "object" && "version" in of && "config" in of) return of as SettledData;
  throw new TypeError(`other data weren't looked up: ${JSON.stringify(of)}`);
}
