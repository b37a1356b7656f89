/**
 * The training pictures as a model saw them: what a copy is a copy of.
 * @module
 */
import { featuresOrPixels } from "../features/coarse_pixels.ts";
import type { EvaluationContext } from "../metric.ts";
import type { Views } from "../../algebra/mod.ts";

/**
 * Features of the first `count` training pictures, and of their mirror images where the model was
 * trained on those too. Without them a mirrored copy would pass as new.
 * @param features an extractor's name, or "pixels"
 */
export async function trainingViews(
  context: EvaluationContext,
  { features, count }: { features: string; count: number },
): Promise<Views> {
  const plain = await featuresOrPixels(context, features, "train", count);
  if (!context.mirrored) return plain;
  const mirrored = await featuresOrPixels(context, features, "mirrored train", count);
  const data = new Float64Array(2 * plain.data.length);
  data.set(plain.data);
  data.set(mirrored.data, plain.data.length);
  return { count: 2 * count, dimension: plain.dimension, data, pictures: count };
}
