/**
 * The one task that a worker is at: what the two kinds of worker have in common.
 * @module
 */
import type { Outcome, RunEvent } from "../../run/mod.ts";
import type { FromWorker } from "./messages.ts";

/** Holds the promise of a worker's task until an outcome settles it, once. */
export class Pending {
  #broken = false;
  #settle: ((outcome: Outcome) => void) | null = null;
  #onEvent: (event: RunEvent) => void = () => {};

  /** Whether the worker can take no further task. */
  get broken(): boolean {
    return this.#broken;
  }

  /** Says that the worker takes no further task; what it is at may still be settled. */
  break(): void {
    this.#broken = true;
  }

  /** Starts a task by `post`; a broken worker fails it at once. */
  start(post: () => void, onEvent: (event: RunEvent) => void): Promise<Outcome> {
    if (this.#broken) return Promise.resolve({ kind: "failed", cause: "the worker has ended" });
    this.#onEvent = onEvent;
    return new Promise((settle) => {
      this.#settle = settle;
      post();
    });
  }

  /** Takes what the worker sent: progress, or the outcome. False for what is no message. */
  receive(message: FromWorker): boolean {
    if (message.kind === "event") this.#onEvent(message.event);
    else if (message.kind === "outcome") this.finish(message.outcome);
    else return false;
    return true;
  }

  /** Settles the task; later outcomes of the same task change nothing. */
  finish(outcome: Outcome): void {
    const settle = this.#settle;
    this.#settle = null;
    settle?.(outcome);
  }
}
