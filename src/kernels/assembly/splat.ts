/**
 * Gaussian splats: projection, compositing, gradients, loss and optimiser, in shared memory that the
 * host lays out. Built by `deno task kernels` into src/kernels/splat.wasm.
 */
import { Context } from "./splat/context";
import { arrange as arrangePairs, measure as measurePairs } from "./splat/tiles";
import { examine as examineParameters } from "./splat/update";
export { help, perform } from "./splat/pool";

/** Counts pairs of Gaussians and tiles, once projected. */
export function measure(context: usize): f64 {
  return measurePairs(changetype<Context>(context));
}

/** Sorts and lists them. */
export function arrange(context: usize): void {
  arrangePairs(changetype<Context>(context));
}

/** Looks for parameters that aren't numbers. */
export function examine(context: usize): void {
  examineParameters(changetype<Context>(context));
}

/** Bytes of the context, which the host writes. */
export function contextBytes(): i32 {
  return offsetof<Context>();
}
