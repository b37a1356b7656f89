/**
 * All figures by group, and how they are asked for.
 * @module
 */
export type { Figure, FigureLine } from "./figure.ts";
export * from "./figures.ts";
