/** Records and baselines made up from values, for tests of the gate. */
import type { MetricValue } from "../../src/record/value.ts";
import type { RunRecord, RunState } from "../../src/record/record.ts";
import { type Baseline, storedRow } from "../../src/gate/baseline/baseline.ts";
import type { Floors } from "../../src/gate/speed/floors.ts";
import { rowsOf } from "../../src/gate/verdict/rows.ts";
import { planUpdate, type UpdateInput } from "../../src/gate/baseline/update.ts";

/** A metric of speed, but for its value. */
export const speed = {
  kind: "speed",
  direction: "higher",
  name: "images/s",
  metric: "throughput",
} as const;

export interface Made {
  readonly label?: string;
  readonly seed: number;
  readonly metrics: readonly Partial<MetricValue>[];
  readonly state?: RunState;
  readonly cause?: string;
  readonly machineClass?: string;
  readonly determinism?: string;
  readonly gitDirty?: boolean;
  readonly gitSha?: string;
  readonly version?: number;
}

export function record(made: Made): RunRecord {
  const label = made.label ?? "vae";
  const metrics = made.metrics.map((value) => ({
    name: "FD@100",
    metric: "frechet",
    unit: "",
    direction: "lower",
    kind: "quality",
    value: null,
    ...value,
  })) as MetricValue[];
  return {
    format: 1,
    id: `${label}-${made.seed}`,
    label,
    group: `group of ${label}`,
    spec: {
      format: 1,
      suite: "made",
      suiteVersion: 1,
      protocol: "train-evaluate",
      family: "vae",
      familyVersion: 1,
      config: {},
      data: { dataset: "heads", version: 1, config: {} },
      budget: { steps: 1 },
      batch: 1,
      seed: made.seed,
      engine: "wasm",
      metrics: [...new Set(metrics.map((m) => m.metric))].map((metric) => ({
        metric,
        version: made.version ?? 1,
        config: {},
      })),
    },
    state: made.state ?? "done",
    cause: made.cause,
    provenance: {
      gitSha: made.gitSha ?? "0123456789abcdef",
      gitDirty: made.gitDirty ?? false,
      lock: null,
      deno: "2.9.6",
      v8: "15",
      os: "linux",
      cpu: "made up",
      cores: 2,
      memoryBytes: 2 ** 30,
      engine: { name: "wasm", versions: {}, device: "cpu", threads: 1 },
      engineChoice: "named",
      determinism: made.determinism ?? "any",
      machineClass: made.machineClass ?? "wasm_2-cores",
      datasetDigest: "0",
      datasetNotes: [],
      command: "likeness run made",
      startedAt: "2026-01-01T00:00:00Z",
      finishedAt: "2026-01-01T00:00:01Z",
    },
    steps: 1,
    parameters: 1,
    metrics,
    timings: { data: 0, compile: 0, steps: 0, metrics: 0, pictures: 0, total: 0 },
    resumed: 0,
    artefacts: [],
    seriesSha256: null,
  };
}

/** Records of one metric: a value a seed, seeds from 1. */
export function seeds(values: readonly number[], rest: Partial<MetricValue> & Partial<Made> = {}) {
  const { label, machineClass, determinism, state, ...metric } = rest;
  return values.map((value, i) =>
    record({
      seed: i + 1,
      label,
      machineClass,
      determinism,
      state,
      metrics: [{ ...metric, value }],
    })
  );
}

/** Baselines holding what `records` hold. */
export function baselinesOf(records: readonly RunRecord[], suiteVersion = 1): Baseline[] {
  const { rows } = rowsOf(records);
  return [...new Set(rows.map((row) => row.scope))].map((machineClass) => ({
    format: 1,
    suite: "made",
    suiteVersion,
    machineClass,
    engine: { name: "wasm", versions: {}, device: "cpu", threads: 1 },
    updates: [{ reason: "made", author: "a test", date: "2026-01-01", commit: null, rows: 1 }],
    rows: rows.filter((row) => row.scope === machineClass).map(storedRow),
  }));
}

/** Who updates, and why. */
export const update = { reason: "first numbers", author: "A. Uthor", date: "2026-01-02T00:00:00Z" };

/** The plan of an update of the suite of `record`. */
export function planOf(given: Partial<UpdateInput> & Pick<UpdateInput, "records">) {
  const labels = new Set(["vae", "autoencoder", "noise"]);
  return planUpdate({ suite: "made", suiteVersion: 1, baselines: [], update, labels, ...given });
}

/**
 * Floors of the classes of machines that `records` are of, with no row of theirs: speed is judged
 * there, by what its baseline tells of the noise.
 */
export function calibratedFor(records: readonly RunRecord[], suiteVersion = 1): Floors[] {
  return [...new Set(records.map(({ provenance }) => provenance.machineClass))].map((
    machineClass,
  ) => ({
    format: 2,
    suite: "made",
    suiteVersion,
    machineClass,
    engine: { name: "wasm" },
    updates: [{
      reason: "made",
      author: "a test",
      date: "2026-01-01",
      commit: null,
      n: 5,
      command: "none",
    }],
    rows: [{
      label: "another",
      metric: "ms",
      kind: "speed",
      unit: "ms",
      floor: 0,
      values: [1, 1, 1, 1, 1],
    }],
  }));
}
