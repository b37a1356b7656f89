/**
 * Figures of the group `evaluation`.
 * @module
 */
import type { Figure } from "../figure.ts";
import { evaluateFigures } from "./evaluate.ts";

/** All of them; a new part is one row. */
export const evaluation: readonly Figure[] = [
  ...evaluateFigures,
];
