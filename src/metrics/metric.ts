/**
 * What a metric is: a named computation on a trained model, a dataset and their features, which
 * gives values with units and directions, or says why it can't.
 * @module
 */
import type { z } from "zod";
import type { Dataset, ImageSet, Split } from "../data/dataset.ts";
import { ToldError } from "../errors.ts";
import type { Capabilities } from "../families/family.ts";
import type { InputSpec } from "./extractors/prepare.ts";
import type { Need } from "./needs.ts";

/** One number of one run. */
export interface MetricValue {
  /** Full name with all that it depends on: "FD-judge-heads-v1@2000". */
  readonly name: string;
  /** The metric of the suite that gave it: "frechet". */
  readonly metric: string;
  /** Unit for headings; "" where it has none. */
  readonly unit: string;
  readonly direction: "lower" | "higher" | "none";
  /** How the gate treats it: bits, a seed sample, or a timing. */
  readonly kind: "deterministic" | "quality" | "speed";
  /** null: unavailable, for the reason given. */
  readonly value: number | null;
  /** The true value is at least ("lower") or at most ("upper") this one; left out where it is it. */
  readonly bound?: "lower" | "upper";
  /** What kind of number it is, where one column holds several: "exact", "ELBO", "IW64". */
  readonly label?: string;
  /** Why there is no value: "not-defined" for this family, or "not-measured" here. */
  readonly status?: "not-defined" | "not-measured";
  readonly reason?: string;
  /** Number of samples the value was computed from. */
  readonly samples?: number;
  /** Raw repeats in the value's unit: a timing's, or a sample metric's under other sampling seeds. */
  readonly raw?: readonly number[];
  /** Values that this one should be read beside, e.g. { shuffled: 0.17, rawPixels: 0.56 }. */
  readonly beside?: Readonly<Record<string, number>>;
}

/** Float64 features, row-major [count, dimension]. */
export interface Features {
  readonly count: number;
  readonly dimension: number;
  readonly data: Float64Array;
}

/**
 * Features of pictures that may have been seen mirrored as well: then their mirror images' follow, so
 * that rows i and i + `pictures` are one picture's.
 */
export interface Views extends Features {
  /** Default: every row is a picture of its own. */
  readonly pictures?: number;
}

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

/** Discrete latents of pictures: whole numbers in [0, size), row-major [count, perPicture]. */
export interface Codes {
  readonly count: number;
  readonly perPicture: number;
  /** K. */
  readonly size: number;
  readonly data: Int32Array;
}

/** What samples may be asked for beside their number; each only where capabilities say so. */
export interface SampleOptions {
  /** Network evaluations a sample, in place of the config's. */
  readonly evaluations?: number;
  /** Strength of guidance, in place of the config's. */
  readonly guidance?: number;
  /**
   * One label a sample for each of the model's conditions (−1: any). Without it a conditional model
   * is given labels as the training data has them.
   */
  readonly labels?: Readonly<Record<string, Int32Array>>;
}

/** What is being scored: a trained run, or a control row that only gives samples. */
export interface Subject {
  readonly label: string;
  readonly capabilities: Capabilities;
  /** The first `count` samples; sample i is the same at any count and batch size. */
  sample(count: number, options?: SampleOptions): Promise<ImageSet>;
  /** Samples that there are at most; left out where there is no end to them. */
  readonly most?: number;
  /** Present as the capabilities say. Results are on the host. */
  encode?(images: ImageSet): Promise<Features>;
  decode?(codes: Features): Promise<ImageSet>;
  /** ln of the variances of q(z|x), whose means `encode` gives, where capabilities say so. */
  logVariances?(images: ImageSet): Promise<Features>;
  reconstruct?(images: ImageSet): Promise<ImageSet>;
  /** Discrete latents: see the family table, `codes`. */
  codes?(images: ImageSet): Promise<Codes>;
  /** What a discriminator or energy says of pictures, one number each: see the table, `score`. */
  score?(images: ImageSet): Promise<Float64Array>;
  /**
   * Log weights [count, draws] in nats an image: see the family table, `log_weight`. Conditional
   * models are told `labels` where they are given.
   */
  logWeights?(
    images: ImageSet,
    draws: number,
    labels?: Readonly<Record<string, ArrayLike<number>>>,
  ): Promise<Features>;
  /** Timed thunks; each call is one synchronised piece of work of `batch` images. */
  timed?: {
    /** The kinds of training step that a run takes, with the share of its steps that each has. */
    trainSteps(batch: number): Promise<{ share: number; work: () => Promise<void> }[]>;
    sampleBatch(batch: number): Promise<() => Promise<void>>;
    /** FLOPs of one training step and one sampling call at this batch. */
    flops(batch: number): Promise<{ train: number; sample: number }>;
    peakBytes(): number;
  };
}

/** What a metric may use. Everything here is memoised by the caller. */
export interface EvaluationContext {
  readonly subject: Subject;
  readonly dataset: Dataset;
  /** Values must have the same bits on every machine: the engine promises it of all that went before. */
  readonly anyMachine: boolean;
  /** The subject was trained on mirror images of the training pictures too. */
  readonly mirrored?: boolean;
  /**
   * Pictures of the data that samples are compared with, where they needn't be as many as those;
   * left out: as many as there are samples.
   */
  readonly reference?: number;
  /** Images 0 … count−1 of a split with their labels. */
  split(
    split: Split,
    count: number,
  ): Promise<{ images: ImageSet; labels: Readonly<Record<string, Float32Array>> }>;
  /** A loaded extractor, or a `MetricUnavailable` that says why not. */
  extractor(name: string): Promise<Extractor>;
  /** Features of a split, of training pictures mirrored, or of the subject's samples; computed once. */
  features(
    extractor: string,
    of: Split | "mirrored train" | "samples",
    count: number,
  ): Promise<Features>;
  /**
   * A number that rests on the dataset and `of` alone, the same on every engine and machine: computed
   * once and kept. `of` names all that fixes it, with a version of what computes it.
   */
  remembered(of: readonly (string | number)[], make: () => number): Promise<number>;
  /** Two words of a Philox key for this purpose. */
  key(purpose: string): readonly [number, number];
  readonly progress?: (note: string) => void;
}

/** Thrown by whatever a metric needs and can't have; becomes `value: null` with this reason. */
export class MetricUnavailable extends ToldError {
  override readonly name = "MetricUnavailable";
  constructor(readonly status: "not-defined" | "not-measured", reason: string) {
    super(reason);
  }
}

/** A metric that a suite can name. */
export interface Metric<C = unknown> {
  readonly name: string;
  readonly version: number;
  readonly about: string;
  readonly papers: readonly string[];
  /** Speed metrics run alone, after all else. */
  readonly phase: "quality" | "speed";
  /** Every field has a default. `gate` is the suite's, not the metric's. */
  readonly config: z.ZodType<C>;
  /**
   * What it would give, before it is computed: names, units, directions, kinds. A metric that can't
   * be computed gives these with `value: null`.
   */
  declares(config: C): readonly Omit<MetricValue, "value">[];
  /** What it rests on that a suite can be checked for before anything runs. Default: nothing. */
  needs?(config: C): readonly Need[];
  compute(context: EvaluationContext, config: C): Promise<readonly MetricValue[]>;
  /**
   * Of a metric of speed: those of its values that need no clock. They are computed with the run,
   * beside others, and `compute` leaves them out.
   */
  readonly counts?: Pick<Metric<C>, "declares" | "compute">;
}

/** Declares a metric; only fixes the type. */
export function defineMetric<C>(metric: Metric<C>): Metric<C> {
  return metric;
}
