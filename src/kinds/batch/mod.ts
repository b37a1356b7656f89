/**
 * Batches of samples, and the order in which training sees them.
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
