/**
 * What a metric is: a named computation on a trained model, a dataset and their features, which
 * gives values with units and directions, or says why it can't.
 * @module
 */
import type { Subject } from "../subject/mod.ts";
import type { Extractor } from "../extractors/mod.ts";
import type { Features } from "../algebra/mod.ts";
import type { MetricValue } from "../record/mod.ts";
import type { z } from "zod";
import type { Batch, Dataset, Split } from "../data/mod.ts";
import type { KindName, Unit } from "../kinds/mod.ts";
import type { Requirement } from "./requires.ts";
import type { Standing } from "./table/standing.ts";

/** What a metric may use. Everything here is memoised by the caller. */
export interface EvaluationContext<K extends KindName = KindName> {
  readonly subject: Subject<K>;
  readonly dataset: Dataset<K>;
  /** Values must have the same bits on every machine: the engine promises it of all that went before. */
  readonly anyMachine: boolean;
  /** The subject was trained on mirror images of the training samples too. */
  readonly mirrored?: boolean;
  /**
   * Samples of the data that the subject's are compared with, where they needn't be as many as those;
   * left out: as many as there are samples.
   */
  readonly reference?: number;
  /** Samples 0 … count−1 of a split with their labels. */
  split(split: Split, count: number): Promise<Batch<K>>;
  /** A loaded extractor, or a `MetricUnavailable` that says why not. */
  extractor(name: string): Promise<Extractor>;
  /** Features of a split, of training samples mirrored, or of the subject's samples; computed once. */
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
  /** Data beside the run's own, which its config names; left out where none can be had. */
  other?(data: OtherData): Promise<Dataset>;
  /** A path as a suite writes it, relative to the suite's folder; left out where there is no suite. */
  path?(written: string): string;
  /** Two words of a Philox key for this purpose. */
  key(purpose: string): readonly [number, number];
  readonly progress?: (note: string) => void;
}

/** Data with all that fixes them, as runs have their own. */
export interface OtherData {
  readonly dataset: string;
  readonly version: number;
  /** Digest of the user's module that defines the dataset; left out where it is built in. */
  readonly code?: string;
  /** Digest of the files that the config points at; left out where it points at none. */
  readonly content?: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** What a metric may look up to settle its config. */
export interface SettleContext {
  /** A path as a suite writes it, relative to the suite's folder, as a path on this machine. */
  path(written: string): string;
  /** Data by name, or with settings as `data` of a suite has them. @throws DataError on mistakes */
  data(given: string | { readonly dataset: string }): Promise<OtherData>;
}

/** A metric that a suite can name. */
export interface Metric<C = unknown, K extends KindName = KindName> {
  readonly name: string;
  readonly version: number;
  readonly about: string;
  readonly papers: readonly string[];
  /** The kinds of sample that it can be computed on. Default: pictures alone. */
  readonly takes?: readonly K[] | "any";
  /** Speed metrics run alone, after all else. */
  readonly phase: "quality" | "speed";
  /** Every field has a default. `gate` is the suite's, not the metric's. */
  readonly config: z.ZodType<C>;
  /**
   * Puts into the config what it names and runs rest on, so that their ids hold it: files by their
   * digests, other data by theirs. Done once, when a suite is read; of a settled config nothing is left
   * to do. Default: as it is.
   * @throws DataError for what isn't there or can't be read
   */
  settle?(config: C, context: SettleContext): Promise<C>;
  /**
   * What it would give, before it is computed: names, units, directions, kinds. A metric that can't
   * be computed gives these with `value: null`.
   * @param unit what a sample of the data is called, for the texts of units; names don't depend on it.
   * Default: an image
   */
  declares(config: C, unit?: Unit): readonly Omit<MetricValue, "value">[];
  /** What it rests on that a suite can be checked for before anything runs. Default: nothing. */
  requires?(config: C): readonly Requirement[];
  compute(context: EvaluationContext<K>, config: C): Promise<readonly MetricValue[]>;
  /**
   * Of a metric of speed: those of its values that need no clock. They are computed with the run,
   * beside others, and `compute` leaves them out.
   */
  readonly counts?: Pick<Metric<C, K>, "declares" | "compute">;
  /**
   * Of a user's metric: the table of a report that it stands in, whether rows are ranked by it, and so
   * on. Built-in metrics have this in their row of `table.ts`.
   */
  readonly standing?: Partial<Standing>;
}

/** Declares a metric; only fixes the type. */
export function defineMetric<C, K extends KindName = "image">(metric: Metric<C, K>): Metric<C, K> {
  return metric;
}
