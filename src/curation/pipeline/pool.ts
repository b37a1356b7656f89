/**
 * Threads that run map stages. Which thread has a block changes nothing in it.
 * @module
 */
import { DataError } from "../../base/mod.ts";
import { type MadeLines, runLines } from "./lines.ts";
import type { Step } from "./segment.ts";
import type { WorkerReply, WorkerStart } from "./worker.ts";

/** Runs the stages of a pass on blocks. */
export interface Pool {
  /** Blocks that may be under way at a time. */
  readonly size: number;
  run(lines: string): Promise<MadeLines>;
  close(): void;
}

/** Runs stages in this thread. */
export function ownThread(steps: readonly Step[]): Pool {
  return { size: 1, run: (lines) => runLines(lines, steps), close: () => {} };
}

/** Threads, each with stages of its own. */
export function threads(
  count: number,
  start: WorkerStart,
  say: (text: string) => void,
): Pool {
  const idle: Worker[] = [], waiting: ((worker: Worker) => void)[] = [];
  const all = Array.from({ length: count }, () => {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), {
      type: "module",
      name: "curation",
    });
    worker.postMessage(start);
    idle.push(worker);
    return worker;
  });
  const told = new Set<string>();
  const ask = (worker: Worker, lines: string) =>
    new Promise<MadeLines>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<WorkerReply>) => {
        if ("said" in data) {
          if (!told.has(data.said)) say(data.said); // every thread says the same
          told.add(data.said);
        } else if ("error" in data) reject(new DataError(data.error));
        else resolve(data);
      };
      worker.onerror = (event) => {
        event.preventDefault();
        reject(new Error(`a thread of curation failed: ${event.message}`));
      };
      worker.postMessage({ lines });
    });
  return {
    size: count,
    async run(lines) {
      const worker = idle.pop() ??
        await new Promise<Worker>((resolve) => waiting.push(resolve));
      try {
        return await ask(worker, lines);
      } finally {
        const next = waiting.shift();
        if (next === undefined) idle.push(worker);
        else next(worker);
      }
    },
    close() {
      for (const worker of all) worker.terminate();
    },
  };
}
