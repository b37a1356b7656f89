/**
 * Figures of scenes, one file for each area.
 * @module
 */
import type { Figure } from "../figure.ts";
import { hashGridFigures } from "./hash_grid.ts";
import { rasterFigures } from "./raster.ts";
import { splatFigures } from "./splat.ts";
import { suiteFigures } from "./suites.ts";

/** See the module. */
export const sceneFigures: readonly Figure[] = [
  ...rasterFigures,
  ...hashGridFigures,
  ...splatFigures,
  ...suiteFigures,
];
