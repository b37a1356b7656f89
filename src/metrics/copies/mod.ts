/**
 * What other rooms may use of metrics/copies.
 * @module
 */
export { duplicateShares } from "./duplicates.ts";
export { isMemorised, memorisedNote } from "./memorisation.ts";
export { trainingViews } from "./training_views.ts";
