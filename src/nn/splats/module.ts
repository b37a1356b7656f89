/**
 * The module that computes splats, opened when it is first used.
 * @module
 */
import { openSplats, type Splats } from "../../kernels/mod.ts";

/** This worker's module, with as many threads as it has now: no bit depends on them. */
export function splats(): Splats {
  return openSplats();
}
