/**
 * What a step did with documents, as reports draw it.
 * @module
 */

/** Documents, and the bytes of their texts. */
export interface FlowAmount {
  readonly documents: number;
  readonly bytes: number;
}

/** What a stage did. */
export interface FlowStage {
  readonly name: string;
  readonly read: FlowAmount;
  readonly kept: FlowAmount;
  /** Documents that it rewrote. */
  readonly rewritten: number;
  /** By check, those that dropped none left out. */
  readonly dropped: readonly (FlowAmount & { readonly check: string })[];
}

/** Stages in order. */
export interface Flow {
  readonly stages: readonly FlowStage[];
}

/** The values that a check found. */
export interface FlowValues {
  /** "gopher_quality: mean_word_length". */
  readonly check: string;
  /** What they were held against; null where nothing was dropped. */
  readonly limit: number | null;
  /** How many documents had a value of at most x and above the x before, x rising. */
  readonly counts: readonly (readonly [x: number, documents: number])[];
}
