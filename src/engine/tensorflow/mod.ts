/**
 * What other rooms may use of engine/tensorflow.
 * @module
 */
export type { TensorflowBackend } from "./backend.ts";
export { encodeMessage } from "./capi/protobuf.ts";
export { profileProgram } from "./profile.ts";
