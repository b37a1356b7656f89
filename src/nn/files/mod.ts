/**
 * Files of weights: safetensors, PyTorch's, trees of parameters.
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
