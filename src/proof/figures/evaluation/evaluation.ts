/**
 * Figures of the evaluation, one file for each area.
 * @module
 */
import type { Figure } from "../figure.ts";
import { evaluateFigures } from "./evaluate.ts";
import { extractorFigures } from "./extractors.ts";
import { gateFigures } from "./gate.ts";
import { metricFigures } from "./metrics.ts";

/** See the module. */
export const evaluation: readonly Figure[] = [
  ...metricFigures,
  ...extractorFigures,
  ...evaluateFigures,
  ...gateFigures,
];
