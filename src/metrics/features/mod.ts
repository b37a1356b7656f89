/**
 * Metrics of feature vectors.
 * @module
 */
export { coarsePixels } from "./coarse_pixels.ts";
export { coverageOf } from "./coverage.ts";
export {
  declaredDistance,
  frechetDistance,
  gaussianDistance,
  gaussianOf,
  gaussianOfMoments,
  normalisedDistance,
} from "./frechet.ts";
