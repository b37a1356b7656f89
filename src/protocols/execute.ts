/**
 * One planned run from start to record, whatever its protocol.
 * @module
 */
import type { PlannedRun } from "../record/mod.ts";
import { begin, isFinal, type Outcome, type RunHost, takenBy } from "../run/mod.ts";
import { protocolOf } from "./table.ts";

/**
 * Executes a run, or returns its record where it is done. An unfinished one goes on from its last
 * checkpoint, to the bits that it would have had uninterrupted.
 * @param options.fresh forgets what there is of it first.
 * @throws NeedError where a run that it needs isn't done; whatever its protocol throws
 */
export async function executeRun(
  planned: PlannedRun,
  host: RunHost,
  options: { fresh?: boolean } = {},
): Promise<Outcome> {
  const protocol = protocolOf(planned.spec);
  const { lends, untimed } = protocol;
  const begun = { fresh: options.fresh, asked: { lends, untimed } };
  const run = begin(planned, host, begun);
  if (!options.fresh) {
    const record = await run.store.readRecord(planned.id);
    if (record !== null && isFinal(record)) {
      return { kind: "record", record, cached: true };
    }
  }
  await run.status.claim(options);
  return await protocol.execute({ ...run, taken: await takenBy(planned, run.store) });
}
