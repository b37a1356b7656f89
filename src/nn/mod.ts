/**
 * Neural-network parts as pure functions on parameter trees.
 * @module
 */
export * from "./activations.ts";
export * from "./attention.ts";
export * from "./broadcast.ts";
export * from "./cache.ts";
export * from "./custom.ts";
export * from "./ema.ts";
export * from "./gradient.ts";
export * from "./init.ts";
export * from "./jvp.ts";
export * from "./layers.ts";
export * from "./losses.ts";
export * from "./muon.ts";
export * from "./norms.ts";
export * from "./optimiser.ts";
export * from "./schedule.ts";
export * from "./safetensors.ts";
export * from "./tree_file.ts";
