/**
 * Datasets as suites and runs see them.
 * @module
 */
export {
  type Batch,
  type Dataset,
  type DatasetDefinition,
  type DatasetOutline,
  defineDataset,
  type Factor,
  type Labels,
  type LoadContext,
  outlineOf,
  type SampleSpec,
  type Split,
} from "./dataset.ts";
export { centralSquare, decodeBytes, decodeWhole, listSkipped, readPicture } from "./decode.ts";
