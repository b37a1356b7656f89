/**
 * Figures of the lifecycle of foundation models.
 * @module
 */
export { lifecycleFigures } from "./lifecycle.ts";
