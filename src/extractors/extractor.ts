/**
 * What an extractor is: a fixed network, or other map, from samples to features.
 * @module
 */
import type { Features } from "../algebra/mod.ts";
import { type ImageSet, imagesOf } from "../kinds/image/mod.ts";
import type { Samples } from "../kinds/mod.ts";
import type { InputSpec } from "./prepare/prepare.ts";

/** What a network makes of one batch, on the host. */
export interface NetworkOutputs {
  /** Row-major [batch, dimension]. */
  readonly features: ArrayLike<number>;
  /** Row-major [batch, spatialDimension], where the extractor has them. */
  readonly spatial?: ArrayLike<number>;
  /** Class probabilities by factor, row-major [batch, classes], where it is a classifier. */
  readonly classes?: Readonly<Record<string, Float32Array>>;
}

/**
 * The network's half of an extractor, for callers that stream: `prepare` of extractors/prepare.ts
 * makes its inputs of pictures of any size, in any worker.
 */
export interface ExtractorNetwork {
  /** Pictures a call, always exactly as many: bits never depend on how many there are. */
  readonly batch: number;
  readonly input: InputSpec;
  /** One batch, [batch, side, side, 3]; what isn't `wanted` is not read back. Default: features. */
  run(
    x_BHWC: Float32Array,
    wanted?: { readonly spatial?: boolean; readonly classes?: boolean },
  ): Promise<NetworkOutputs>;
}

/** A fixed network, or other map, from 8-bit images to feature vectors. */
export interface Extractor {
  /** With its version, as it stands in metric names: "judge-heads-v1". */
  readonly name: string;
  readonly dimension: number;
  /** Of its weights, so that features kept on disk are never another version's. */
  readonly digest?: string;
  /** Features are PCA-whitened on the extractor's own training data: Euclidean distances make sense. */
  readonly whitened?: boolean;
  /** The same bits for an image whatever else is in `images`. */
  extract(images: ImageSet): Promise<Features>;
  /**
   * Features that still say where in the picture something is: a few channels of an early layer at
   * each of its places, where the extractor has them. Their dimension is their own.
   */
  spatial?(images: ImageSet): Promise<Features>;
  /** Class probabilities by factor, row-major [count, classes], where the extractor is a classifier. */
  classify?(images: ImageSet): Promise<Readonly<Record<string, Float32Array>>>;
  /** Of a detector: how sure it is, in [0, 1], that each picture shows what it looks for. */
  detect?(images: ImageSet): Promise<Float32Array>;
  /** What its classes are called, by factor, in the order of `classify`, where names are of use. */
  readonly factors?: Readonly<Record<string, readonly string[]>>;
  /** Of a perceptual distance: between picture i here and picture i there, of one size. */
  distances?(a: ImageSet, b: ImageSet): Promise<Float64Array>;
  /** The network apart from the preparation of its inputs, where they can be had apart. */
  readonly network?: ExtractorNetwork;
  /** What a reader should know of it: which weights, what they were checked against. */
  readonly notes?: readonly string[];
}

/** Features of samples. @throws MetricUnavailable where the extractor can't look at their kind */
export async function featuresOf(extractor: Extractor, samples: Samples): Promise<Features> {
  return await extractor.extract(imagesOf(samples));
}
