/**
 * How tests launch runs of the tiny family.
 * @module
 */
import { fromFileUrl } from "@std/path";
import { defaultLauncher } from "../../src/launch/mod.ts";
import type { WorkerSettings } from "../../src/launch/transport/messages.ts";
import type { LaunchOptions } from "../../src/launch/schedule.ts";
import { hostProvenance } from "../../src/record/provenance.ts";

const modules = [fromFileUrl(new URL("../run/tiny.ts", import.meta.url))];

/** Options for `launch`, of which `change` replaces some. */
export async function options(
  out: string,
  change: Partial<LaunchOptions> = {},
): Promise<LaunchOptions> {
  const settings: WorkerSettings = {
    out,
    engine: "wasm",
    engineChoice: "named",
    modules,
    provenance: await hostProvenance("test"),
    checkpointSeconds: 1e9,
    dataJobs: 1,
  };
  return {
    launcher: defaultLauncher,
    settings,
    jobs: 2,
    speedMetrics: new Set(["tiny-speed"]),
    ...change,
  };
}
