/**
 * What other rooms may use of data/numpy.
 * @module
 */
export { bytesOf, type NpyArray, npyHeader, readNpyHeader } from "./npy.ts";
export { readNpz, writeNpz } from "./npz.ts";
