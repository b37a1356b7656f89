/**
 * Hosts and plans for tests of the run path, on the real wasm engine.
 * @module
 */
import { openEngine } from "../../src/engine/mod.ts";
import { groupId, runId } from "../../src/record/identity.ts";
import { hostProvenance } from "../../src/record/provenance.ts";
import type { PlannedRun, RunSpec } from "../../src/record/record.ts";
import { controls } from "../../src/protocols/control/controls.ts";
import type { RunEvent } from "../../src/run/events.ts";
import type { RunHost } from "../../src/run/job.ts";
import { tiny, tinyData, tinyMetric, tinySpeed } from "./tiny.ts";

/** A planned run of the tiny family; `config` and `metric` override defaults. */
export function planned(
  change: {
    seed?: number;
    steps?: number;
    seconds?: number;
    config?: Parameters<typeof tiny.config.parse>[0];
    metric?: Parameters<typeof tinyMetric.config.parse>[0];
    speed?: boolean;
    control?: string;
  } = {},
): PlannedRun {
  const { seed = 1, steps = 12, control } = change;
  const spec: RunSpec = {
    format: 1,
    suite: "tiny",
    suiteVersion: 1,
    protocol: control === undefined ? "train-evaluate" : "control",
    family: control ?? tiny.name,
    familyVersion: 1,
    config: control === undefined
      ? tiny.config.parse(change.config ?? {}) as Record<string, unknown>
      : {},
    data: { dataset: tinyData.name, version: 1, config: tinyData.config.parse({}) as never },
    budget: change.seconds === undefined ? { steps } : { seconds: change.seconds },
    batch: 8,
    seed,
    engine: "wasm",
    metrics: [
      {
        metric: tinyMetric.name,
        version: 1,
        config: tinyMetric.config.parse(change.metric ?? {}) as never,
      },
      ...(change.speed ? [{ metric: tinySpeed.name, version: 1, config: {} }] : []),
    ],
  };
  return { id: runId(spec), group: groupId(spec), label: control ?? "tiny", spec };
}

/** A host for `executeRun`, everything looked up among the tiny parts. */
export async function tinyHost(
  out: string,
  change: Partial<RunHost> & { events?: RunEvent[] } = {},
): Promise<RunHost> {
  const { engine } = await openEngine("wasm");
  const dataset = await tinyData.load(tinyData.config.parse({}), { cache: out, jobs: 1 });
  return {
    engine,
    engineChoice: "named",
    provenance: await hostProvenance("test"),
    out,
    dataset: () => Promise.resolve(dataset),
    family: () => Promise.resolve(tiny as never),
    metric: (name) => Promise.resolve((name === tinySpeed.name ? tinySpeed : tinyMetric) as never),
    extractor: () => Promise.reject(new Error("no extractor in tests")),
    control: (name, context) => controls[name].open({ ...context, engine }),
    stopped: () => false,
    emit: (event) => change.events?.push(event),
    checkpointSeconds: 1e9,
    ...change,
  };
}

/** A fresh folder that is removed afterwards. */
export async function inFolder(work: (out: string) => Promise<void>): Promise<void> {
  const out = await Deno.makeTempDir({ prefix: "likeness-" });
  try {
    await work(out);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
}
