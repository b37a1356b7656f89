/**
 * The gate: compares records with reviewed baselines.
 * @module
 */
import type { RunRecord } from "../record/mod.ts";
import { UsageError } from "../base/mod.ts";
import { type AskedRun, keepGaps } from "./verdict/absent.ts";
import {
  type Baseline,
  baselinePath,
  checkBaselinesFolder,
  readBaselines,
  readEach,
  scopesOf,
} from "./baseline/baseline.ts";
import { confirmSpeed, type Rerun } from "./speed/confirm.ts";
import { histories, type HistoryEntry } from "./history/history.ts";
import { withDrift } from "./history/history_text.ts";
import type { Interleave } from "./speed/interleave.ts";
import { type Counts, countVerdicts, gateExit, gateLine } from "./outcome.ts";
import { readFloors } from "./speed/floors.ts";
import { comparable } from "./verdict/one_sided.ts";
import type { PolicyOf } from "./policy.ts";
import { evaluateGate } from "./verdict/evaluate.ts";
import type { Verdict } from "./verdict/verdict.ts";

/** What `gateRecords` needs. */
export interface GateOptions {
  readonly suite: string;
  readonly suiteVersion: number;
  /** The suite as a command names it. */
  readonly path?: string;
  /** Folder of baselines, which must be there. Default: `baselines` here, where there is one. */
  readonly baselines?: string;
  readonly policies?: PolicyOf;
  /** What the data of a label's row are called, where a suite has several. */
  readonly on?: (label: string) => string | undefined;
  /** Runs that were asked for; see `GateInput`. */
  readonly asked?: readonly AskedRun[];
  /** Why the record of a run can't be read, by its id. */
  readonly unreadable?: ReadonlyMap<string, string>;
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

/** Baselines that the records can be compared with must be of this version of the suite. */
function checkVersions(
  baselines: readonly Baseline[],
  { folder, records, suiteVersion }: {
    readonly folder: string;
    readonly records: readonly RunRecord[];
    readonly suiteVersion: number;
  },
): void {
  const other = comparable(baselines, records).find((b) => b.suiteVersion !== suiteVersion);
  if (other === undefined) return;
  throw new UsageError(
    `${
      baselinePath(folder, other)
    }: of version ${other.suiteVersion} of suite ${other.suite}, which ` +
      `is now version ${suiteVersion}: write it again (gate --update --reason "…") or go back to ` +
      "that version",
  );
}

/**
 * Reads the baselines of a suite, compares the records with them, confirms speed failures.
 * @throws UsageError where the folder that was named isn't there, and for a baseline or floor file
 *   that is broken or of another suite, class, format or version
 */
export async function gateRecords(
  records: readonly RunRecord[],
  options: GateOptions,
): Promise<GateOutcome> {
  const { suiteVersion } = options;
  if (options.baselines !== undefined) await checkBaselinesFolder(options.baselines);
  const folder = options.baselines ?? "baselines";
  const baselines = await readBaselines(folder, { suite: options.suite, records });
  checkVersions(baselines, { folder, records, suiteVersion });
  const input = {
    records,
    baselines,
    floors: await readEach(
      scopesOf(records),
      (machineClass) => readFloors(folder, { suite: options.suite, machineClass }),
    ),
    suiteVersion,
    exact: options.exact,
    policies: options.policies,
    labels: options.labels,
    asked: options.asked,
    unreadable: options.unreadable,
  };
  const { rerun, turns, history } = options;
  const judged = evaluateGate(input);
  const confirmed = keepGaps(
    judged,
    await confirmSpeed(judged, {
      input,
      rerun,
      interleave: turns?.interleave(baselineCommit(baselines)),
      everything: turns?.everything,
    }),
  );
  const drifted = history === undefined ? confirmed : withDrift(confirmed, {
    found: histories(history.entries, {
      policies: options.policies,
      since: history.since,
      scopes: new Set(scopesOf(records)),
    }),
    fail: history.fail,
  });
  const verdicts = drifted.map((verdict) => {
    const on = options.on?.(verdict.label);
    return on === undefined ? verdict : { ...verdict, on };
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
