/**
 * How many threads modules take where nobody says so when they are opened.
 * @module
 */

/** Threads at most. */
const MOST = 16;

let asked: number | undefined;

/** Threads of modules that are opened without a number: those asked for, else the machine's, at most 16. */
export function moduleThreads(): number {
  return Math.min(asked ?? navigator.hardwareConcurrency, MOST);
}

/**
 * Has modules take so many threads from now on, in this worker. No bit depends on it.
 * @throws RangeError where that is not a whole number above 0
 */
export function useModuleThreads(threads: number): void {
  if (!Number.isInteger(threads) || threads < 1) {
    throw new RangeError(`useModuleThreads: ${threads} is no whole number of threads above 0`);
  }
  asked = threads;
}
