/**
 * Linear algebra, neighbours, probes and mixtures on the host.
 * @module
 */
export { algebraFor, algebraLabel, exactAlgebraFor, wideFrom } from "./algebra.ts";
export { type Features, takeRows, type Views } from "./features.ts";
export { hostAlgebra } from "./host.ts";
export { lassoImportance } from "./lasso.ts";
export {
  columnMeans,
  covariance,
  covarianceFactor,
  type Dense,
  dot,
  requireFinite,
  symmetricEigen,
} from "./linear.ts";
export type { LinearAlgebra } from "./linear_algebra.ts";
export { fitMixture, mixtureLoss } from "./mixture.ts";
export {
  eachRow,
  kthNeighbour,
  nearest,
  nearestOf,
  nearestRows,
  neighbourDistances,
  quantile,
  squaredDistance,
} from "./neighbours.ts";
export { openblas } from "./openblas.ts";
export { balancedAccuracy, fitChosenProbe, fitProbe, predict, type Probe } from "./probe.ts";
export { fitWhitening, principalScores, whiten, type Whitening } from "./whitening.ts";
