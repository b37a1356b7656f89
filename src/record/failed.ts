/**
 * The record of a run that failed: so that a report can say so, and why.
 * @module
 */
import type { Engine } from "../engine/mod.ts";
import type { MetricValue } from "./value.ts";
import { type HostProvenance, provenanceOf, unknownEngine } from "./provenance.ts";
import type { PlannedRun, RunRecord } from "./record.ts";

/** What is known of a failure. */
export interface Failure {
  readonly cause: string;
  readonly provenance: HostProvenance;
  /** null where it never started. */
  readonly engine: Pick<Engine, "identity" | "determinism"> | null;
  readonly engineChoice: string;
  readonly startedAt: string;
  /** Null values of the metrics that were asked for. */
  readonly metrics: readonly MetricValue[];
  readonly seconds: number;
}

/** A record in state `failed`. */
export async function failedRecord(planned: PlannedRun, failure: Failure): Promise<RunRecord> {
  return {
    format: 1,
    id: planned.id,
    label: planned.label,
    group: planned.group,
    spec: planned.spec,
    state: "failed",
    cause: failure.cause,
    provenance: await provenanceOf(failure.provenance, {
      engine: failure.engine ?? unknownEngine(planned.spec.engine),
      engineChoice: failure.engineChoice,
      datasetDigest: "",
      datasetNotes: [],
      startedAt: failure.startedAt,
      finishedAt: new Date().toISOString(),
    }),
    steps: 0,
    parameters: 0,
    metrics: failure.metrics,
    timings: { data: 0, compile: 0, steps: 0, metrics: 0, pictures: 0, total: failure.seconds },
    resumed: 0,
    artefacts: [],
    seriesSha256: null,
  };
}
