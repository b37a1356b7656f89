/**
 * What other rooms may use of kinds/point.
 * @module
 */
export type { PointSet, PointSpec, PointTruth } from "./point_set.ts";
export { gatherPoints, pointSet, pointsOf } from "./points.ts";
