/**
 * Figures of the evaluation: one file an area.
 * @module
 */
import type { Figure } from "../figure.ts";
import { evaluateFigures } from "./evaluate.ts";

/** See the module. */
export const evaluation: readonly Figure[] = [...evaluateFigures];
