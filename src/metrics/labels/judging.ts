/**
 * What a judge says of pictures.
 * @module
 */
import type { ImageSet } from "../../kinds/image/mod.ts";
import { MetricUnavailable } from "../../base/mod.ts";
import type { Extractor } from "../../extractors/mod.ts";

/** The likeliest class of each of `count` rows of probabilities. The first of equals. */
export function likeliest(probabilities: Float32Array, count: number): Int32Array {
  const classes = probabilities.length / count;
  return Int32Array.from({ length: count }, (_, i) => {
    const row = probabilities.subarray(i * classes, (i + 1) * classes);
    return row.reduce((best, p, c) => p > row[best] ? c : best, 0);
  });
}

/** The likeliest class of each picture by the judge. @throws MetricUnavailable where it can't say */
export async function judgedClasses(
  judge: Extractor,
  images: ImageSet,
  factor: string,
): Promise<Int32Array> {
  if (!judge.classify) {
    throw new MetricUnavailable("not-measured", `${judge.name} names no classes`);
  }
  const probabilities = (await judge.classify(images))[factor];
  if (probabilities === undefined) {
    throw new MetricUnavailable("not-measured", `${judge.name} does not judge ${factor}`);
  }
  return likeliest(probabilities, images.count);
}
