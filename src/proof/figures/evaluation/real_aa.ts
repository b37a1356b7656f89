/**
 * Gates of this code against itself on real runs of the wasm engine. Two sets of five seeds that no
 * other gate uses are trained, scored and timed; the first is the baseline of the second. Floors
 * come from A/A sessions of the first set. Everything runs through the parts that users run.
 * @module
 */
import { join } from "@std/path";
import { baselinesFrom, writeBaseline } from "../../../gate/baseline/mod.ts";
import {
  appendLines,
  planFloors,
  readSessions,
  rerunSpeed,
  sessionEntry,
  sessionsPath,
  sessionTasks,
  writeFloors,
} from "../../../gate/speed/mod.ts";
import { gateSuite, planRecords } from "../../../gate/mod.ts";
import { defaultLauncher, launch, type LaunchOptions, speedMetrics } from "../../../launch/mod.ts";
import { planSuite } from "../../../plan/mod.ts";
import { hostProvenance, openStore, type PlannedRun, type RunRecord } from "../../../record/mod.ts";
import { loadSuite } from "../../../suite/mod.ts";
import type { Suite } from "../../../suite/schema/mod.ts";
import { root } from "../process.ts";

/** What one gate came to. */
export interface RealGate {
  readonly exitCode: number;
  /** Rows by verdict. */
  readonly verdicts: Readonly<{ [verdict: string]: number }>;
  /** Rows that alarmed: "vae PSNR@128: +1.2 % …". */
  readonly alarms: readonly string[];
}

/** How real gates are made. */
export interface RealOptions {
  readonly gates: number;
  /** Folder of records; what is there is taken again, so that an interrupted measurement goes on. */
  readonly out: string;
  readonly sessions: number;
  /** Seeds a side; default: as many as the suite has. */
  readonly seeds?: number;
  readonly note: (text: string) => void;
}

async function measured(
  plan: readonly PlannedRun[],
  launching: LaunchOptions,
): Promise<RunRecord[]> {
  const { interrupted } = await launch(plan, launching);
  if (interrupted) throw new Error("it was stopped");
  const store = openStore(launching.settings.out);
  const records = await planRecords(plan, (id) => store.readRecord(id));
  const bad = records.find(({ state }) => state !== "done");
  if (bad !== undefined || records.length < plan.length) {
    throw new Error(`a run is ${bad?.state ?? "not there"}: ${bad?.cause ?? "no record"}`);
  }
  return records;
}

/** Floors of the suite on this machine, in `folder`. */
async function calibrate(
  suite: Suite,
  { plan, launching, folder, sessions }: {
    plan: readonly PlannedRun[];
    launching: LaunchOptions;
    folder: string;
    sessions: number;
  },
): Promise<void> {
  await measured(plan, launching);
  const path = sessionsPath(launching.settings.out, suite.name);
  const commit = launching.settings.provenance.gitSha ?? "unknown";
  const entries = (await readSessions(path, () => {})).filter((one) => one.commit === commit);
  for (const { session, planned } of sessionTasks(plan, { repeats: sessions, done: entries })) {
    const { outcomes } = await launch([planned], { ...launching, again: true });
    const outcome = outcomes.get(planned.id);
    if (outcome?.kind !== "record") throw new Error(`session ${session} could not be measured`);
    const entry = sessionEntry(outcome.record, { session, commit, seconds: 0 });
    await appendLines(path, [entry]);
    entries.push(entry);
  }
  const { floors } = planFloors({
    suite: suite.name,
    suiteVersion: suite.version,
    entries,
    records: [],
    seeds: suite.seeds.length,
    floors: [],
    update: { reason: "A/A", author: "figure", date: "", commit, command: "figures" },
  });
  for (const file of floors) await writeFloors(folder, file);
}

/** Makes the gates; see the module. */
export async function realGates(
  { gates, out, sessions, seeds, note }: RealOptions,
): Promise<RealGate[]> {
  const suite = await loadSuite(join(root, "src/proof/figures/evaluation/aa.yaml"));
  const n = seeds ?? suite.seeds.length;
  const launching: LaunchOptions = {
    launcher: defaultLauncher,
    settings: {
      out,
      engine: "wasm",
      engineChoice: "named",
      modules: [],
      provenance: await hostProvenance("figures evaluation/gate-real-false-alarms"),
      checkpointSeconds: 30,
      dataJobs: 1,
    },
    jobs: 1,
    speedMetrics: await speedMetrics(suite),
  };
  const set = (index: number) =>
    planSuite(suite, {
      engine: "wasm",
      seeds: Array.from({ length: n }, (_, i) => index * n + i + 1),
    });
  const folder = await Deno.makeTempDir({ prefix: "gate-aa-" });
  try {
    note(`A/A floors from ${sessions} sessions`);
    await calibrate(suite, { plan: set(0), launching, folder, sessions });
    const made: RealGate[] = [];
    for (let g = 0; g < gates; g++) {
      note(`real gate ${g + 1} of ${gates}`);
      // Set 0 gave the floors; each gate has two of its own.
      const before = await measured(set(2 * g + 1), launching);
      const plan = set(2 * g + 2);
      const records = await measured(plan, launching);
      const accepted = baselinesFrom(before, { suite: suite.name, suiteVersion: suite.version });
      for (const baseline of accepted) await writeBaseline(folder, baseline);
      const outcome = await gateSuite({ suite, plan, records }, {
        baselines: folder,
        rerun: rerunSpeed({ plan, launching }),
      });
      const verdicts: { [verdict: string]: number } = {};
      for (const { verdict } of outcome.verdicts) verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
      made.push({
        exitCode: outcome.exitCode,
        verdicts,
        alarms: outcome.verdicts.filter(({ verdict }) => verdict === "regressed")
          .map((v) => `${v.label} ${v.metric}: ${v.baseline} to ${v.value}, ${v.why}`),
      });
    }
    return made;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
