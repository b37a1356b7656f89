/**
 * Speed metrics of a finished run, from its checkpoint, when nothing else runs.
 * @module
 */
import { disposeTree } from "../engine/tree.ts";
import type { Subject } from "../metrics/metric.ts";
import { provenanceOf } from "../record/provenance.ts";
import type { PlannedRun, Record as RunRecord } from "../record/record.ts";
import { evaluate } from "./evaluate.ts";
import type { Outcome } from "./events.ts";
import { begin, now, type RunHost, timed } from "./job.ts";
import { modelSubject, subjectParts } from "./subject.ts";
import { timedWork } from "./timed.ts";
import { prepare } from "./training.ts";

/** Metrics of the spec that are of the speed phase. */
async function speedMetrics(record: RunRecord, host: RunHost) {
  const found = [];
  for (const asked of record.spec.metrics) {
    if ((await host.metric(asked.metric)).phase === "speed") found.push(asked);
  }
  return found;
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
  const run = begin(planned, host);
  const { store, keys } = run;
  const record = await store.readRecord(planned.id);
  if (record === null) return { kind: "failed", cause: `run ${planned.id} has no record` };
  const all = await speedMetrics(record, host);
  const names = new Set(all.map(({ metric }) => metric));
  const kept = record.metrics.filter(({ metric }) => !again || !names.has(metric));
  const missing = all.filter((asked) => !kept.some(({ metric }) => metric === asked.metric));
  if (missing.length === 0 || !["done", "unreliable"].includes(record.state)) {
    return { kind: "record", record, cached: true };
  }
  host.emit({ kind: "phase", phase: "speed" });
  const prepared = await prepare(run);
  const { dataset, model, programs, state } = prepared;
  const parts = subjectParts(run, { dataset, model, programs, state });
  const { timed: work, release } = timedWork(parts, { dataset, steps: record.steps });
  const subject: Subject = { ...modelSubject(parts), timed: work };
  const { values, problems } = await timed(run, "metrics", () =>
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
      missing,
      { phase: "speed", stopped: host.stopped },
    ));
  release();
  disposeTree(state);
  const { software } = host.engine.identity;
  const doubts = software === undefined ? problems : [
    ...problems,
    `speed: ${software} is a device in software; its times say nothing of any device`,
  ];
  const cause = [...(record.cause === undefined ? [] : [record.cause]), ...doubts].join("; ");
  const { timings } = record;
  const added: RunRecord = {
    ...record,
    state: doubts.length === 0 ? record.state : "unreliable",
    ...(cause === "" ? {} : { cause }),
    metrics: [...kept, ...values],
    timings: {
      ...timings,
      data: timings.data + run.times.data,
      metrics: timings.metrics + run.times.metrics,
      total: timings.total + now() - run.started,
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
