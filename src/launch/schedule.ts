/**
 * Does a plan: as many runs at a time as asked for, each once those that it needs are done, one
 * failure stopping no other but those that need it, speed measured at the end when nothing else runs.
 * @module
 */
import { openStore, type PlannedRun, type RunRecord, type Store } from "../record/mod.ts";
import { canBeTaken, isFinal, type Outcome, recordFailure, type RunEvent } from "../run/mod.ts";
import type { LaunchedWorker, Launcher } from "./launcher.ts";
import { type End, NeedQueue } from "./order.ts";
import type { Task, WorkerSettings } from "./transport/messages.ts";
import { timeRounds, timingOf } from "./timing.ts";

/** A place among several. */
export interface Turn {
  readonly number: number;
  readonly of: number;
}

/** News of a launch. */
export type LaunchEvent =
  | {
    readonly kind: "started";
    readonly planned: PlannedRun;
    readonly work: Task["work"];
    /** Of runs that are timed one after the other: which it is, from 1, of how many. */
    readonly turn?: Turn;
  }
  | { readonly kind: "news"; readonly planned: PlannedRun; readonly event: RunEvent }
  | {
    readonly kind: "ended";
    readonly planned: PlannedRun;
    readonly work: Task["work"];
    readonly outcome: Outcome;
  };

/** How a plan is done. */
export interface LaunchOptions {
  readonly launcher: Launcher;
  readonly settings: WorkerSettings;
  /** Workers at a time. */
  readonly jobs: number;
  /** Forget what there is of the runs. */
  readonly fresh?: boolean;
  /** Ids of runs that are in the plan only since others need them: of these nothing is forgotten. */
  readonly pulled?: ReadonlySet<string>;
  /** Only measure the speed of finished runs again, in records that are not kept. */
  readonly again?: boolean;
  /** Names of the metrics of the speed phase. */
  readonly speedMetrics: ReadonlySet<string>;
  /** Whether speed is judged on this class of machines; see `timing.ts`. Default: it is. */
  readonly judged?: (machineClass: string) => Promise<boolean>;
  /** Aborting stops all runs cleanly. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: LaunchEvent) => void;
  /** Seconds that a run gets to stop cleanly before its worker is ended. */
  readonly grace?: number;
}

/** The outcome of a plan. */
export interface LaunchResult {
  /** By run id: the last outcome of each run that was started. */
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** Whether it was stopped before its end. */
  readonly interrupted: boolean;
}

/**
 * Runs that can go on at a time: as many as the cores hold of their threads, and 1.5 GB of this
 * machine's memory for each.
 */
export function defaultJobs(runs: number, threads = 1): number {
  const { available, free } = Deno.systemMemoryInfo();
  const byMemory = Math.floor(Math.max(available, free) / 1.5e9);
  return Math.max(1, Math.min(Math.floor(navigator.hardwareConcurrency / threads), byMemory, runs));
}

/**
 * Settings of one of `workers` workers at a time: its modules get the threads that the engine was given,
 * else its share of the cores.
 */
export function settingsOfWorker(settings: WorkerSettings, workers: number): WorkerSettings {
  const share = Math.floor(navigator.hardwareConcurrency / workers);
  const own = settings.moduleThreads ?? settings.engineSettings?.threads;
  return { ...settings, moduleThreads: own ?? Math.max(1, share) };
}

/**
 * Executes tasks on at most `jobs` workers. A run's failure is an outcome; anything that goes wrong
 * here, in `done` or in a listener, ends all workers and is thrown.
 */
async function doTasks(
  tasks: readonly Task[],
  options: LaunchOptions & { readonly turn?: Turn; readonly settled?: ReadonlySet<string> },
  done: (task: Task, outcome: Outcome) => Promise<void>,
): Promise<void> {
  const { launcher, settings, signal, onEvent, jobs, grace = 10, turn } = options;
  const workers = Math.min(jobs, tasks.length);
  const queue = new NeedQueue(tasks, options.settled);
  if (signal?.aborted) queue.close();
  const atWork = new Set<LaunchedWorker>();
  const timers: ReturnType<typeof setTimeout>[] = [];
  let broken: { readonly error: unknown } | null = null;
  const breakOff = (error: unknown) => {
    broken ??= { error };
    for (const worker of atWork) void worker.end();
    queue.close();
  };
  const release = async (worker: LaunchedWorker) => {
    atWork.delete(worker);
    await worker.end();
  };
  const tell = (event: LaunchEvent) => {
    if (broken !== null) return;
    try {
      onEvent?.(event);
    } catch (error) {
      breakOff(error);
    }
  };
  const stop = () => {
    queue.close();
    for (const worker of atWork) {
      worker.stop();
      timers.push(setTimeout(() => void worker.end(), grace * 1000));
    }
  };
  signal?.addEventListener("abort", stop);

  async function slot(): Promise<void> {
    let worker: LaunchedWorker | null = null;
    try {
      for (let next = await queue.next(); next !== null; next = await queue.next()) {
        if (signal?.aborted || broken !== null) break;
        const { task } = next, { planned, work } = task;
        if (next.kind === "unmet") {
          const { cause, busy } = next;
          const outcome: Outcome = { kind: "failed", cause, ...(busy ? { busy } : {}) };
          await done(task, outcome);
          queue.end(task, endOf(outcome));
          tell({ kind: "ended", planned, work, outcome });
          continue;
        }
        if (worker === null || worker.broken) {
          if (worker !== null) await release(worker);
          worker = launcher.start(settingsOfWorker(settings, workers));
          atWork.add(worker);
        }
        tell({ kind: "started", planned, work, ...(turn === undefined ? {} : { turn }) });
        let outcome = await worker.run(task, (event) => tell({ kind: "news", planned, event }));
        if (broken !== null) break;
        // Ended by us because it didn't stop in time: its checkpoint stands all the same.
        if (signal?.aborted && outcome.kind === "failed") outcome = { kind: "stopped", step: 0 };
        await done(task, outcome);
        queue.end(task, endOf(outcome));
        tell({ kind: "ended", planned, work, outcome });
      }
    } catch (error) {
      breakOff(error);
    }
    if (worker !== null) await release(worker);
  }

  try {
    await Promise.all(Array.from({ length: workers }, slot));
  } finally {
    signal?.removeEventListener("abort", stop);
    timers.forEach((timer) => clearTimeout(timer));
  }
  if (broken !== null) throw (broken as { readonly error: unknown }).error;
}

/** How a run ended, for those that need it. */
function endOf(outcome: Outcome): End {
  if (outcome.kind === "record") {
    const { state, cause } = outcome.record;
    return { taken: canBeTaken(outcome.record), state, ...(cause === undefined ? {} : { cause }) };
  }
  if (outcome.kind !== "failed") return { taken: false, state: "was stopped" };
  const { cause, busy } = outcome;
  return { taken: false, state: "failed", cause, ...(busy ? { busy } : {}) };
}

/** Ids of runs that need others and have their final record: nothing of those is asked for again. */
async function settledRuns(plan: readonly PlannedRun[], store: Store): Promise<Set<string>> {
  const settled = new Set<string>();
  for (const { id, spec } of plan) {
    if (spec.needs === undefined) continue;
    const record = await store.readRecord(id).catch(() => null); // the code that does the run reports it
    if (record !== null && isFinal(record)) settled.add(id);
  }
  return settled;
}

/** Does the plan; see the module. */
export async function launch(
  plan: readonly PlannedRun[],
  options: LaunchOptions,
): Promise<LaunchResult> {
  const { settings, signal, fresh = false, speedMetrics, again = false } = options;
  if (again) {
    const outcomes = await measureSpeed(plan, { ...options, work: "speed-again" });
    return { outcomes, interrupted: signal?.aborted ?? false };
  }
  const store = openStore(settings.out);
  const outcomes = new Map<string, Outcome>();
  const records = new Map<string, RunRecord>();
  const startedAt = new Date().toISOString();
  const isFresh = ({ id }: PlannedRun) => fresh && options.pulled?.has(id) !== true;
  const tasks = plan.map((planned): Task => ({ planned, work: "run", fresh: isFresh(planned) }));
  const settled = fresh ? new Set<string>() : await settledRuns(plan, store);
  await doTasks(tasks, { ...options, settled }, async ({ planned }, outcome) => {
    outcomes.set(planned.id, outcome);
    if (outcome.kind === "record") records.set(planned.id, outcome.record);
    if (outcome.kind === "failed" && !outcome.busy) {
      // The worker could not write it: it broke down, or never came up.
      await recordFailure(store, planned, {
        cause: outcome.cause,
        provenance: settings.provenance,
        engine: null,
        engineChoice: settings.engineChoice,
        startedAt,
        metrics: [],
        seconds: (Date.now() - Date.parse(startedAt)) / 1000,
      });
    }
  });
  const finished = plan.flatMap((planned) => {
    const record = records.get(planned.id);
    return record === undefined ? [] : [{ planned, record }];
  });
  const classes = new Set(finished.map(({ record }) => record.provenance.machineClass));
  const judged = new Set<string>();
  for (const one of classes) if (await options.judged?.(one) ?? true) judged.add(one);
  await timeRounds(timingOf(finished, { speedMetrics, judged }), {
    time: async (round) => {
      for (const [id, outcome] of await measureSpeed(round, { ...options, work: "speed" })) {
        const before = outcomes.get(id);
        const cached = before?.kind === "record" && before.cached;
        outcomes.set(id, outcome.kind === "record" ? { ...outcome, cached } : outcome);
      }
    },
  });
  return { outcomes, interrupted: signal?.aborted ?? false };
}

/** Speed of finished runs, one alone at a time, each in a worker of its own: its peak memory too. */
async function measureSpeed(
  runs: readonly PlannedRun[],
  options: LaunchOptions & { readonly work: "speed" | "speed-again" },
): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  for (const [i, planned] of runs.entries()) {
    if (options.signal?.aborted) break;
    const task: Task = { planned, work: options.work, fresh: false };
    // One measurement alone is part of something that its caller tells of.
    const told = options.work === "speed" || runs.length > 1;
    const turn = told ? { number: i + 1, of: runs.length } : undefined;
    await doTasks([task], { ...options, jobs: 1, turn }, (_, outcome) => {
      outcomes.set(planned.id, outcome);
      return Promise.resolve();
    });
  }
  return outcomes;
}

/** Tries runs one after the other on one worker: nothing else may distort what they take. */
export async function trial(
  plan: readonly PlannedRun[],
  options: Omit<LaunchOptions, "jobs" | "speedMetrics">,
): Promise<ReadonlyMap<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  const tasks = plan.map((planned): Task => ({ planned, work: "trial", fresh: false }));
  await doTasks(
    tasks,
    { ...options, jobs: 1, speedMetrics: new Set() },
    ({ planned }, outcome) => {
      outcomes.set(planned.id, outcome);
      return Promise.resolve();
    },
  );
  return outcomes;
}
