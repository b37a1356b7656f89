/**
 * Weights of extractors, from this tree, a package or the user.
 * @module
 */
export { StateDict } from "./state_dict.ts";
