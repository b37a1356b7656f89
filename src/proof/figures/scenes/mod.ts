/**
 * Figures of the group `scenes`.
 * @module
 */
export { sceneFigures } from "./scenes.ts";
