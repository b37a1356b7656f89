/**
 * The end of a run's output: results, states, gate, report, and one exit code.
 * @module
 */
import { join } from "@std/path";
import { exitCodes, UsageError, worstExit } from "../../base/mod.ts";
import type { Gated, GateOutcome } from "../../gate/mod.ts";
import type { LaunchOptions, LaunchResult } from "../../launch/mod.ts";
import { runName } from "../../protocols/mod.ts";
import type { PlannedRun, RunRecord, Store } from "../../record/mod.ts";
import type { Suite } from "../../suite/schema/mod.ts";
import type { Arguments } from "../../cli/mod.ts";
import { commitLines } from "../gate/commits.ts";
import { baselinesOf } from "../folders.ts";
import { notMeasured, notMeasuredLines } from "./not_measured.ts";
import { tableLines } from "./results_table.ts";

/** What a suite's runs came to, and how to say so. */
export interface Finished {
  readonly suite: Suite;
  readonly plan: readonly PlannedRun[];
  readonly records: readonly RunRecord[];
  /** Why the record of a run of the plan can't be read, by its id. */
  readonly unreadable: ReadonlyMap<string, string>;
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
export function statesLine(
  records: readonly RunRecord[],
  { planned, unreadable = 0 }: { readonly planned: number; readonly unreadable?: number },
): string {
  const of = (state: RunRecord["state"]) => records.filter((r) => r.state === state).length;
  const done = of("done");
  const parts = [`${done} ${done === 1 ? "run" : "runs"} done`, `${of("diverged")} diverged`];
  for (const state of ["unreliable", "failed"] as const) {
    if (of(state) > 0) parts.push(`${of(state)} ${state}`);
  }
  if (unreadable > 0) parts.push(`${unreadable} unreadable`);
  const without = planned - records.length - unreadable;
  if (without > 0) parts.push(`${without} without a record`);
  return parts.join(", ");
}

/** What went wrong and where, runs with one cause together. */
export function troubleLines(records: readonly RunRecord[]): string[] {
  const names = new Map<string, string[]>();
  for (const record of records) {
    const { state, cause } = record;
    if (state === "done") continue;
    const what = `${state}: ${cause ?? "no cause was recorded"}`;
    names.set(what, [...names.get(what) ?? [], runName(record)]);
  }
  return [...names].map(([what, who]) => `${who.join(", ")}: ${what}`);
}

/** Runs of which something failed that their records do not tell. */
function unrecordedLines({ plan, result, records }: Finished): string[] {
  const kept = new Map(records.map((record) => [record.id, record]));
  return plan.flatMap(({ id, label, spec }) => {
    const outcome = result.outcomes.get(id), record = kept.get(id);
    if (outcome?.kind !== "failed" || record?.state === "failed") return [];
    const what = record === undefined ? "" : `; its record (${record.state}) is unchanged`;
    return [`${label} seed ${spec.seed}: failed: ${outcome.cause}${what}`];
  });
}

/** Runs that can't count: 3 unless every run is done. */
function statesExit(records: readonly RunRecord[], planned: number): number {
  const sound = records.filter((r) => r.state === "done").length;
  return sound === planned && planned > 0 ? exitCodes.pass : exitCodes.failed;
}

async function gate(finished: Finished): Promise<GateOutcome | null> {
  const { suite, args, plan, records, unreadable, warn, launching } = finished;
  if (args.has("no-gate") || records.length === 0) return null;
  const { gateAsked } = await import("../gate/gating.ts");
  const gated = await gateAsked(args, {
    suite,
    plan,
    records,
    unreadable,
    out: finished.store.out,
    launching: () => Promise.resolve(launching),
    warn,
  });
  finished.onGate(gated);
  return gated.outcome;
}

/** Shows how it all came out; returns the exit code. */
export async function showOutcome(finished: Finished): Promise<number> {
  const { suite, args, records, unreadable, plan, store, say, emit, warn } = finished;
  const lacking = notMeasured(records);
  const unrecorded = unrecordedLines(finished);
  const codes: number[] = [
    statesExit(records, plan.length),
    lacking.length + unrecorded.length === 0 ? exitCodes.pass : exitCodes.failed,
  ];
  const broken = plan.filter(({ id }) => unreadable.has(id))
    .map((run) => ({ run: runName(run), why: unreadable.get(run.id)! }));
  let outcome: GateOutcome | null = null;
  let ungated: string | null = null;
  try {
    outcome = await gate(finished);
  } catch (error) {
    // What was measured is shown and kept, though it could be compared with nothing.
    if (!(error instanceof UsageError)) throw error;
    ungated = error.message;
    codes.push(exitCodes.usage);
    emit("gate", { line: `gate: not compared: ${ungated}`, verdicts: [] });
  }
  if (outcome !== null) {
    codes.push(outcome.exitCode);
    emit("gate", { line: outcome.line, verdicts: outcome.verdicts });
  }
  const { bodiesOf, reportModel, reportedGate, storedPicture } = await import(
    "../../report/mod.ts"
  );
  const model = await reportModel(store, {
    suite,
    records,
    unreadable: broken,
    gate: outcome === null ? null : reportedGate(outcome.verdicts, baselinesOf(args)),
  });
  say();
  for (const body of bodiesOf(model)) {
    if (body.on !== undefined) say(`on ${body.on.name}`);
    for (const line of tableLines(body.leaderboard, body.groups, finished.columns)) say(line);
    if (body.on?.lead) say(body.on.lead);
    say();
  }
  const states = statesLine(records, { planned: plan.length, unreadable: broken.length });
  say(states);
  for (const line of [...troubleLines(records), ...unrecorded, ...notMeasuredLines(lacking)]) {
    warn(`  ${line}`);
  }
  for (const { run, why } of broken) warn(`  ${run}: unreadable: ${why}`);
  if (ungated !== null) warn(`  gate: not compared: ${ungated}`);
  const { outcomes } = finished.result;
  const before = records.filter(({ id }) => {
    const outcome = outcomes.get(id);
    return outcome?.kind !== "record" || outcome.cached;
  });
  const { provenance: here } = finished.launching.settings;
  for (const line of commitLines(records, { here, before })) say(line);
  if (outcome !== null) {
    const { verdictTable } = await import("../../gate/mod.ts");
    const shown = outcome.verdicts.filter(({ verdict }) =>
      ["regressed", "inconclusive", "missing"].includes(verdict)
    );
    for (const line of verdictTable(shown)) say(`  ${line}`);
  }
  if (!args.has("no-report") && records.length > 0) {
    const { writeReport } = await import("../../report/mod.ts");
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
    const failed = code !== outcome.exitCode ? `FAILED: ${states} · ` : "";
    say(`${failed}${outcome.line}`);
  }
  emit("end", { exitCode: code });
  return code;
}
