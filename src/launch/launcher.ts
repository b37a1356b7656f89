/**
 * Where runs are executed. A launcher starts workers of one engine each; what is to be run, in what
 * order and what becomes of failures is the scheduler's.
 * @module
 */
import type { Outcome, RunEvent } from "../run/mod.ts";
import type { Task, WorkerSettings } from "./transport/messages.ts";

/** A worker that does one task at a time. */
export interface LaunchedWorker {
  /**
   * Does a task. Resolves to `failed` with the cause where the worker breaks down; it then takes no
   * other task.
   */
  run(task: Task, onEvent: (event: RunEvent) => void): Promise<Outcome>;
  /** Whether it broke down, or was ended. */
  readonly broken: boolean;
  /** Asks the task in progress to stop cleanly. */
  stop(): void;
  /** Ends it at once. */
  end(): Promise<void>;
}

/** Starts workers: threads here; processes, or a cluster's jobs, in other launchers. */
export interface Launcher {
  readonly name: string;
  start(settings: WorkerSettings): LaunchedWorker;
}
