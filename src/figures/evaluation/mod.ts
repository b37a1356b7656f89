/**
 * Figures of the evaluation: metrics, statistics, gate.
 * @module
 */
import type { Figure } from "../figure.ts";
import { gateFigures } from "./gate.ts";

/** In the order in which they are printed. */
export const evaluation: readonly Figure[] = [...gateFigures];
