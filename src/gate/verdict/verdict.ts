/**
 * A verdict: what the gate says of one row.
 * @module
 */
import { type MetricValue, onData } from "../../record/mod.ts";
import type { ResolvedPolicy } from "../policy.ts";
import type { MinimumFrom, TestName } from "./compare.ts";

/** What the gate says of a row. */
export type VerdictName =
  | "pass"
  | "regressed"
  | "improved"
  | "inconclusive"
  | "new"
  | "missing"
  | "shown";

/** The gate's word on one metric of one group of seeds. */
export interface Verdict {
  readonly verdict: VerdictName;
  readonly label: string;
  /** What the row's data are called; left out where a suite has but one. */
  readonly on?: string;
  readonly group: string;
  /** Full name of the number: "FD-judge-heads-v1@2000". */
  readonly metric: string;
  readonly kind: MetricValue["kind"];
  readonly direction: ResolvedPolicy["direction"];
  readonly unit: string;
  /** New − baseline: a share of the baseline, or in the metric's unit (see `effectUnit`). */
  readonly effect: number | null;
  readonly effectUnit: "share" | "absolute";
  /** The smallest change that counts, in the effect's unit. */
  readonly minimumEffect: number | null;
  /** What set it; left out where nothing was compared. */
  readonly minimumFrom?: MinimumFrom;
  readonly interval: { readonly low: number; readonly high: number; readonly level: number } | null;
  readonly test: TestName;
  readonly p: number | null;
  /** Holm's, over the tests of this kind. */
  readonly adjustedP: number | null;
  readonly alpha: number;
  /** Mean over seeds (median of runs for speed). */
  readonly baseline: number | null;
  readonly value: number | null;
  readonly seeds: {
    readonly baseline: number;
    readonly value: number;
    /** Which were asked for, or are in the baseline, and have no number; left out where none. */
    readonly missing?: readonly number[];
  };
  /** "any", or the machine class within which was compared. */
  readonly scope: string;
  readonly why: string;
}

/** A verdict's row in words, with its data where a suite has several: "vae on heads". */
export function rowText({ label, on }: Pick<Verdict, "label" | "on">): string {
  return on === undefined || label.endsWith(onData(on)) ? label : label + onData(on);
}
