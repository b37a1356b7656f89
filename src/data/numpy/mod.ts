/**
 * Files of numpy.
 * @module
 */
export { bytesOf, type NpyArray, npyHeader, readNpyHeader } from "./npy.ts";
export { readNpz, writeNpz } from "./npz.ts";
