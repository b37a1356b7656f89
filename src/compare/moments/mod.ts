/**
 * Means and covariances of features, and the distance of two.
 * @module
 */
export { saveStatistics } from "./statistics.ts";
