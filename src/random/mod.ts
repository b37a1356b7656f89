/**
 * Randomness: one counter-based generator, keys by purpose, on the host and as tensors.
 * @module
 */
export * from "./host/host.ts";
export { philox4x32 } from "./host/philox.ts";
export * from "./key.ts";
