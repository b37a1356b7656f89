/**
 * Figures of the foundation-model lifecycle, one file for each area.
 * @module
 */
import type { Figure } from "../figure.ts";
import { curationFigures } from "./curation.ts";
import { loraFigures } from "./lora.ts";
import { suiteFigures } from "./suites.ts";
import { trainingFigures } from "./training.ts";

/** See the module. */
export const lifecycleFigures: readonly Figure[] = [
  ...curationFigures,
  ...trainingFigures,
  ...loraFigures,
  ...suiteFigures,
];
