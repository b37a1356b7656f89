/**
 * What a run tells while it runs, and how it ends. Plain data: crosses workers and processes.
 * @module
 */
import type { RunRecord } from "../record/mod.ts";

/** News of a run. */
export type RunEvent =
  | { readonly kind: "phase"; readonly phase: string }
  | {
    readonly kind: "progress";
    readonly step: number;
    readonly steps: number;
    /** null where there is none yet. */
    readonly loss: number | null;
    /** Steps a second, lately; null at first. */
    readonly rate: number | null;
    readonly secondsLeft: number | null;
  }
  | { readonly kind: "note"; readonly note: string }
  /** A line that something in the worker printed. */
  | { readonly kind: "printed"; readonly line: string };

/** What a dry run measured of one run. */
export interface Estimate {
  /** Training steps of its budget. */
  readonly steps: number;
  readonly secondsPerStep: number;
  /** Samples a sampling call makes. */
  readonly sampleRows: number;
  /** Seconds of such a call; null where the family doesn't sample. */
  readonly secondsPerSampleBatch: number | null;
  readonly startSeconds: number;
  readonly parameters: number;
  readonly peakBytes: number;
}

/** How a run ended. */
export type Outcome =
  | { readonly kind: "record"; readonly record: RunRecord; readonly cached: boolean }
  /** Stopped cleanly on request; its checkpoint stands at `step`. */
  | { readonly kind: "stopped"; readonly step: number }
  | { readonly kind: "estimate"; readonly estimate: Estimate }
  /** There is no record, for this reason. `busy`: another process has the run. */
  | { readonly kind: "failed"; readonly cause: string; readonly busy?: boolean };
