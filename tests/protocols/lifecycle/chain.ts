/** A suite's runs done one after the other in this process, on wasm. */
import { openEngine } from "../../../src/engine/mod.ts";
import type { Dataset } from "../../../src/data/mod.ts";
import { planSuite } from "../../../src/plan/plan.ts";
import { executeRun } from "../../../src/protocols/execute.ts";
import { hostProvenance } from "../../../src/record/provenance.ts";
import type { PlannedRun, RunRecord } from "../../../src/record/record.ts";
import { controls, datasets, families, loaded, metrics } from "../../../src/registry.ts";
import type { RunHost } from "../../../src/run/job.ts";
import { parseSuite } from "../../../src/suite/load.ts";

const { engine } = await openEngine("wasm");

/** The runs of a suite's text. */
export async function planOf(text: string): Promise<PlannedRun[]> {
  return planSuite(await parseSuite(text, { file: "chain.yaml" }), { engine: "wasm" });
}

/** A host that looks everything up where suites do. */
export async function hostOf(out: string, change: Partial<RunHost> = {}): Promise<RunHost> {
  const known = new Map<string, Promise<Dataset>>();
  return {
    engine,
    engineChoice: "named",
    provenance: await hostProvenance("test"),
    out,
    dataset(data) {
      const key = JSON.stringify(data);
      const load = async () =>
        await (await datasets[data.dataset]()).load(data.config, {
          cache: `${out}/cache`,
          jobs: 1,
        });
      const found = known.get(key) ?? load();
      known.set(key, found);
      return found;
    },
    family: (name) => families[name](),
    metric: (name) => loaded(metrics[name]),
    extractor: () => Promise.reject(new Error("no extractor in tests")),
    control: (name, context) => controls[name].open({ ...context, engine }),
    stopped: () => false,
    emit: () => {},
    checkpointSeconds: 1e9,
    ...change,
  };
}

/** Records of all runs, by label. */
export async function chainOf(
  plan: readonly PlannedRun[],
  host: RunHost,
): Promise<Map<string, RunRecord>> {
  const records = new Map<string, RunRecord>();
  // Control rows stand first and may take a tokenizer of a later run.
  const takes = ({ spec }: PlannedRun) => spec.protocol === "control" && spec.needs !== undefined;
  for (const planned of [...plan.filter((run) => !takes(run)), ...plan.filter(takes)]) {
    const outcome = await executeRun(planned, host);
    if (outcome.kind !== "record") throw new Error(`${planned.label}: ${JSON.stringify(outcome)}`);
    records.set(planned.label, outcome.record);
  }
  return records;
}
