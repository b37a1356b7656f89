/**
 * Figures of scenes, one file for each area.
 * @module
 */
import type { Figure } from "../figure.ts";
import { rasterFigures } from "./raster.ts";

/** See the module. */
export const sceneFigures: readonly Figure[] = [...rasterFigures];
