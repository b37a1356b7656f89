/**
 * Workers as threads of this process.
 * @module
 */
import type { Outcome, RunEvent } from "../../run/mod.ts";
import type { LaunchedWorker, Launcher } from "../launcher.ts";
import { Pending } from "./pending.ts";
import type { FromWorker, Task, ToWorker, WorkerSettings } from "./messages.ts";

class ThreadWorker implements LaunchedWorker {
  readonly #worker: Worker;
  readonly #stop = new SharedArrayBuffer(4);
  readonly #pending = new Pending();

  constructor(settings: WorkerSettings) {
    this.#worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#pending.receive(data);
    const broke = (what: string) => {
      this.#pending.break();
      this.#pending.finish({ kind: "failed", cause: `the worker broke down: ${what}` });
    };
    this.#worker.onerror = (event) => {
      event.preventDefault(); // it ends the worker, not the program
      broke(event.message);
    };
    this.#worker.onmessageerror = () => broke("a message could not be read");
    this.#post({ kind: "settings", settings, stop: this.#stop });
  }

  get broken(): boolean {
    return this.#pending.broken;
  }

  run(task: Task, onEvent: (event: RunEvent) => void): Promise<Outcome> {
    return this.#pending.start(() => this.#post({ kind: "task", task }), onEvent);
  }

  stop(): void {
    Atomics.store(new Int32Array(this.#stop), 0, 1);
  }

  end(): Promise<void> {
    this.#pending.break();
    this.#worker.terminate();
    this.#pending.finish({ kind: "failed", cause: "the worker was ended" });
    return Promise.resolve();
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }
}

/** Runs in Deno Workers: the quickest to start; running out of memory ends them all. */
export const threads: Launcher = {
  name: "threads",
  start: (settings) => new ThreadWorker(settings),
};
