/**
 * Documents: read, and seen as windows of tokens.
 * @module
 */
export { type Packing, PACKINGS, tokenWindows, type WindowOptions } from "./windows.ts";
