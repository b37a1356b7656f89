/**
 * The engine on TensorFlow's C library.
 * @module
 */
export type { TensorflowBackend } from "./backend.ts";
export { encodeMessage } from "./capi/protobuf.ts";
export { profileProgram } from "./profile.ts";
