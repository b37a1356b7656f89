/**
 * Sheets of pictures.
 * @module
 */
export { webp } from "./grid.ts";
