/** One engine a worker: what a worker of a test's own reports of one. */
import type { EngineName } from "../../src/engine/mod.ts";

/** Starts the worker, tells it the engine, and gives what it says first. */
export async function reportOn<R>(url: URL, engine: EngineName): Promise<R> {
  const worker = new Worker(url, { type: "module" });
  return await new Promise<R>((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage(engine);
  }).finally(() => worker.terminate());
}
