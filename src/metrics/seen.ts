/**
 * The training pictures as a model saw them: what a copy is a copy of.
 * @module
 */
import { mirrorImages } from "../data/images.ts";
import { coarsePixels } from "./coarse_pixels.ts";
import type { EvaluationContext, Features, Views } from "./metric.ts";

/**
 * Features of the first `count` training pictures, and of their mirror images where the model was
 * trained on those too. Without them a mirrored copy would pass as new.
 * @param features an extractor's name, or "pixels"
 */
export async function seenTraining(
  context: EvaluationContext,
  { features, count }: { features: string; count: number },
): Promise<Views> {
  const of = async (way: "train" | "mirrored train"): Promise<Features> => {
    if (features !== "pixels") return await context.features(features, way, count);
    const { images } = await context.split("train", count);
    return coarsePixels(way === "train" ? images : mirrorImages(images, Array(count).fill(true)));
  };
  const plain = await of("train");
  if (!context.mirrored) return plain;
  const mirrored = await of("mirrored train");
  const data = new Float64Array(2 * plain.data.length);
  data.set(plain.data);
  data.set(mirrored.data, plain.data.length);
  return { count: 2 * count, dimension: plain.dimension, data, pictures: count };
}
