/**
 * Names of kernels that an engine may have for what is otherwise composed of several operations.
 * What they compute: `nn/engine_kernels.ts`.
 * @module
 */

/** One leaf's step of Adam. */
export const ADAM_STEP = "AdamStep";
/** Sums over the first axis. */
export const SUM_ROWS = "SumRows";
/** The gradient of a leaky rectifier. */
export const LEAKY_GATE = "LeakyGate";
/** Cross-entropy of each row with its class, and its gradient. */
export const CROSS_ENTROPY = "CrossEntropyRows";
/** Features of points in a hash grid. */
export const HASH_GRID = "HashGrid";
/** The gradient of those to the table. */
export const HASH_GRID_GRADIENT = "HashGridGradient";
/** A packed matrix made whole. */
export const UNPACK = "UnpackRows";
