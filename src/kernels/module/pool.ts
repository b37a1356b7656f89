/**
 * A module of ours with its memory and its threads: the thread that asks, and helpers that join when
 * they are up. What helpers do is in assembly/splat/pool.ts.
 * @module
 */
import { Worker } from "node:worker_threads";
import { BlockMemory } from "./memory.ts";

/** What a module's wasm exports. */
export type Exports = { readonly [name: string]: (...args: number[]) => number };

/** What a helper is told. */
export interface HelperData {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Addresses of the pool's words and of what passes work on. */
  readonly pool: number;
  readonly context: number;
  /** Its number; the thread that asks is 0. */
  readonly thread: number;
}

/** Bytes of a pool's words, and the places of those that are read here. */
const POOL_BYTES = 128;
/** Helpers that have joined, and whether one has failed: places of 32-bit words. */
export const HELPERS = 4, FAILED = 5;
/** Chunks done. */
export const DONE = 16;

/** An instance of a module on a memory that several instances share. */
export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): Exports {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Exports;
}

/** A module's instance with its helpers. */
export class ModulePool {
  readonly memory = new BlockMemory();
  readonly exports: Exports;
  /** Address of what passes work on. */
  readonly context: number;
  readonly #pool: number;

  /** @param threads this one among them; helpers don't keep a program alive */
  constructor(
    module: WebAssembly.Module,
    { threads, contextBytes }: { readonly threads: number; readonly contextBytes: number },
  ) {
    this.exports = instantiate(module, this.memory.memory);
    this.#pool = this.memory.take(POOL_BYTES, { purpose: "words" }).at;
    this.context = this.memory.take(contextBytes, { purpose: "words" }).at;
    const { memory } = this.memory;
    for (let thread = 1; thread < threads; thread++) {
      const workerData: HelperData = {
        module,
        memory,
        pool: this.#pool,
        context: this.context,
        thread,
      };
      const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData });
      // It waits for work as long as the program lives, and is no reason for the program to live. A
      // helper that can't start is missed by nobody.
      worker.on("error", () => {});
      worker.unref();
    }
  }

  /** Helpers that have joined. */
  get helpers(): number {
    return Atomics.load(this.memory.views.i32, this.#pool / 4 + HELPERS);
  }

  /** Does all chunks of a phase. @throws Error where a helper failed in one */
  perform(phase: number, chunks: number): void {
    this.exports.perform(this.#pool, this.context, phase, chunks);
    if (Atomics.load(this.memory.views.i32, this.#pool / 4 + FAILED) !== 0) {
      throw new Error(`a thread failed in phase ${phase} of a module of src/kernels`);
    }
  }
}
