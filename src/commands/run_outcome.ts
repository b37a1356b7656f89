/**
 * What stands at the end of a run: results, states, gate, report, and the exit code of it all.
 * @module
 */
import { join } from "@std/path";
import { exitCodes, worstExit } from "../errors.ts";
import type { Gated } from "../gate/ci/gated.ts";
import type { GateOutcome } from "../gate/mod.ts";
import type { LaunchOptions, LaunchResult } from "../launch/schedule.ts";
import type { PlannedRun, Record as RunRecord } from "../record/record.ts";
import type { Store } from "../record/store.ts";
import type { Suite } from "../suite/schema.ts";
import type { Arguments } from "./command.ts";
import { tableLines } from "./results_table.ts";

/** What a suite's runs came to, and how to say so. */
export interface Finished {
  readonly suite: Suite;
  readonly plan: readonly PlannedRun[];
  readonly records: readonly RunRecord[];
  readonly result: LaunchResult;
  readonly store: Store;
  readonly args: Arguments;
  /** Width of the terminal. */
  readonly columns: number;
  /** For people; says nothing where a program reads. */
  readonly say: (line?: string) => void;
  /** For programs; says nothing where a person reads. */
  readonly emit: (event: string, data: object) => void;
  /** For both, on standard error. */
  readonly warn: (line: string) => void;
  /** How runs are launched again, to confirm a speed failure. */
  readonly launching: LaunchOptions;
  /** Told what the gate came to. */
  readonly onGate: (gated: Gated) => void;
}

/** "9 runs done, 0 diverged", with whatever else there is. */
export function statesLine(records: readonly RunRecord[], planned: number): string {
  const of = (state: RunRecord["state"]) => records.filter((r) => r.state === state).length;
  const done = of("done");
  const parts = [`${done} ${done === 1 ? "run" : "runs"} done`, `${of("diverged")} diverged`];
  for (const state of ["unreliable", "failed"] as const) {
    if (of(state) > 0) parts.push(`${of(state)} ${state}`);
  }
  if (records.length < planned) parts.push(`${planned - records.length} without a record`);
  return parts.join(", ");
}

/** What went wrong and where, runs with one cause together. */
export function troubleLines(records: readonly RunRecord[]): string[] {
  const names = new Map<string, string[]>();
  for (const { label, spec, state, cause } of records) {
    if (state === "done") continue;
    const what = `${state}: ${cause ?? "no cause was recorded"}`;
    const name = spec.protocol === "control" ? label : `${label} seed ${spec.seed}`;
    names.set(what, [...names.get(what) ?? [], name]);
  }
  return [...names].map(([what, who]) => `${who.join(", ")}: ${what}`);
}

/** Runs that can't count: 3 unless every run is done. */
function statesExit(records: readonly RunRecord[], planned: number): number {
  const sound = records.filter((r) => r.state === "done").length;
  return sound === planned && planned > 0 ? exitCodes.pass : exitCodes.failed;
}

async function gate(finished: Finished): Promise<GateOutcome | null> {
  const { suite, args, plan, records, warn, launching } = finished;
  if (args.has("no-gate") || records.length === 0) return null;
  const [{ gateAsked }, { planSuite }, { settingsFrom }] = await Promise.all([
    import("./gating.ts"),
    import("../plan/plan.ts"),
    import("../plan/settings.ts"),
  ]);
  const whole = planSuite(suite, { engine: plan[0].spec.engine, settings: settingsFrom(plan) });
  const gated = await gateAsked(args, {
    suite,
    plan,
    records,
    allLabels: new Set(whole.map(({ label }) => label)),
    out: finished.store.out,
    launching: () => Promise.resolve(launching),
    warn,
  });
  finished.onGate(gated);
  return gated.outcome;
}

/** Shows how it all came out; returns the exit code. */
export async function showOutcome(finished: Finished): Promise<number> {
  const { suite, args, records, plan, store, say, emit, warn } = finished;
  const codes = [statesExit(records, plan.length)];
  const outcome = await gate(finished);
  if (outcome !== null) {
    codes.push(outcome.exitCode);
    emit("gate", { line: outcome.line, verdicts: outcome.verdicts });
  }
  const { reportModel, reportedGate, storedPicture } = await import("../report/mod.ts");
  const model = await reportModel(store, {
    suite,
    records,
    gate: outcome === null ? null : reportedGate(outcome.verdicts, args.one("baselines")),
  });
  say();
  for (const line of tableLines(model.leaderboard, model.groups, finished.columns)) say(line);
  say();
  say(statesLine(records, plan.length));
  for (const line of troubleLines(records)) warn(`  ${line}`);
  if (outcome !== null) {
    const { verdictTable } = await import("../gate/mod.ts");
    const shown = outcome.verdicts.filter(({ verdict }) =>
      ["regressed", "inconclusive", "missing"].includes(verdict)
    );
    for (const line of verdictTable(shown)) say(`  ${line}`);
  }
  if (!args.has("no-report") && records.length > 0) {
    const { writeReport } = await import("../report/write.ts");
    const folder = join(store.out, "reports", suite.name);
    const { index } = await writeReport(model, folder, {
      picture: storedPicture(store),
    });
    say(`report: ${index}        again: deno task ${args.line}`);
    emit("report", { path: index });
  }
  const code = worstExit(codes);
  if (outcome !== null) {
    // Last of all, since it is what a reader looks for; it never says less than the exit code.
    const failed = code !== outcome.exitCode
      ? `FAILED: ${statesLine(records, plan.length)} · `
      : "";
    say(`${failed}${outcome.line}`);
  }
  emit("end", { exitCode: code });
  return code;
}
