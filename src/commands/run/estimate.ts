/**
 * `run --dry-run`: the plan and what it would cost. Each number says what it was estimated from.
 * @module
 */
import { exitCodes } from "../../base/mod.ts";
import { type LaunchOptions, trial } from "../../launch/mod.ts";
import { protocolOf } from "../../protocols/mod.ts";
import { openStore, type PlannedRun, type RunRecord } from "../../record/mod.ts";
import { formatBytes, formatSeconds } from "../../base/text/mod.ts";
import type { Estimate } from "../../run/mod.ts";
import { finishedRuns, trainingOf } from "../../run/score/mod.ts";
import type { Terminal } from "../../cli/mod.ts";
import { measuringSeconds, type Progression } from "./progress.ts";

/** Memory of a worker beside what its engine holds: the runtime, its libraries, the data's share. */
const workerBytes = 350e6;

/** One line of the estimate. */
export interface CostLine {
  readonly label: string;
  readonly runs: number;
  readonly done: number;
  /** Seconds of one run; null where nothing could be measured. */
  readonly seconds: number | null;
  readonly parameters: number | null;
  readonly bytes: number | null;
  /** How it was estimated. */
  readonly by: string;
  /** Labels of the rows that it needs. */
  readonly needs: readonly string[];
}

/** Largest count of samples that a run's metrics ask for. */
function samplesOf({ spec }: PlannedRun): number {
  const counts = spec.metrics.map(({ config }) => Number(config.samples ?? 0));
  return Math.max(0, ...counts.filter(Number.isFinite));
}

/** Labels of the rows that runs need. */
function needsOf(runs: readonly PlannedRun[]): string[] {
  return [
    ...new Set(
      runs.flatMap((run) => Object.values(run.needed ?? {}).map(({ label }) => label)),
    ),
  ];
}

function fromTrial(planned: PlannedRun, estimate: Estimate): Pick<CostLine, "seconds" | "by"> {
  const training = estimate.startSeconds + estimate.steps * estimate.secondsPerStep;
  const samples = samplesOf(planned);
  const batches = Math.ceil(samples / estimate.sampleRows);
  const sampling = batches * (estimate.secondsPerSampleBatch ?? 0);
  const what = estimate.secondsPerSampleBatch === null
    ? "training only"
    : `training and ${samples.toLocaleString("en")} samples, other metrics not`;
  return {
    seconds: training + sampling,
    by: `trial: ${estimate.steps.toLocaleString("en")} steps × ` +
      `${formatSeconds(estimate.secondsPerStep)}; ${what}`,
  };
}

/** Seconds that runs of the same group took, where they were run whole. */
function fromRecords(records: readonly RunRecord[]): Pick<CostLine, "seconds" | "by"> | null {
  const whole = records.filter(({ state, resumed }) => state === "done" && resumed === 0);
  if (whole.length === 0) return null;
  const seconds = whole.reduce((sum, { timings }) => sum + timings.total, 0) / whole.length;
  return { seconds, by: `${whole.length} stored ${whole.length === 1 ? "record" : "records"}` };
}

/** Seconds that measuring took, all of it, of runs whose trainings these can take over. */
function fromTwins(
  runs: readonly PlannedRun[],
  trained: ReadonlyMap<string, RunRecord>,
): Pick<CostLine, "seconds" | "by"> | null {
  if (runs.some(({ spec }) => protocolOf(spec).lends !== "training")) return null;
  const twins = runs.map(({ spec }) => trained.get(trainingOf(spec)));
  if (twins.some((twin) => twin === undefined)) return null;
  const sum = twins.reduce((sum, twin) => sum + measuringSeconds(twin!.timings), 0);
  const seconds = sum / twins.length;
  return { seconds, by: "trained before; at most, if everything is measured again" };
}

/**
 * Seconds of a plan on so many workers, runs taken in order by whichever is free, each no earlier than
 * the end of those that it needs.
 * @param needs of each run the places of those that it needs, all of them before its own
 */
export function makespan(
  seconds: readonly number[],
  jobs: number,
  needs: readonly (readonly number[])[] = [],
): number {
  const busy = new Array<number>(jobs).fill(0), ends: number[] = [];
  for (const [i, each] of seconds.entries()) {
    const next = busy.indexOf(Math.min(...busy));
    const start = Math.max(busy[next], ...(needs[i] ?? []).map((other) => ends[other]));
    busy[next] = start + each;
    ends.push(busy[next]);
  }
  return Math.max(...busy);
}

/** Prints what a plan would cost; measures what no record tells. */
export async function estimatePlan(
  plan: readonly PlannedRun[],
  options: Omit<LaunchOptions, "speedMetrics"> & {
    readonly view: Progression;
    readonly terminal: Terminal;
    readonly json: boolean;
  },
): Promise<number> {
  const { view, terminal, jobs, json, settings } = options;
  const store = openStore(settings.out);
  const stored = await store.list({ onProblem: () => {} });
  const groups = [...new Set(plan.map(({ group }) => group))];
  const firsts = groups.map((group) => plan.find((run) => run.group === group)!);
  const known = (run: PlannedRun) => stored.filter(({ group }) => group === run.group);
  const finished = new Set(
    stored.filter(({ state }) => state === "done" || state === "diverged").map(({ id }) => id),
  );
  const trained = finishedRuns(stored);
  const recordedOf = (first: PlannedRun) =>
    fromRecords(known(first)) ??
      fromTwins(plan.filter(({ group }) => group === first.group), trained);
  const toTrial = firsts.filter((run) =>
    protocolOf(run.spec).trial !== undefined && recordedOf(run) === null
  );
  const trials = await trial(toTrial, options);
  view.close();
  const lines = firsts.map((first): CostLine => {
    const runs = plan.filter(({ group }) => group === first.group);
    const done = runs.filter(({ id }) => finished.has(id)).length;
    const common = { label: first.label, runs: runs.length, done, needs: needsOf(runs) };
    const recorded = recordedOf(first);
    const outcome = trials.get(first.id);
    if (outcome?.kind === "estimate") {
      const { parameters, peakBytes } = outcome.estimate;
      return { ...common, ...fromTrial(first, outcome.estimate), parameters, bytes: peakBytes };
    }
    const parameters = known(first)[0]?.parameters ?? null;
    if (recorded !== null) return { ...common, ...recorded, parameters, bytes: null };
    const by = outcome?.kind === "failed"
      ? `could not be measured: ${outcome.cause}`
      : "not estimated: no training, and no record yet";
    return { ...common, seconds: null, parameters: null, bytes: null, by };
  });
  const secondsOf = new Map(firsts.map(({ group }, i) => [group, lines[i].seconds ?? 0]));
  const open = plan.filter(({ id }) => !finished.has(id));
  const places = new Map(open.map(({ id }, i) => [id, i]));
  const left = open.map(({ group }) => secondsOf.get(group)!);
  const needed = open.map(({ spec }) =>
    Object.values(spec.needs ?? {}).flatMap(({ run }) => places.get(run) ?? [])
  );
  const total = makespan(left, jobs, needed);
  const bytes = Math.min(jobs, Math.max(1, left.length)) *
    (workerBytes + Math.max(0, ...lines.map((line) => line.bytes ?? 0)));
  if (json) {
    for (const line of lines) terminal.print(JSON.stringify({ event: "estimate", ...line }));
    terminal.print(JSON.stringify({ event: "total", seconds: total, bytes, jobs }));
  } else {
    printLines(terminal, lines);
    const incomplete = lines.some(({ seconds, runs, done }) => seconds === null && runs > done);
    const needs = left.length === 0 ? "nothing is left to do" : `about ${formatSeconds(total)} ` +
      `with ${jobs} at a time${incomplete ? ", and what is not estimated" : ""}; ` +
      `about ${formatBytes(bytes)} of memory`;
    terminal.print(
      `${left.length} of ${plan.length} runs to do: ${needs}; nothing was run`,
    );
  }
  const failed = [...trials.values()].some(({ kind }) => kind === "failed");
  return failed ? exitCodes.failed : exitCodes.pass;
}

function printLines(terminal: Terminal, lines: readonly CostLine[]): void {
  const cells = lines.map(({ label, runs, done, seconds, parameters, bytes, by, needs }) => [
    label,
    done > 0 ? `${runs} (${done} done)` : String(runs),
    seconds === null ? "–" : formatSeconds(seconds),
    parameters === null || parameters === 0 ? "–" : parameters.toLocaleString("en"),
    bytes === null ? "–" : formatBytes(bytes),
    needs.length === 0 ? by : `${by}; needs ${needs.join(", ")}`,
  ]);
  const head = ["", "runs", "each", "parameters", "engine memory", "by"];
  const widths = head.map((h, i) => Math.max(h.length, ...cells.map((row) => row[i].length)));
  for (const row of [head, ...cells]) {
    terminal.print(
      "  " +
        row.map((cell, i) =>
          i === 0 || i === row.length - 1 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])
        ).join("  ").trimEnd(),
    );
  }
}
