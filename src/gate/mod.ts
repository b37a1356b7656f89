/**
 * The gate: records against reviewed baselines.
 * @module
 */
import type { Record as RunRecord } from "../record/record.ts";
import { type Baseline, readBaselines, readEach, scopesOf } from "./baseline.ts";
import { confirmSpeed, type Rerun } from "./confirm.ts";
import { histories, type HistoryEntry } from "./history.ts";
import { withDrift } from "./history_text.ts";
import type { Interleave } from "./interleave.ts";
import { type Counts, countVerdicts, gateExit, gateLine } from "./outcome.ts";
import { readFloors } from "./floors.ts";
import type { PolicyOf } from "./policy.ts";
import { evaluateGate, type Verdict } from "./verdict.ts";

export * from "./policy.ts";
export * from "./outcome.ts";
export { type Baseline, type BaselineUpdate, readBaselines, writeBaseline } from "./baseline.ts";
export { planUpdate, type RowChange, type UpdatePlan } from "./update.ts";
export { evaluateGate, type GateInput, type Verdict, type VerdictName } from "./verdict.ts";
export { confirmSpeed, type Rerun } from "./confirm.ts";

/** What `gateRecords` needs. */
export interface GateOptions {
  readonly suite: string;
  readonly suiteVersion: number;
  /** The suite as a command names it. */
  readonly path?: string;
  /** Folder of baselines. Default `baselines` under the working directory. */
  readonly baselines?: string;
  readonly policies?: PolicyOf;
  /** Labels that were asked for, where a run was restricted to some. */
  readonly labels?: ReadonlySet<string>;
  readonly allowInconclusive?: boolean;
  /** Any change of bits that were promised to repeat is a regression. */
  readonly exact?: boolean;
  /** How to measure speed once more; without it a speed failure stays inconclusive. */
  readonly rerun?: Rerun;
  readonly turns?: TurnOptions;
  readonly history?: HistoryCheck;
}

/** How speed is measured in turns with another commit. */
export interface TurnOptions {
  /** @param commit that of the baselines, or why there is none */
  readonly interleave: (commit: string | { readonly reason: string }) => Interleave;
  /** Every timing, not only what seems slower. */
  readonly everything: boolean;
}

/** What came before, and whether a drift fails. */
export interface HistoryCheck {
  readonly entries: readonly HistoryEntry[];
  readonly since?: string;
  readonly fail: boolean;
}

/** The commit that the baselines' timings were measured on, those of all machines where these have none. */
export function baselineCommit(
  baselines: readonly Baseline[],
): string | { readonly reason: string } {
  const own = [...baselines].sort((a, b) =>
    Number(a.machineClass === "any") - Number(b.machineClass === "any")
  );
  const commits = own.flatMap(({ updates }) => updates.map(({ commit }) => commit));
  return commits.find((commit) => commit !== null) ??
    { reason: baselines.length === 0 ? "there is no baseline" : "the baseline names no commit" };
}

/** What the gate came to. */
export interface GateOutcome {
  readonly verdicts: readonly Verdict[];
  readonly counts: Counts;
  /** For the end of a run's output: "PASS: 116 of 116 quality numbers are the published bits …". */
  readonly line: string;
  readonly exitCode: number;
}

/** Reads the baselines of a suite, compares the records with them, confirms speed failures. */
export async function gateRecords(
  records: readonly RunRecord[],
  options: GateOptions,
): Promise<GateOutcome> {
  const folder = options.baselines ?? "baselines";
  const input = {
    records,
    baselines: await readBaselines(folder, { suite: options.suite, records }),
    floors: await readEach(
      scopesOf(records),
      (machineClass) => readFloors(folder, { suite: options.suite, machineClass }),
    ),
    suiteVersion: options.suiteVersion,
    exact: options.exact,
    policies: options.policies,
    labels: options.labels,
  };
  const { rerun, turns, history } = options;
  const confirmed = await confirmSpeed(evaluateGate(input), {
    input,
    rerun,
    interleave: turns?.interleave(baselineCommit(input.baselines)),
    everything: turns?.everything,
  });
  const verdicts = history === undefined ? confirmed : withDrift(confirmed, {
    found: histories(history.entries, {
      policies: options.policies,
      since: history.since,
      scopes: new Set(scopesOf(records)),
    }),
    fail: history.fail,
  });
  return {
    verdicts,
    counts: countVerdicts(verdicts),
    line: gateLine(verdicts, {
      folder,
      suite: options.path,
      broken: records.some(({ state }) => state === "failed" || state === "diverged"),
    }),
    exitCode: gateExit(verdicts, {
      records,
      allowInconclusive: options.allowInconclusive,
    }),
  };
}
