/**
 * Figures of the lifecycle of foundation models, one file for each area.
 * @module
 */
import type { Figure } from "../figure.ts";
import { suiteFigures } from "./suites.ts";

/** See the module. */
export const lifecycleFigures: readonly Figure[] = [...suiteFigures];
