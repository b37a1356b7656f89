/**
 * Work that the store has already. A run whose spec differs from a finished one's only in what is
 * measured would come to the same weights, and to the same values of the metrics that both ask for
 * alike: it takes them over, and measures the rest.
 * @module
 */
import { join } from "@std/path";
import { readSealed, sha256, writeSealed } from "../../base/digest/mod.ts";
import type { Metric } from "../../metrics/mod.ts";
import type { MetricValue, RunRecord, RunSpec, Store, Taken, TrainedBy } from "../../record/mod.ts";
import { canonicalJson } from "../../base/text/mod.ts";
import { StoreError } from "../../base/mod.ts";
import { checkpointFile, spoiltCheckpoint } from "../checkpoint.ts";
import type { Run } from "../job.ts";

/** File of a run's folder that says whose training it took over. */
const twinFile = "trained_by.json";

/** What is kept of a training that was taken over. */
export interface Twin {
  /** The run that it was taken from, which may have it from another. */
  readonly from: string;
  /** The run that trained. */
  readonly trainedBy: TrainedBy;
  readonly compile: number;
  readonly steps: number;
  readonly resumed: number;
}

/**
 * All that fixes the weights: the spec without what is measured on them, and where it is asked for.
 * What is taken of other runs counts by its digest, whatever is measured on those.
 */
export function trainingOf(spec: RunSpec, taken: readonly Taken[] = []): string {
  const { suite: _, suiteVersion: _v, metrics: _m, extractors: _e, needs, ...training } = spec;
  if (needs === undefined) return canonicalJson(training);
  const given = Object.fromEntries(
    Object.entries(needs).map(([role, { run }]) => [
      role,
      taken.find((one) => one.role === role && one.run === run)?.sha256 ?? run,
    ]),
  );
  return canonicalJson({ ...training, needs: given });
}

/** Finished runs of a store by `trainingOf`, the last to finish of each. */
export function finishedRuns(records: readonly RunRecord[]): Map<string, RunRecord> {
  const found = new Map<string, RunRecord>();
  const finished = records.filter(({ state }) => state === "done" || state === "unreliable");
  const when = ({ provenance }: RunRecord) => provenance.finishedAt ?? "";
  for (const record of finished.toSorted((a, b) => when(a) < when(b) ? -1 : 1)) {
    found.set(trainingOf(record.spec, record.needs), record);
  }
  return found;
}

async function weightsOf(store: Store, { id, artefacts }: RunRecord): Promise<Uint8Array | null> {
  const artefact = artefacts.find(({ name }) => name === "checkpoint");
  const bytes = artefact === undefined ? null : await store.read(id, checkpointFile);
  if (bytes === null || spoiltCheckpoint(bytes) !== null) return null;
  return await sha256(bytes) === artefact!.sha256 ? bytes : null;
}

async function twinRecord({ store, planned, taken }: Run): Promise<RunRecord | null> {
  const records = await store.list({ onProblem: () => {} }); // whose own run says so
  const found = finishedRuns(records.filter(({ id }) => id !== planned.id));
  return found.get(trainingOf(planned.spec, taken)) ?? null;
}

/**
 * Copies checkpoint and series of a finished run of the same training into this run's folder.
 * @returns whether there was one
 */
export async function adoptTwin(run: Run): Promise<boolean> {
  const { planned, store, host } = run;
  // What an adoption that was killed half-way has left must not be said of a training of the run's own.
  await store.remove(planned.id, twinFile);
  const twin = run.asked.lends === "training" ? await twinRecord(run) : null;
  if (twin === null) return false;
  const bytes = await weightsOf(store, twin);
  const series = await store.readSeries(twin.id);
  if (bytes === null || series === null) return false;
  const { gitSha, finishedAt } = twin.provenance;
  const { compile, steps } = twin.timings;
  const kept: Twin = {
    from: twin.id,
    trainedBy: twin.trainedBy ?? { id: twin.id, gitSha, finishedAt },
    compile,
    steps,
    resumed: twin.resumed,
  };
  // The checkpoint last: with it the training counts as done.
  const about = new TextEncoder().encode(JSON.stringify(kept));
  await writeSealed(join(store.folder(planned.id), twinFile), about, { purpose: twinFile });
  await store.writeSeries(planned.id, series);
  await store.write(planned.id, checkpointFile, bytes);
  host.emit({
    kind: "note",
    note: `trained before as run ${kept.trainedBy.id}: only what is new is measured`,
  });
  return true;
}

/** Whose training this run's checkpoint is; null where it is its own. */
export async function twinOf({ planned, store }: Run): Promise<Twin | null> {
  const path = join(store.folder(planned.id), twinFile), found = await readSealed(path, twinFile);
  if (found.state === "absent") return null;
  if (found.state === "whole") return JSON.parse(new TextDecoder().decode(found.bytes)) as Twin;
  throw new StoreError(`${path} cannot be used: ${found.reason}; repeat the run with --fresh`);
}

/** Values that are known of a metric that is asked for, or null. */
export type KnownValues = (
  asked: RunSpec["metrics"][number],
  metric: Metric,
) => readonly MetricValue[] | null;

/** What a record holds of a metric asked for with these settings, where all of it was measured. */
function valuesIn(
  { spec, metrics }: RunRecord,
  extractors: RunSpec["extractors"],
): KnownValues {
  if (canonicalJson(spec.extractors ?? {}) !== canonicalJson(extractors ?? {})) return () => null;
  return (asked, metric) => {
    const text = canonicalJson(asked);
    const same = (other: typeof asked) => canonicalJson(other) === text;
    if (!spec.metrics.some(same)) return null;
    // A metric may give more than it declares, but nothing that another entry of it does.
    const others = new Set(
      spec.metrics.filter((other) => other.metric === asked.metric && !same(other))
        .flatMap(({ config }) => metric.declares(config).map(({ name }) => name)),
    );
    const own = metrics.filter((v) => v.metric === asked.metric && !others.has(v.name));
    const names = new Set(own.map(({ name }) => name));
    const whole = metric.declares(asked.config).every(({ name }) => names.has(name)) &&
      own.every(({ value, status }) => value !== null || status === "not-defined");
    return whole ? own : null;
  };
}

/** The run that this one's weights were taken from, or the same control row. */
async function measuredBefore(run: Run, twin: Twin | null): Promise<RunRecord | null> {
  if (run.fresh) return null;
  if (twin !== null) return await run.store.readRecord(twin.from).catch(() => null);
  return run.asked.lends === "values" ? await twinRecord(run) : null;
}

/** Values of metrics that were measured before on the same weights, or of the same control row. */
export async function knownValues(run: Run, twin: Twin | null): Promise<KnownValues> {
  const record = await measuredBefore(run, twin);
  return record === null ? () => null : valuesIn(record, run.planned.spec.extractors);
}
