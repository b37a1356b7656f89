/**
 * Training of one run.
 * @module
 */
export { trialOfTraining } from "./budget.ts";
export { prepare, train } from "./training.ts";
