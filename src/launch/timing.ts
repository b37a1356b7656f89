/**
 * Which finished runs are timed, and in what order. Where speed is judged, all of them. Elsewhere it
 * is only shown, and no run should wait for it: one seed of each row, then whole rounds of further
 * seeds for as long as timing stays below a small share of what the runs themselves took.
 * @module
 */
import { protocolOf } from "../protocols/mod.ts";
import type { PlannedRun, RunRecord } from "../record/mod.ts";

/** Share of the runs' own seconds that timing may take where speed is only shown. */
const timingShare = 0.1;

/** A run of the plan with its record. */
export interface FinishedRun {
  readonly planned: PlannedRun;
  readonly record: RunRecord;
}

/** Whether a finished run lacks timings of these metrics. */
export function isUntimed(
  { planned: { spec }, record }: FinishedRun,
  speedMetrics: ReadonlySet<string>,
): boolean {
  if (!protocolOf(spec).trains) return false;
  if (record.state !== "done" && record.state !== "unreliable") return false;
  const timed = new Set(
    record.metrics.filter(({ kind }) => kind === "speed").map(({ metric }) => metric),
  );
  return spec.metrics.some(({ metric }) => speedMetrics.has(metric) && !timed.has(metric));
}

/** Rounds of timing, and the seconds that all but the first may take together with it. */
export interface Timing {
  readonly rounds: readonly (readonly PlannedRun[])[];
  readonly budgetSeconds: number;
}

/**
 * What is to be timed of these runs.
 * @param options.judged classes of machines on which speed is judged
 */
export function timingOf(
  finished: readonly FinishedRun[],
  { speedMetrics, judged }: {
    readonly speedMetrics: ReadonlySet<string>;
    readonly judged: ReadonlySet<string>;
  },
): Timing {
  const rounds: PlannedRun[][] = [[]];
  let seconds = 0;
  for (const group of new Set(finished.map(({ planned }) => planned.group))) {
    const runs = finished.filter(({ planned }) => planned.group === group);
    const untimed = runs.filter((run) => isUntimed(run, speedMetrics));
    const all = untimed.filter(({ record }) => judged.has(record.provenance.machineClass));
    rounds[0].push(...all.map(({ planned }) => planned));
    // A row that has a timing shows it: an earlier command had its time.
    if (untimed.length < runs.length) continue;
    untimed.filter((run) => !all.includes(run)).forEach(({ planned, record }, turn) => {
      (rounds[turn] ??= []).push(planned);
      seconds += record.timings.total;
    });
  }
  const kept = rounds.filter((round) => round.length > 0);
  return { rounds: kept, budgetSeconds: timingShare * seconds };
}

/** Times round after round; the second and later ones only where they will fit into the budget. */
export async function timeRounds(
  { rounds, budgetSeconds }: Timing,
  { time, now = () => performance.now() }: {
    readonly time: (round: readonly PlannedRun[]) => Promise<void>;
    readonly now?: () => number;
  },
): Promise<void> {
  const start = now();
  let last = 0;
  for (const [number, round] of rounds.entries()) {
    const began = now();
    if (number > 0 && (began - start + last) / 1000 > budgetSeconds) return;
    await time(round);
    last = now() - began;
  }
}
