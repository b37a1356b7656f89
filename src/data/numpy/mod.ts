/**
 * Files of numpy.
 * @module
 */
export { bytesOf, decodeNpy, type NpyArray, npyHeader, readNpyHeader } from "./npy.ts";
export { readNpz, writeNpz } from "./npz.ts";
