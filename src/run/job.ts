/**
 * A run in progress: what it shares with others, what it keeps, and how its record is written.
 * @module
 */
import { kindOf } from "../kinds/mod.ts";
import type { Dataset } from "../data/mod.ts";
import type { Engine } from "../engine/mod.ts";
import type { Family } from "../families/mod.ts";
import type { Capabilities, Subject } from "../subject/mod.ts";
import type { Metric } from "../metrics/mod.ts";
import type { Extractor } from "../extractors/mod.ts";
import {
  type Artefact,
  type HostProvenance,
  type MetricValue,
  openStore,
  type PlannedRun,
  provenanceOf,
  type RunRecord,
  type RunState,
  type SamplesTaken,
  type Store,
  type Taken,
  type Timings,
  type TrainedBy,
} from "../record/mod.ts";
import type { HostKey } from "../random/host/mod.ts";
import type { Tokenizer } from "../tokenizers/mod.ts";
import type { Outcome, RunEvent } from "./events.ts";
import { type RunKeys, runKeys } from "./keys.ts";
import { RunStatusFile } from "./status_file.ts";

/** What runs in a worker share, and where their parts come from. */
export interface RunHost {
  readonly engine: Engine;
  /** Why this engine. */
  readonly engineChoice: string;
  readonly provenance: HostProvenance;
  readonly out: string;
  readonly dataset: (data: PlannedRun["spec"]["data"]) => Promise<Dataset>;
  readonly family: (name: string) => Promise<Family>;
  readonly metric: (name: string) => Promise<Metric>;
  /** A loaded extractor; throws `MetricUnavailable` where it can't be had. */
  readonly extractor: (name: string) => Promise<Extractor>;
  /** The subject of a control row, drawn from this key; over the tokens of a tokenizer where it uses one. */
  readonly control: (
    name: string,
    context: {
      readonly dataset: Dataset;
      readonly key: HostKey;
      readonly tokenizer?: Tokenizer;
    },
  ) => Subject;
  /** Asked between pieces of work; true stops cleanly. */
  readonly stopped: () => boolean;
  readonly emit: (event: RunEvent) => void;
  /** Seconds between checkpoints. */
  readonly checkpointSeconds: number;
}

/** Seconds of a monotonic clock. */
export const now = () => performance.now() / 1000;

/** Mutable `Timings` without the total. */
export type Times = { -readonly [K in Exclude<keyof Timings, "total">]: number };

/** A run in progress. */
export interface Run {
  readonly planned: PlannedRun;
  readonly host: RunHost;
  readonly store: Store;
  readonly keys: RunKeys;
  readonly status: RunStatusFile;
  readonly times: Times;
  readonly started: number;
  readonly startedAt: string;
  /** Nothing of before is used, of other runs either. */
  readonly fresh: boolean;
  /** What its protocol says of it. */
  readonly asked: Asked;
  /** What it takes of other runs. */
  readonly taken: readonly Taken[];
}

/** What a protocol says of its runs that their ends depend on. */
export interface Asked {
  /** What it takes over of a finished run that differs only in what is measured. */
  readonly lends: "training" | "values" | "nothing";
  /** What metrics of speed are told where there is nothing to time. */
  readonly untimed?: { readonly status: "not-defined" | "not-measured"; readonly reason: string };
}

/** Starts the clock of a run. */
export function begin(
  planned: PlannedRun,
  host: RunHost,
  { fresh = false, asked = { lends: "training" }, taken = [] }: Partial<
    Pick<Run, "fresh" | "asked" | "taken">
  > = {},
): Run {
  const store = openStore(host.out);
  return {
    planned,
    host,
    store,
    keys: runKeys(planned.spec.seed),
    status: new RunStatusFile(store, planned),
    times: { data: 0, compile: 0, steps: 0, metrics: 0, pictures: 0 },
    started: now(),
    startedAt: new Date().toISOString(),
    fresh,
    asked,
    taken,
  };
}

/** Adds the seconds of `work` to one part of the run's time. */
export async function timed<T>(run: Run, part: keyof Times, work: () => Promise<T>): Promise<T> {
  const start = now();
  try {
    return await work();
  } finally {
    run.times[part] += now() - start;
  }
}

/** What the end of a run adds up to. */
export interface Ending {
  readonly state: RunState;
  readonly cause?: string;
  readonly dataset: Dataset;
  readonly steps: number;
  readonly parameters: number;
  readonly metrics: readonly MetricValue[];
  readonly artefacts: readonly Artefact[];
  readonly capabilities?: Capabilities;
  readonly samples?: SamplesTaken;
  readonly measured?: RunRecord["measured"];
  readonly resumed: number;
  readonly trainedBy?: TrainedBy;
  readonly seriesSha256: string | null;
}

/** The end of a run that trained nothing; what else it has goes beside. */
export const untrained = {
  steps: 0,
  parameters: 0,
  resumed: 0,
  seriesSha256: null,
  artefacts: [],
} as const satisfies Partial<Ending>;

/** Writes the record; the run is over. */
export async function writeRecord(run: Run, ending: Ending): Promise<Outcome> {
  const { planned, host, times, started } = run;
  const { dataset, cause, state, ...rest } = ending;
  const before = ending.trainedBy === undefined ? 0 : times.compile + times.steps;
  const record: RunRecord = {
    format: 1,
    id: planned.id,
    label: planned.label,
    group: planned.group,
    spec: planned.spec,
    state,
    ...(cause === undefined ? {} : { cause }),
    provenance: await provenanceOf(host.provenance, {
      engine: host.engine,
      engineChoice: host.engineChoice,
      datasetDigest: dataset.digest,
      datasetNotes: dataset.notes,
      startedAt: run.startedAt,
      finishedAt: new Date().toISOString(),
    }),
    ...rest,
    unit: kindOf(dataset.sample).unit,
    ...(run.taken.length === 0 ? {} : { needs: run.taken }),
    timings: { ...times, total: now() - started + before },
  };
  await run.store.writeRecord(record);
  await run.status.remove();
  return { kind: "record", record, cached: false };
}
