/**
 * Figures of language models, one file for each area.
 * @module
 */
import { MARGIN } from "../../peers/language/margin.ts";
import type { Figure } from "../figure.ts";
import { budgetFigures } from "./budget.ts";
import { smollm2Figures } from "./smollm2.ts";
import { speedFigures } from "./speed.ts";
import { suiteFigures } from "./suites.ts";
import { tokenizerFigures } from "./tokenizers.ts";

/** See the module. */
export const languageFigures: readonly Figure[] = [
  ...speedFigures,
  ...budgetFigures(MARGIN),
  ...smollm2Figures,
  ...tokenizerFigures,
  ...suiteFigures,
];
