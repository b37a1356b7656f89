/**
 * What other rooms may use of compare/moments.
 * @module
 */
export { saveStatistics } from "./statistics.ts";
