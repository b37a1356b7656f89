/**
 * Trainings that the store has already. A run whose spec differs from a finished one's only in what is
 * measured would come to the same weights: it takes those, and only measures.
 * @module
 */
import { sha256 } from "../digest.ts";
import { canonicalJson } from "../plan/identity.ts";
import type { Record as RunRecord, RunSpec, TrainedBy } from "../record/record.ts";
import type { Store } from "../record/store.ts";
import { checkpointFile } from "./checkpoint.ts";
import type { Run } from "./job.ts";

/** File of a run's folder that says whose training it took over. */
const twinFile = "trained_by.json";

/** What is kept of a training that was taken over. */
export interface Twin extends TrainedBy {
  readonly compile: number;
  readonly steps: number;
  readonly resumed: number;
}

/** All that fixes the weights: the spec without what is measured on them, and where it is asked for. */
export function trainingOf(spec: RunSpec): string {
  const { suite: _, suiteVersion: _v, metrics: _m, extractors: _e, ...training } = spec;
  return canonicalJson(training);
}

/** Finished trainings of a store by `trainingOf`, the last to finish of each. */
export function trainedRuns(records: readonly RunRecord[]): Map<string, RunRecord> {
  const found = new Map<string, RunRecord>();
  const finished = records.filter(({ spec, state }) =>
    spec.protocol === "train-evaluate" && (state === "done" || state === "unreliable")
  );
  const when = ({ provenance }: RunRecord) => provenance.finishedAt ?? "";
  for (const record of finished.toSorted((a, b) => when(a) < when(b) ? -1 : 1)) {
    found.set(trainingOf(record.spec), record);
  }
  return found;
}

async function weightsOf(store: Store, { id, artefacts }: RunRecord): Promise<Uint8Array | null> {
  const artefact = artefacts.find(({ name }) => name === "checkpoint");
  const bytes = artefact === undefined ? null : await store.read(id, checkpointFile);
  return bytes !== null && await sha256(bytes) === artefact!.sha256 ? bytes : null;
}

/**
 * Copies checkpoint and series of a finished run of the same training into this run's folder.
 * @returns whether there was one
 */
export async function adoptTwin({ planned, store, host }: Run): Promise<boolean> {
  const records = await store.list({ onProblem: () => {} }); // whose own run says so
  const twin = trainedRuns(records).get(trainingOf(planned.spec));
  if (twin === undefined || twin.id === planned.id) return false;
  const bytes = await weightsOf(store, twin);
  const series = await store.readSeries(twin.id);
  if (bytes === null || series === null) return false;
  const { gitSha, finishedAt } = twin.provenance;
  const { compile, steps } = twin.timings;
  const kept: Twin = {
    id: twin.trainedBy?.id ?? twin.id,
    gitSha: twin.trainedBy?.gitSha ?? gitSha,
    finishedAt: twin.trainedBy?.finishedAt ?? finishedAt,
    compile,
    steps,
    resumed: twin.resumed,
  };
  // The checkpoint last: with it the training counts as done.
  await store.write(planned.id, twinFile, new TextEncoder().encode(JSON.stringify(kept)));
  await store.writeSeries(planned.id, series);
  await store.write(planned.id, checkpointFile, bytes);
  host.emit({ kind: "note", note: `trained before as run ${kept.id}: only measured anew` });
  return true;
}

/** Whose training this run's checkpoint is; null where it is its own. */
export async function twinOf({ planned, store }: Run): Promise<Twin | null> {
  const bytes = await store.read(planned.id, twinFile);
  return bytes === null ? null : JSON.parse(new TextDecoder().decode(bytes)) as Twin;
}

/** What the record says of it. */
export function trainedBy({ id, gitSha, finishedAt }: Twin): TrainedBy {
  return { id, gitSha, finishedAt };
}
