/**
 * Renders items in worker threads. Which thread renders an item changes nothing in it.
 * @module
 */
import type { RenderReply, RenderTask } from "./worker.ts";

/** Items a task; small, so that progress moves and threads end together. */
const GRAIN = 32;

/** Options of {@linkcode renderParallel}. */
export interface PoolOptions {
  /** Threads at most; at least one is used. */
  readonly jobs: number;
  readonly signal?: AbortSignal;
  /** Called with each piece as it is done, in no order. */
  readonly done: (task: RenderTask, reply: Exclude<RenderReply, { error: string }>) => void;
}

/** Splits tasks into pieces of at most `GRAIN` items. */
function pieces(tasks: readonly RenderTask[]): RenderTask[] {
  return tasks.flatMap((task) => {
    const out: RenderTask[] = [];
    for (let from = task.from; from < task.to; from += GRAIN) {
      out.push({ ...task, from, to: Math.min(task.to, from + GRAIN) });
    }
    return out;
  });
}

/**
 * Renders all tasks.
 * @throws the signal's reason when aborted; Error when a thread fails
 */
export async function renderParallel(
  tasks: readonly RenderTask[],
  { jobs, signal, done }: PoolOptions,
): Promise<void> {
  signal?.throwIfAborted();
  const queue = pieces(tasks);
  if (queue.length === 0) return;
  // A thread takes about as long to start as four pieces of small pictures take to render.
  const threads = Math.max(1, Math.min(Math.floor(jobs), Math.ceil(queue.length / 4)));
  const workers: Worker[] = [];
  let next = 0;
  const { promise: failed, reject } = Promise.withResolvers<never>();
  failed.catch(() => {}); // raced below; a failure after the end of the race is no news
  const abort = () => reject(signal!.reason);
  signal?.addEventListener("abort", abort, { once: true });
  try {
    const busy = Array.from({ length: threads }, async () => {
      const worker = new Worker(new URL("./worker.ts", import.meta.url), {
        type: "module",
        name: "heads",
      });
      workers.push(worker);
      while (next < queue.length) {
        const task = queue[next++];
        done(task, await ask(worker, task));
      }
    });
    await Promise.race([Promise.all(busy), failed]);
  } finally {
    signal?.removeEventListener("abort", abort);
    for (const worker of workers) worker.terminate();
  }
}

function ask(
  worker: Worker,
  task: RenderTask,
): Promise<Exclude<RenderReply, { error: string }>> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<RenderReply>) =>
      "error" in data ? reject(new Error(`rendering heads: ${data.error}`)) : resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(`rendering heads: ${event.message}`));
    };
    worker.postMessage(task);
  });
}
