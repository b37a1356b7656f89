/**
 * What other rooms may use of nn/files.
 * @module
 */
export {
  decodeSafetensors,
  encodeSafetensors,
  type HostTensor,
  type Safetensors,
  SafetensorsError,
} from "./safetensors.ts";
export { decodeTorch, TorchFileError } from "./torch_file.ts";
