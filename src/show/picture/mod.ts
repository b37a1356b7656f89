/**
 * Pictures that are shown: sheets, densities of points, nearest training pictures.
 * @module
 */
export { webp } from "./grid.ts";
