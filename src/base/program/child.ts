/**
 * How a program of this project starts another one on Deno.
 * @module
 */

/**
 * For `deno run` of a child: npm packages are taken as they lie. Its parent has installed them; Deno
 * would look whether all of them are there once more for each import of one, which takes longer than
 * the rest of a start.
 */
export const asInstalled = "--node-modules-dir=manual";
