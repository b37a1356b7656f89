/**
 * The module that computes splats, opened when it is first used.
 * @module
 */
import { openSplats, type Splats } from "../../kernels/mod.ts";

let opened: Splats | undefined;

/** This worker's module. */
export function splats(): Splats {
  return opened ??= openSplats();
}

/** Takes another number of threads from now on. No bit depends on it. */
export function useSplatThreads(threads: number): void {
  if (opened?.threads !== threads) opened = openSplats({ threads });
}
