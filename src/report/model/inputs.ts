/** What a report is made of. @module */
import type { Verdict } from "../../gate/mod.ts";
import type { FlowValues } from "../../protocols/mod.ts";
import type { RunRecord, Series } from "../../record/mod.ts";
import type { Unreadable } from "./banner.ts";
import type { Sanity } from "./model.ts";

/** What a report is made of. */
export interface ReportInputs {
  readonly suite: {
    readonly name: string;
    readonly version: number;
    readonly about?: string;
    /** The suite's own data, which come first where it has several. */
    readonly data?: RunRecord["spec"]["data"];
    readonly report?: {
      /** Heading; default: the suite's name. */
      readonly title?: string;
      /** Metric that orders the leaderboard; default: the first that has a value. */
      readonly primary?: string;
    };
  };
  readonly records: readonly RunRecord[];
  /** By run id; runs without one are left out of the curves. */
  readonly series?: ReadonlyMap<string, Series>;
  /** The gate's outcome and the baselines it rests on; null where nothing was compared. */
  readonly gate?: { readonly baseline: string; readonly verdicts: readonly Verdict[] } | null;
  /** Of the extractors that records rest on. */
  readonly sanity?: Sanity | null | ((records: readonly RunRecord[]) => Sanity | null);
  /** Repeats the runs; default: that of the newest record. */
  readonly command?: string;
  /** By run id: the values of the checks of steps on documents. */
  readonly values?: ReadonlyMap<string, readonly FlowValues[]>;
  /** Older runs of the same labels that were left out. */
  readonly superseded?: number;
  /** Runs whose record is there and can't be read. */
  readonly unreadable?: readonly Unreadable[];
}
