/**
 * The Fréchet distance of two sets of moments.
 * @module
 */
import { algebraFor, algebraLabel } from "../../algebra/mod.ts";
import { gaussianDistance, gaussianOfMoments } from "../../metrics/features/mod.ts";
import type { Moments } from "./moments.ts";

/**
 * The distance of the Gaussians that have these moments, and who computed it where that wasn't plain
 * JavaScript: `gaussianDistance`.
 * @throws RangeError on different dimensions, or a covariance that is clearly none
 */
export function momentDistance(a: Moments, b: Moments): { value: number; label?: string } {
  const algebra = algebraFor(a.dimension);
  const [p, q] = [a, b].map(({ mean, covariance, dimension }) =>
    gaussianOfMoments({
      mean,
      covariance: { rows: dimension, columns: dimension, data: covariance },
    }, algebra)
  );
  return { value: gaussianDistance(p, q, algebra), ...algebraLabel(algebra) };
}
