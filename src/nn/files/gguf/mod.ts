/**
 * GGUF files, as llama.cpp has them.
 * @module
 */
export { dequantised } from "./blocks.ts";
export { type GgufFile, openGguf } from "./file.ts";
export { GgufError, type GgufValue, metadataOf } from "./header.ts";
