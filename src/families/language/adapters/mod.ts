/**
 * Adapters: what is trained in place of all of a model's weights.
 * @module
 */
export { attached } from "./attach.ts";
export { heldShapes, packedLeaves, packedParameters, packedStem, wholeValues } from "./base.ts";
export { type HostLowRank, mergeable, merged, mergedValues, mergeFault } from "./merge.ts";
export {
  adapterSize,
  type AdapterTensors,
  initAdapter,
  movingPart,
  settled,
} from "./parameters.ts";
export { type HostAdapter, peftContent, peftFiles, readPeft, writePeft } from "./peft_folder.ts";
export {
  type Adapter,
  type AdapterConfig,
  adapterConfig,
  adapterOf,
  adapterRate,
  type LowRankAdapter,
  type MapName,
  scaleOf,
} from "./settings.ts";
