/**
 * Pictures shrunk to a few cells, as features where no extractor is.
 * @module
 */
import type { Split } from "../../data/mod.ts";
import type { ImageSet } from "../../kinds/image/mod.ts";
import { augmentationOf, MIRROR, picturesOf, type Samples } from "../../kinds/mod.ts";
import type { EvaluationContext } from "../metric.ts";
import type { Features } from "../../algebra/mod.ts";

/** Mean colours of a grid of at most 8×8 cells, [count, cells · channels]: "pixels" features. */
export function coarsePixels(images: ImageSet): Features {
  const { count, height, width, channels, data } = images;
  const rows = Math.min(8, height), columns = Math.min(8, width);
  const dimension = rows * columns * channels;
  const out = new Float64Array(count * dimension);
  const pixels = new Float64Array(dimension);
  for (let n = 0; n < count; n++) {
    pixels.fill(0);
    const sums = out.subarray(n * dimension, (n + 1) * dimension);
    for (let y = 0, at = n * height * width * channels; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const cell = Math.floor(y * rows / height) * columns + Math.floor(x * columns / width);
        for (let c = 0; c < channels; c++, at++) {
          sums[cell * channels + c] += data[at];
          pixels[cell * channels + c]++;
        }
      }
    }
    for (let j = 0; j < dimension; j++) sums[j] /= pixels[j];
  }
  return { count, dimension, data: out };
}

/** As `context.features`, where the extractor's name may also be "pixels". */
export async function featuresOrPixels(
  context: EvaluationContext,
  features: string,
  of: Split | "mirrored train" | "samples",
  count: number,
): Promise<Features> {
  if (features !== "pixels") return await context.features(features, of, count);
  const { subject, dataset: { sample } } = context;
  const pixels = (samples: Samples) => coarsePixels(picturesOf(sample, samples));
  if (of === "samples") return pixels(await subject.sample(count));
  if (of !== "mirrored train") return pixels((await context.split(of, count)).samples);
  const { samples } = await context.split("train", count);
  return pixels(augmentationOf(sample, MIRROR).apply(samples));
}
