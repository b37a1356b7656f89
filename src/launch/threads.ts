/**
 * Workers as threads of this process.
 * @module
 */
import type { Outcome, RunEvent } from "../run/events.ts";
import type { LaunchedWorker, Launcher } from "./launcher.ts";
import type { FromWorker, Task, ToWorker, WorkerSettings } from "./protocol.ts";

class ThreadWorker implements LaunchedWorker {
  readonly #worker: Worker;
  readonly #stop = new SharedArrayBuffer(4);
  #broken = false;
  #settle: ((outcome: Outcome) => void) | null = null;
  #onEvent: (event: RunEvent) => void = () => {};

  constructor(settings: WorkerSettings) {
    this.#worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data.kind === "event") this.#onEvent(data.event);
      else this.#finish(data.outcome);
    };
    const broke = (what: string) => {
      this.#broken = true;
      this.#finish({ kind: "failed", cause: `the worker broke down: ${what}` });
    };
    this.#worker.onerror = (event) => {
      event.preventDefault(); // it ends the worker, not the program
      broke(event.message);
    };
    this.#worker.onmessageerror = () => broke("a message could not be read");
    this.#post({ kind: "settings", settings, stop: this.#stop });
  }

  get broken(): boolean {
    return this.#broken;
  }

  run(task: Task, onEvent: (event: RunEvent) => void): Promise<Outcome> {
    if (this.#broken) return Promise.resolve({ kind: "failed", cause: "the worker has ended" });
    this.#onEvent = onEvent;
    return new Promise((settle) => {
      this.#settle = settle;
      this.#post({ kind: "task", task });
    });
  }

  stop(): void {
    Atomics.store(new Int32Array(this.#stop), 0, 1);
  }

  end(): Promise<void> {
    this.#broken = true;
    this.#worker.terminate();
    this.#finish({ kind: "failed", cause: "the worker was ended" });
    return Promise.resolve();
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #finish(outcome: Outcome): void {
    const settle = this.#settle;
    this.#settle = null;
    settle?.(outcome);
  }
}

/** Runs in Deno Workers: the quickest to start; running out of memory ends them all. */
export const threads: Launcher = {
  name: "threads",
  start: (settings) => new ThreadWorker(settings),
};
