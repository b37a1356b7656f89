/**
 * What other rooms may use of kinds/batch.
 * @module
 */
export {
  type Batch,
  type BatchAsked,
  type Batcher,
  type BatchSource,
  type Labels,
  wholeSamples,
} from "./batch.ts";
export { augmentationCoins, batchIndices } from "./order.ts";
