/**
 * Files of weights: safetensors, PyTorch's, GGUF, trees of parameters.
 * @module
 */
export { bytesIn, type ByteSource, openBytes } from "./byte_source.ts";
export {
  dequantised,
  GgufError,
  type GgufFile,
  type GgufValue,
  metadataOf,
  openGguf,
} from "./gguf/mod.ts";
export {
  decodeSafetensors,
  encodeSafetensors,
  type HostTensor,
  type Safetensors,
  SafetensorsError,
} from "./safetensors.ts";
export {
  openSafetensors,
  type SafetensorsFile,
  type Writable,
  writeSafetensors,
} from "./safetensors_file.ts";
export type { TensorFile, TensorPlace } from "./tensor_file.ts";
export { decodeTorch, TorchFileError } from "./torch_file.ts";
