/**
 * Files that are built and kept in the tree.
 * @module
 */
export { type Built, keepBuilt, saidByDeno } from "./built.ts";
