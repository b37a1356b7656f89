/**
 * Neural-network parts as pure functions on parameter trees.
 * @module
 */
export * from "./activations.ts";
export * from "./attention.ts";
export * from "./broadcast.ts";
export * from "./cache.ts";
export * from "./custom.ts";
export * from "./files/safetensors.ts";
export * from "./files/tree_file.ts";
export * from "./gradient.ts";
export { hashFeatures } from "./hash_grid/hash_grid.ts";
export { type HashGrid, hashLevels, hashRows } from "./hash_grid/levels.ts";
export * from "./host_kernel.ts";
export * from "./init.ts";
export * from "./jvp.ts";
export * from "./layers.ts";
export {
  drawMixture,
  logMixture,
  type MixtureNumbers,
  mixtureOutputs,
  type MixtureShape,
} from "./logistic_mixture.ts";
export * from "./losses.ts";
export * from "./norms.ts";
export { type SplatView } from "./splats/form.ts";
export { splatNormals } from "./splats/normals.ts";
export { renderSplats, splatMaps } from "./splats/render.ts";
export {
  type SplatStep,
  type SplatTensors,
  type SplatTrainingOptions,
  trainSplats,
} from "./splats/train.ts";
export * from "./optimise/ema.ts";
export * from "./optimise/muon.ts";
export * from "./optimise/optimiser.ts";
export * from "./optimise/schedule.ts";
export * from "./quantised/mod.ts";
