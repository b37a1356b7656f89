/**
 * Figures of fine-tuning and alignment.
 * @module
 */
export { lifecycleFigures } from "./lifecycle.ts";
