/**
 * A run in a process of its own, for tests that kill it: `killable.ts OUT PLANNED-JSON`. Saves at
 * every reading of scalars, prints each step that it has told of.
 * @module
 */
import type { PlannedRun } from "../../src/record/record.ts";
import { executeRun } from "../../src/protocols/execute.ts";
import { tinyHost } from "./harness.ts";

if (import.meta.main) {
  const [out, planned] = Deno.args;
  const host = await tinyHost(out, {
    checkpointSeconds: 0,
    emit: (event) => {
      if (event.kind === "progress") console.log(event.step);
    },
  });
  const outcome = await executeRun(JSON.parse(planned) as PlannedRun, host);
  console.log(outcome.kind);
}
