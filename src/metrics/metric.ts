/**
 * What a metric is: a named computation on a trained model, a dataset and their features, which
 * gives values with units and directions, or says why it can't.
 * @module
 */
import type { Subject } from "../subject/subject.ts";
import type { Extractor } from "../extractors/extractor.ts";
import type { Features } from "../algebra/features.ts";
import type { MetricValue } from "../record/value.ts";
import type { z } from "zod";
import type { Dataset, Split } from "../data/dataset.ts";
import type { ImageSet } from "../kinds/image/image_set.ts";
import type { Requirement } from "./requires.ts";

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
  requires?(config: C): readonly Requirement[];
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
