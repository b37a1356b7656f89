/**
 * A pool of threads that answer tasks in turn. An answer doesn't depend on the thread that gives
 * it.
 * @module
 */

// Taken before any package can put another in its place: onnxruntime-web sets Node's.
const { Worker } = globalThis;

/** What a thread sends back. */
type Answer<R> = { readonly reply: R } | { readonly error: string };

interface Waiting<T, R> {
  readonly task: T;
  readonly moved: Transferable[];
  readonly resolve: (reply: R) => void;
  readonly reject: (error: Error) => void;
}

/** Threads that run one module. */
export class Threads<T, R> {
  readonly #workers: Worker[] = [];
  readonly #idle: Worker[] = [];
  readonly #queue: Waiting<T, R>[] = [];
  #failure: Error | null = null;
  readonly #running = new Map<Worker, Waiting<T, R>>();

  /** @param module URL of the module, which calls `answer` */
  constructor(module: URL, { count, name }: { count: number; name: string }) {
    for (let i = 0; i < Math.max(1, count); i++) {
      const worker = new Worker(module, { type: "module", name: `${name} ${i}` });
      worker.onmessage = ({ data }: MessageEvent<Answer<R>>) => this.#done(worker, data);
      worker.onerror = (event) => {
        event.preventDefault();
        this.#fail(new Error(`${name}: ${event.message}`));
      };
      this.#workers.push(worker);
      this.#idle.push(worker);
    }
  }

  /** Threads there are. */
  get count(): number {
    return this.#workers.length;
  }

  /**
   * Asks; answers come as threads are free.
   * @param moved what of the task is handed over uncopied
   * @throws Error where a thread breaks down
   */
  ask(task: T, moved: Transferable[] = []): Promise<R> {
    if (this.#failure) return Promise.reject(this.#failure);
    const { promise, resolve, reject } = Promise.withResolvers<R>();
    this.#queue.push({ task, moved, resolve, reject });
    this.#next();
    return promise;
  }

  /** Ends all threads; what was asked and isn't answered never will be. */
  close(): void {
    for (const worker of this.#workers) worker.terminate();
    this.#queue.length = 0;
    this.#running.clear();
  }

  #next(): void {
    while (this.#idle.length > 0 && this.#queue.length > 0) {
      const worker = this.#idle.pop()!, waiting = this.#queue.shift()!;
      this.#running.set(worker, waiting);
      worker.postMessage(waiting.task, waiting.moved);
    }
  }

  #done(worker: Worker, answer: Answer<R>): void {
    const waiting = this.#running.get(worker)!;
    this.#running.delete(worker);
    this.#idle.push(worker);
    if ("error" in answer) waiting.reject(new Error(answer.error));
    else waiting.resolve(answer.reply);
    this.#next();
  }

  #fail(error: Error): void {
    this.#failure = error;
    for (const { reject } of [...this.#running.values(), ...this.#queue]) reject(error);
    this.#queue.length = 0;
    this.#running.clear();
  }
}

/** Makes a module of a thread answer tasks with `reply`; what `moved` names is handed over uncopied. */
export function answer<T, R>(
  reply: (task: T) => Promise<R>,
  moved: (reply: R) => Transferable[] = () => [],
): void {
  const scope = self as unknown as {
    onmessage: (event: MessageEvent<T>) => void;
    postMessage(message: Answer<R>, moved?: Transferable[]): void;
  };
  scope.onmessage = async ({ data }) => {
    try {
      const made = await reply(data);
      scope.postMessage({ reply: made }, moved(made));
    } catch (error) {
      scope.postMessage({ error: `${(error as Error).name}: ${(error as Error).message}` });
    }
  };
}
