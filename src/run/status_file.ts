/**
 * The status file of a run in progress: who runs it, and how far it is.
 * @module
 */
import { ToldError } from "../base/mod.ts";
import {
  hostName,
  isAlive,
  type PlannedRun,
  processStart,
  type RunStatus,
  type Store,
} from "../record/mod.ts";

/** Another living process has the run. */
export class BusyError extends ToldError {
  override readonly name = "BusyError";
}

/** Whether another living process has the run of this status. */
export function hasRun(status: RunStatus): boolean {
  return status.state === "running" && status.pid !== Deno.pid && isAlive(status);
}

/** Seconds between updates. */
const interval = 2;

/** See the module. */
export class RunStatusFile {
  #updated = 0;
  #resumed = 0;
  #last: Pick<RunStatus, "phase" | "step" | "steps"> = { phase: "start", step: 0, steps: null };

  constructor(readonly store: Store, readonly planned: PlannedRun) {}

  /**
   * Takes the run for this process, and forgets what there is of it where it begins afresh.
   * @throws BusyError where another living process has it
   */
  async claim({ fresh = false } = {}): Promise<void> {
    const { store, planned } = this;
    await store.alone(async () => {
      const status = await store.readStatus(planned.id).catch(() => null);
      if (status !== null) {
        if (hasRun(status)) {
          throw new BusyError(
            `run ${planned.id} (${planned.label}) is being run by process ${status.pid} ` +
              `on ${status.host}; wait for it, or use another --out`,
          );
        }
        if (!fresh) this.#resumed = status.resumed ?? 0;
      }
      if (fresh) await store.clear(planned.id);
      await this.#write("running");
    });
    await store.sweep(planned.id);
  }

  /** Counts a resume; returns how many there have been. */
  async resumes(resumed: boolean): Promise<number> {
    if (resumed) {
      this.#resumed += 1;
      await this.#write("running");
    }
    return this.#resumed;
  }

  /** Says how far the run is, at most every two seconds unless the phase changes. */
  async update(phase: string, step: number, steps: number): Promise<void> {
    const changed = phase !== this.#last.phase;
    this.#last = { phase, step, steps };
    if (changed || performance.now() - this.#updated > interval * 1000) {
      await this.#write("running");
    }
  }

  /** The run has stopped cleanly and can go on. */
  async interrupted(): Promise<void> {
    await this.#write("interrupted");
  }

  /** The run has its record. */
  async remove(): Promise<void> {
    await this.store.remove(this.planned.id, "status.json");
  }

  async #write(state: RunStatus["state"]): Promise<void> {
    this.#updated = performance.now();
    const { id, label, spec } = this.planned;
    await this.store.writeStatus({
      format: 1,
      id,
      label,
      suite: spec.suite,
      seed: spec.seed,
      state,
      ...this.#last,
      host: hostName(),
      pid: Deno.pid,
      processStart: processStart(Deno.pid),
      resumed: this.#resumed,
      updatedAt: new Date().toISOString(),
    });
  }
}
