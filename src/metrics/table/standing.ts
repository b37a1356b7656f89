/**
 * All that reports, rankings, galleries, figures and `evaluate` need to know of a metric beside its
 * values. Built-in metrics say it in their row of `table.ts`, a user's in `defineMetric`; no other file
 * knows a metric's name.
 * @module
 */
import type { Theme, ThemeId } from "./themes.ts";

/**
 * What a metric looks at: `samples` of the subject, which control rows have too; `held-out` data put
 * through the model; its `latents`; rendered `views`; the `trace` of a server's load; a `corpus` of
 * text; or its `programs`, timed and counted.
 */
export type LooksAt =
  | "samples"
  | "held-out"
  | "latents"
  | "views"
  | "trace"
  | "corpus"
  | "programs";

/** What two sets of samples are compared from, where nothing was trained: `likeness evaluate`. */
export interface BetweenSets {
  /**
   * `moments`: means and covariances, of any number of samples, from files of statistics too;
   * `features`: rows in memory; `pixels`: the samples themselves, at one size.
   */
  readonly needs: "moments" | "features" | "pixels";
  /**
   * Samples a side, at most, unless `--samples` says otherwise: work or memory grows with their
   * square. More are drawn from; the metric's name carries the number.
   */
  readonly most?: number;
  /** Of the real side, where that is another number. */
  readonly mostReal?: number;
  /**
   * A number of the generated side, beside which the real one's stands: of any number of real
   * samples, or of no more than there are generated ones where the number grows with N.
   */
  readonly alone?: "any" | "equal";
  /** Settings of the metric that make this of it. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** In `--metrics` by default. */
  readonly usual: boolean;
}

/**
 * Patterns of the names of a metric's values that others ask for by meaning. Their named groups tell
 * the parts of a name.
 */
export interface Meanings {
  /** A rate of training, its batch the last number of the name. */
  readonly trainingRate?: RegExp;
  /** A rate of sampling, its batch the last number of the name. */
  readonly samplingRate?: RegExp;
  /** FLOPs of a training step, a sample. */
  readonly trainingFlops?: RegExp;
  /** Nearness to the training data, with the errors that `isMemorised` asks for beside it. */
  readonly nearness?: RegExp;
  /** Shares of classes, each beside the value by the class's name. */
  readonly classShares?: RegExp;
  /** A value `base` at so many `evaluations` of the network a sample. */
  readonly atEvaluations?: RegExp;
}

/** What a value can be asked for by. */
export type Meaning = keyof Meanings;

/** How a metric stands among others; every field has a default. */
export interface Standing {
  /** The table of a report that its values stand in. Default: `other`. */
  readonly theme: ThemeId | Theme;
  /** Default: `samples`. */
  readonly of: LooksAt;
  /** Whether rows are ranked by it where its values have a direction. Default: true. */
  readonly ranks: boolean;
  /**
   * Its place among the metrics that may stand for quality where one number must, against speed and
   * cost: the least that was measured does. Built-in ones count from 1. Default: it never does.
   */
  readonly quality?: number;
  /**
   * It compares samples with data, control rows at equal N with them, and is the better the nearer
   * they are, so that memory passes for quality: rows that are memorised don't compete. Default: false.
   */
  readonly comparesSamples: boolean;
  /**
   * Which of its columns with a direction stand in the leaderboard: those of a pattern, or the first
   * where none fits; the one at the largest batch for each meaning; or none. Default: the first.
   */
  readonly headline: RegExp | "first" | "none" | readonly Meaning[];
  /**
   * Set where its columns are shown on a common scale too, 0 at held-out data and 1 at the pixel
   * Gaussian: what the number is called in that formula.
   */
  readonly scaled?: string;
  /**
   * Whether findings tell where it contradicts others: the first column of the `reference` is read
   * against its others and against those that are `compared`.
   */
  readonly contradicts?: "reference" | "compared";
  /** Its values by meaning, and more by words of its own, for code that names its row. Default: none. */
  readonly values: Meanings & { readonly [own: string]: RegExp | undefined };
  /**
   * Values whose `each` holds a number for each of the same prompts in every row, larger ones better: rows
   * are compared prompt by prompt. Where its named groups are alike but for `how`, the prompts are the same,
   * asked in another way.
   */
  readonly paired?: RegExp;
  /** Its setting for how many training samples it looks through: the gallery of nearest ones does too. */
  readonly searches?: string;
  /** By the names of `evaluate --metrics`. Default: it can't be had without a suite. */
  readonly sets: Readonly<Record<string, BetweenSets>>;
}

/** What is so of a metric that says nothing. */
export const standingByDefault: Standing = {
  theme: "other",
  of: "samples",
  ranks: true,
  comparesSamples: false,
  headline: "first",
  values: {},
  sets: {},
};
