/**
 * A thread that helps a module. Started by pool.ts.
 * @module
 */
import { isMainThread, workerData } from "node:worker_threads";
import { DONE, FAILED, type HelperData, instantiate } from "./pool.ts";

if (!isMainThread) {
  const { module, memory, pool, context, thread } = workerData as HelperData;
  try {
    // Never returns: the program's end ends it.
    instantiate(module, memory).help(pool, context, thread);
  } catch {
    // Whoever waits for the chunk that failed must hear of it.
    const words = new Int32Array(memory.buffer);
    Atomics.store(words, pool / 4 + FAILED, 1);
    Atomics.add(words, pool / 4 + DONE, 1);
    Atomics.notify(words, pool / 4 + DONE);
  }
}
