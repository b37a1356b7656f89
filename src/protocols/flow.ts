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
