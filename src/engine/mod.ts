/**
 * Engines by name, and what programs and tensors are to all of them.
 * @module
 */
export * from "./engine.ts";
export {
  floatsOf,
  HOST_KERNEL,
  type HostArray,
  hostArray,
  type HostArrays,
  type HostBackend,
  type HostCall,
  type HostFloats,
  type HostIntegers,
  type HostKernel,
  integersOf,
} from "./host_kernel.ts";
export * from "./open.ts";
export { PACKED_BLOCK, type PackedLayout, unpackInto } from "./packed.ts";
export { processorModel } from "./processor.ts";
export * from "./tree.ts";
