/**
 * Figures of the evaluation: one file an area.
 * @module
 */
import type { Figure } from "../figure.ts";
import { extractorFigures } from "./extractors.ts";

/** In the order in which they are printed. */
export const evaluation: readonly Figure[] = [
  ...extractorFigures,
];
