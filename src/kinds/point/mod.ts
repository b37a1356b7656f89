/**
 * Points as samples: some numbers, no picture.
 * @module
 */
export type { PointSet, PointSpec, PointTruth } from "./point_set.ts";
export { gatherPoints, pointSet, pointsOf } from "./points.ts";
