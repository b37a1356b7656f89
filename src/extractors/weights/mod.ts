/**
 * What other rooms may use of extractors/weights.
 * @module
 */
export { StateDict } from "./state_dict.ts";
