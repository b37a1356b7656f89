/**
 * What other rooms may use of families/common/latents.
 * @module
 */
export { activities, interpolation, traversal } from "./latents.ts";
