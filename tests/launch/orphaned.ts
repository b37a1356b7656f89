/**
 * A launcher in a process of its own, for tests that kill it: `orphaned.ts OUT` launches a run whose
 * first step never ends.
 * @module
 */
import { processes } from "../../src/launch/transport/processes.ts";
import { launch } from "../../src/launch/schedule.ts";
import { planned } from "../run/harness.ts";
import { options } from "./launching.ts";

/** The run whose first step never ends. */
export const endless = planned({ config: { slow: 1e9 } });

if (import.meta.main) {
  await launch([endless], await options(Deno.args[0], { launcher: processes }));
}
