/**
 * The confirming rerun: the speed of finished runs, measured again from their checkpoints. Their
 * records don't change.
 * @module
 */
import { launch, type LaunchOptions } from "../../launch/mod.ts";
import { protocolOf } from "../../protocols/mod.ts";
import type { PlannedRun } from "../../record/mod.ts";
import type { Rerun } from "./confirm.ts";

/** What a rerun needs. */
export interface RerunOptions {
  /** Runs that may be measured again. */
  readonly plan: readonly PlannedRun[];
  readonly launching: LaunchOptions;
  /** Told what is about to be measured. */
  readonly onStart?: (labels: readonly string[]) => void;
}

/** Measures the speed of these labels' runs once more; null where not all of them could be. */
export function rerunSpeed({ plan, launching, onStart }: RerunOptions): Rerun {
  return async (labels) => {
    const chosen = plan.filter(({ label, spec }) =>
      labels.includes(label) && protocolOf(spec).trains
    );
    if (chosen.length === 0) return null;
    onStart?.(labels);
    const { outcomes } = await launch(chosen, { ...launching, again: true });
    const records = [...outcomes.values()].flatMap((outcome) =>
      outcome.kind === "record" ? [outcome.record] : []
    );
    return records.length === chosen.length ? records : null;
  };
}
