/**
 * Two sets of samples, no training.
 * @module
 */
export { requireSameNetwork, warnings } from "./advice.ts";
export { measure, type Measured, preparationOf } from "./measured.ts";
export { peakBytes } from "./peak.ts";
export { saveFeatures } from "./save_features.ts";
export { score, type Scores } from "./scores.ts";
export { openSide, type Side } from "./sides.ts";
