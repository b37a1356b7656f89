/**
 * What a launcher and a worker say to each other: plain data, over a worker's port or as JSON lines
 * over a process's wire (see `wire.ts`).
 * @module
 */
import type { EngineName, EngineSettings } from "../../engine/mod.ts";
import type { HostProvenance, PlannedRun } from "../../record/mod.ts";
import type { Outcome, RunEvent } from "../../run/mod.ts";

/** What all tasks of a worker share. */
export interface WorkerSettings {
  readonly out: string;
  readonly engine: EngineName;
  /** As the runs' specs have them; what all runs of a worker share of them is taken from here. */
  readonly engineSettings?: EngineSettings;
  /** Why this engine, where the caller has chosen. */
  readonly engineChoice: string;
  /** The user's modules, to be registered before anything is looked up. */
  readonly modules: readonly string[];
  readonly provenance: HostProvenance;
  readonly checkpointSeconds: number;
  /**
   * Threads of the modules of src/kernels, on which no bit depends; left out: the engine's, as far as they
   * are said, else this worker's share of the machine's.
   */
  readonly moduleThreads?: number;
  /** Threads that loading a dataset may use. */
  readonly dataJobs: number;
}

/** One piece of work. */
export interface Task {
  readonly planned: PlannedRun;
  /**
   * `run`: to its record; `speed`: the speed metrics that its record lacks; `speed-again`: all of
   * them once more, in a record that is not kept; `trial`: what it would cost.
   */
  readonly work: "run" | "speed" | "speed-again" | "trial";
  readonly fresh: boolean;
}

/** To a worker. */
export type ToWorker =
  /** `stop`: int32 [1] in shared memory, set to 1 to stop; null where it can't be shared. */
  | {
    readonly kind: "settings";
    readonly settings: WorkerSettings;
    readonly stop: SharedArrayBuffer | null;
  }
  | { readonly kind: "task"; readonly task: Task }
  | { readonly kind: "stop" };

/** From a worker. */
export type FromWorker =
  | { readonly kind: "event"; readonly event: RunEvent }
  | { readonly kind: "outcome"; readonly outcome: Outcome };
