/**
 * Charts by kind.
 * @module
 */
export * from "./chart.ts";
