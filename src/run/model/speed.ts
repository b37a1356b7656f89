/**
 * Speed metrics of a finished run, from its checkpoint, when nothing else runs.
 * @module
 */
import { disposeTree } from "../../engine/mod.ts";
import type { Metric } from "../../metrics/mod.ts";
import type { Subject } from "../../subject/mod.ts";
import {
  type MetricValue,
  type PlannedRun,
  provenanceOf,
  type RunRecord,
  type RunSpec,
} from "../../record/mod.ts";
import { evaluate } from "../score/evaluate.ts";
import type { Outcome } from "../events.ts";
import { begin, now, type RunHost, timed } from "../job.ts";
import { takenBy } from "../needs.ts";
import { modelSubject, subjectParts } from "./subject.ts";
import { timedWork } from "./timed.ts";
import { prepare } from "../train/training.ts";

type Asked = RunSpec["metrics"][number];

/** A metric of the speed phase that a record asks for. */
interface SpeedMetric {
  readonly asked: Asked;
  /** All that it gives, in its order. */
  readonly names: readonly string[];
  /** Names of what it counts without a clock. */
  readonly counted: ReadonlySet<string>;
}

async function speedMetrics(record: RunRecord, host: RunHost): Promise<SpeedMetric[]> {
  const found: SpeedMetric[] = [];
  for (const asked of record.spec.metrics) {
    const metric = await host.metric(asked.metric);
    if (metric.phase !== "speed") continue;
    const names = (values: ReturnType<Metric["declares"]>) => values.map(({ name }) => name);
    found.push({
      asked,
      names: names(metric.declares(asked.config)),
      counted: new Set(names(metric.counts?.declares(asked.config) ?? [])),
    });
  }
  return found;
}

/** Values of the record and those found now, each metric of speed in its own order. */
function merged(
  before: readonly MetricValue[],
  { found, all }: { found: readonly MetricValue[]; all: readonly SpeedMetric[] },
): MetricValue[] {
  const places = new Map(
    all.flatMap(({ names }) => names).map((name, place) => [name, place]),
  );
  const place = ({ name }: MetricValue) => places.get(name) ?? places.size;
  const speed = new Set(all.map(({ asked }) => asked.metric));
  const now = new Set(found.map(({ name }) => name));
  const kept = before.filter(({ name }) => !now.has(name));
  return [
    ...kept.filter(({ metric }) => !speed.has(metric)),
    ...[...kept.filter(({ metric }) => speed.has(metric)), ...found]
      .sort((a, b) => place(a) - place(b)),
  ];
}

/**
 * Computes the speed metrics that a finished run still lacks and adds them to its record. The
 * caller sees to it that nothing else runs.
 * @param options.again measures all of them once more, in a record of this code on this machine that
 * is not kept: the stored one stays as it is
 */
export async function executeSpeed(
  planned: PlannedRun,
  host: RunHost,
  { again = false } = {},
): Promise<Outcome> {
  const { store, keys, ...begun } = begin(planned, host);
  const record = await store.readRecord(planned.id);
  if (record === null) return { kind: "failed", cause: `run ${planned.id} has no record` };
  const all = await speedMetrics(record, host);
  const have = new Set(record.metrics.map(({ name }) => name));
  const untimed = all.filter(({ names, counted }) =>
    again || names.some((name) => !counted.has(name) && !have.has(name))
  );
  const uncounted = all.filter(({ counted }) => [...counted].some((name) => !have.has(name)));
  const nothing = untimed.length === 0 && uncounted.length === 0;
  if (nothing || !["done", "unreliable"].includes(record.state)) {
    return { kind: "record", record, cached: true };
  }
  host.emit({ kind: "phase", phase: "speed" });
  const run = { ...begun, store, keys, taken: await takenBy(planned, store) };
  const prepared = await prepare(run);
  const { dataset, seen, model, programs, state } = prepared;
  const parts = subjectParts(run, { dataset: seen, model, programs, state });
  const { timed: work, release } = timedWork(parts, { dataset: seen, steps: record.steps });
  const subject: Subject = { ...modelSubject(parts), timed: work };
  const scored = (phase: "speed" | "quality", metrics: readonly SpeedMetric[]) =>
    timed(run, "metrics", () =>
      evaluate(
        {
          subject,
          dataset,
          keys,
          metric: host.metric,
          extractor: host.extractor,
          cache: store.cache,
          engine: host.engine,
        },
        metrics.map(({ asked }) => asked),
        { phase, stopped: host.stopped },
      ));
  const timings = await scored("speed", untimed);
  // Of a record of before counts were computed with the run.
  const counts = await scored("quality", uncounted);
  const problems = [...timings.problems, ...counts.problems];
  release();
  disposeTree(state);
  const { software } = host.engine.identity;
  const doubts = software === undefined ? problems : [
    ...problems,
    `speed: ${software} is a device in software; its times say nothing of any device`,
  ];
  const cause = [...(record.cause === undefined ? [] : [record.cause]), ...doubts].join("; ");
  const seconds = record.timings;
  const added: RunRecord = {
    ...record,
    state: doubts.length === 0 ? record.state : "unreliable",
    ...(cause === "" ? {} : { cause }),
    metrics: merged(record.metrics, { found: [...timings.values, ...counts.values], all }),
    timings: {
      ...seconds,
      data: seconds.data + run.times.data,
      metrics: seconds.metrics + run.times.metrics,
      total: seconds.total + now() - run.started,
    },
  };
  if (!again) {
    await store.writeRecord(added);
    return { kind: "record", record: added, cached: false };
  }
  const { datasetDigest, datasetNotes } = record.provenance;
  const provenance = await provenanceOf(host.provenance, {
    engine: host.engine,
    engineChoice: host.engineChoice,
    datasetDigest,
    datasetNotes,
    startedAt: run.startedAt,
    finishedAt: new Date().toISOString(),
  });
  return { kind: "record", record: { ...added, provenance }, cached: false };
}
