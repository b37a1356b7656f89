/**
 * Adapters: what is trained in place of all of a model's weights.
 * @module
 */
export { attached } from "./attach.ts";
export { heldShapes, packedLeaves, packedParameters, packedStem, wholeValues } from "./base.ts";
export { mergeable, merged, mergedValues } from "./merge.ts";
export { type AdapterTensors, initAdapter, settled } from "./parameters.ts";
export { type HostAdapter, peftFiles, readPeft, writePeft } from "./peft_folder.ts";
export {
  type Adapter,
  type AdapterConfig,
  adapterConfig,
  adapterOf,
  adapterRate,
} from "./settings.ts";
