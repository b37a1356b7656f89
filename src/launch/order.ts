/**
 * Tasks in the order in which they may start: each once the runs that it needs are done.
 * @module
 */
import { neededRuns, unmetText } from "../run/mod.ts";
import type { Task } from "./transport/messages.ts";

/** How the run of a task ended, for those that need it. */
export interface End {
  /** Whether others can take something of it. */
  readonly taken: boolean;
  /** "failed", "diverged", … */
  readonly state: string;
  readonly cause?: string;
  /** Another process has it: nothing is wrong with the run. */
  readonly busy?: boolean;
}

/** What is to be done next. */
export type Next =
  | { readonly kind: "task"; readonly task: Task }
  /** It can't be done: a run that it needs has ended without what it gives. */
  | {
    readonly kind: "unmet";
    readonly task: Task;
    readonly cause: string;
    readonly busy: boolean;
  };

/** What a task needs: only a run from its start needs anything, its checkpoint holds the rest. */
function needsOf({ planned, work }: Task): ReturnType<typeof neededRuns> {
  return work === "run" ? neededRuns(planned) : [];
}

/**
 * Hands tasks out, those that stand first before the others, but none before the runs of the same list
 * that it needs have ended. Runs of other lists are looked for in the store when
 * the task is done.
 */
export class NeedQueue {
  readonly #waiting: Task[];
  /** Ids of runs whose end is awaited. */
  readonly #open: Set<string>;
  readonly #ends = new Map<string, End>();
  #wake: (() => void)[] = [];

  /** Ids of runs that are done: they need nothing more. */
  readonly #settled: ReadonlySet<string>;

  constructor(tasks: readonly Task[], settled: ReadonlySet<string> = new Set()) {
    this.#settled = settled;
    this.#waiting = [...tasks];
    this.#open = new Set(tasks.map(({ planned }) => planned.id));
  }

  /** The next task; null: none is left. Waits while all that are left need one that is not done. */
  async next(): Promise<Next | null> {
    while (this.#waiting.length > 0) {
      const at = this.#waiting.findIndex((task) =>
        this.#needs(task).every(([, run]) => !this.#open.has(run))
      );
      if (at >= 0) {
        const [task] = this.#waiting.splice(at, 1);
        return this.#judged(task);
      }
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
    return null;
  }

  /** A task has ended: those that need its run may start, or never will. */
  end({ planned }: Task, end: End): void {
    this.#open.delete(planned.id);
    this.#ends.set(planned.id, end);
    this.#wakeAll();
  }

  /** Nothing more is handed out. */
  close(): void {
    this.#waiting.length = 0;
    this.#wakeAll();
  }

  #needs(task: Task): ReturnType<typeof neededRuns> {
    return this.#settled.has(task.planned.id) ? [] : needsOf(task);
  }

  #judged(task: Task): Next {
    for (const [, run, needed] of this.#needs(task)) {
      const end = this.#ends.get(run);
      if (end === undefined || end.taken) continue;
      return { kind: "unmet", task, cause: unmetText(needed, end), busy: end.busy ?? false };
    }
    return { kind: "task", task };
  }

  #wakeAll(): void {
    const waiting = this.#wake;
    this.#wake = [];
    waiting.forEach((wake) => wake());
  }
}
