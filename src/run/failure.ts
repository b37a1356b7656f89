/**
 * The record of a run that failed, written where it takes nothing from anybody.
 * @module
 */
import { isSystemError } from "../base/mod.ts";
import {
  failedRecord,
  type Failure,
  type PlannedRun,
  type RunRecord,
  type Store,
  UnreadableRecord,
} from "../record/mod.ts";
import { hasRun } from "./status_file.ts";

/** Whether a record is kept as it is: what failed by chance, or by its surroundings, is tried again. */
export function isFinal(record: RunRecord): boolean {
  return record.state === "done" || record.state === "diverged";
}

/** Whether the operating system refused something, at the bottom of an error's causes. */
function refusedBySystem(error: unknown): boolean {
  return error instanceof Error && (isSystemError(error) || refusedBySystem(error.cause));
}

/**
 * Writes the record of a failed run; null where it must not be: while another living process has the
 * run, and where it had not begun and its folder holds an end of its own, or a record that can't
 * be read.
 * @throws StoreError where the store can't be read or written
 */
export async function recordFailure(
  store: Store,
  planned: PlannedRun,
  failure: Failure,
): Promise<RunRecord | null> {
  const status = await store.readStatus(planned.id).catch(() => null);
  if (status !== null && hasRun(status)) return null;
  if (status === null) {
    const found = await store.readRecord(planned.id).catch((error: Error) => {
      if (refusedBySystem(error)) throw error;
      return "unreadable" as const;
    });
    if (found === "unreadable" || (found !== null && isFinal(found))) return null;
  }
  const record = await failedRecord(planned, failure);
  try {
    await store.writeRecord(record);
  } catch (error) {
    // What is there stays; its reader is told.
    if (error instanceof UnreadableRecord && !refusedBySystem(error)) return null;
    throw error;
  }
  await store.remove(planned.id, "status.json");
  return record;
}
