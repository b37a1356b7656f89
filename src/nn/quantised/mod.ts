/**
 * Weights in few bits.
 * @module
 */
export { NF4 } from "./code_book.ts";
export {
  type PackedForm,
  packedShape,
  type PackedValues,
  packMatrix,
  unpackMatrix,
} from "./pack.ts";
export {
  type PackedMatrix,
  packedOutputs,
  packedProduct,
  type PackedTensors,
  unpackedByParts,
  wholeMatrix,
} from "./product.ts";
