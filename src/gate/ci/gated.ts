/**
 * The input of the gate's outputs for CI.
 * @module
 */
import type { RunRecord } from "../../record/mod.ts";
import type { GateOutcome } from "../gate.ts";
import type { Verdict } from "../verdict/verdict.ts";

/** A gated suite. */
export interface Gated {
  readonly suite: string;
  /** The suite's file, where annotations point. */
  readonly path: string;
  readonly outcome: GateOutcome;
  readonly records: readonly RunRecord[];
  /** Whether what is undecided was allowed to pass. */
  readonly allowInconclusive: boolean;
  /** What repeats the gate. */
  readonly command: string;
}

/** How CI takes a verdict. */
export type Severity = "error" | "failure" | "skipped" | "good";

/** Whether a verdict fails the build (as a broken or a worse number), waits, or is good. */
export function severity(verdict: Verdict, allowInconclusive: boolean): Severity {
  switch (verdict.verdict) {
    case "missing":
      return "error";
    case "regressed":
      return "failure";
    case "inconclusive":
      return allowInconclusive ? "skipped" : "failure";
    case "new":
    case "shown":
      return "skipped";
    default:
      return "good";
  }
}

/** Runs that gave no numbers, each with the cause. */
export function brokenRuns(records: readonly RunRecord[]): { name: string; cause: string }[] {
  return records.filter(({ state }) => state === "failed" || state === "diverged").map((
    record,
  ) => ({
    name: `${record.label} seed ${record.spec.seed}`,
    cause: `${record.state}: ${record.cause ?? "no cause was recorded"}`,
  }));
}

/** Whether any number was measured. */
export function isMeasured({ outcome }: Pick<Gated, "outcome">): boolean {
  return outcome.verdicts.some(({ value }) => value !== null);
}
