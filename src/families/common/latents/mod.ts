/**
 * Ways through latent space.
 * @module
 */
export { activities, interpolation, traversal } from "./latents.ts";
