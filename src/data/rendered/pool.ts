/**
 * Renders items in worker threads. Which thread renders an item changes nothing in it.
 * @module
 */
import type { RenderedItems, RenderReply, RenderTask } from "./thread.ts";

/** Options of {@linkcode renderParallel}. */
export interface PoolOptions<C> {
  /** Module of the threads, which calls `serveRendering`, and the name that it serves. */
  readonly worker: URL;
  readonly name: string;
  /** Items a piece of work; few, so that progress moves and threads end together. */
  readonly grain: number;
  /** Threads at most; at least one is used. */
  readonly jobs: number;
  readonly signal?: AbortSignal;
  /** Called with each piece as it is done, in no order. */
  readonly done: (task: RenderTask<C>, items: RenderedItems) => void;
}

/** Splits tasks into pieces of at most `grain` items. */
function pieces<C>(tasks: readonly RenderTask<C>[], grain: number): RenderTask<C>[] {
  return tasks.flatMap((task) => {
    const out: RenderTask<C>[] = [];
    for (let from = task.from; from < task.to; from += grain) {
      out.push({ ...task, from, to: Math.min(task.to, from + grain) });
    }
    return out;
  });
}

/**
 * Renders all tasks.
 * @throws the signal's reason when aborted; Error when a thread fails
 */
export async function renderParallel<C>(
  tasks: readonly RenderTask<C>[],
  { worker: module, name, grain, jobs, signal, done }: PoolOptions<C>,
): Promise<void> {
  signal?.throwIfAborted();
  const queue = pieces(tasks, grain);
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
      const worker = new Worker(module, { type: "module", name });
      workers.push(worker);
      while (next < queue.length) {
        const task = queue[next++];
        done(task, await ask(worker, { task, name }));
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
  { task, name }: { readonly task: RenderTask; readonly name: string },
): Promise<RenderedItems> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<RenderReply>) =>
      "error" in data ? reject(new Error(`rendering ${name}: ${data.error}`)) : resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(`rendering ${name}: ${event.message}`));
    };
    worker.postMessage(task);
  });
}
