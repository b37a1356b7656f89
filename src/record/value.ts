/**
 * The numbers of a run.
 * @module
 */

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
  /**
   * Of a mean over the same things in every run (prompts, one after the other): the number of each, by
   * which any two runs can be compared one by one.
   */
  readonly each?: readonly number[];
  /** Values that this one should be read beside, e.g. { shuffled: 0.17, rawPixels: 0.56 }. */
  readonly beside?: Readonly<Record<string, number>>;
}
