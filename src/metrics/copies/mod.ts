/**
 * Metrics of copies of the training data.
 * @module
 */
export { duplicateShares } from "./duplicates.ts";
export { isMemorised, memorisedNote } from "./memorisation.ts";
export { trainingViews } from "./training_views.ts";
