/**
 * The user's own pictures of a scene with their cameras.
 * @module
 */
export { views } from "./views.ts";
