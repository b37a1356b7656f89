/**
 * What a run takes of other runs: found in their records by role, checked by digest before use.
 * @module
 */
import { join } from "@std/path";
import { readSealed, sha256, writeSealed } from "../base/digest/mod.ts";
import { StoreError, ToldError } from "../base/mod.ts";
import type { Engine } from "../engine/mod.ts";
import type { Given, GivenRun } from "../families/mod.ts";
import type { NeededRun, PlannedRun, RunRecord, Store, Taken } from "../record/mod.ts";
import { decodeState } from "./checkpoint.ts";

/** File of a run's folder that says what it took, so that a resumed run took it too. */
const takenFile = "needs.json";

/** A run can't be done, since another that it needs isn't. */
export class NeedError extends ToldError {
  override readonly name = "NeedError";
}

/** Whether others can take something of a run that ended like this. */
export function canBeTaken({ state }: Pick<RunRecord, "state">): boolean {
  return state === "done" || state === "unreliable";
}

/** "needs base seed 2, which failed: …": why a run can't be done. */
export function unmetText(
  { label, spec }: Pick<NeededRun, "label" | "spec">,
  { state, cause }: { readonly state: string; readonly cause?: string },
): string {
  return `needs ${label} seed ${spec.seed}, which ${state}` +
    (cause === undefined ? "" : `: ${cause}`);
}

/** The roles of a run with the runs in them, in order of the roles' names. */
export function neededRuns({ spec, needed = {} }: PlannedRun): [string, string, NeededRun][] {
  return Object.entries(spec.needs ?? {}).sort(([a], [b]) => a < b ? -1 : 1)
    .map(([role, { run }]) => [role, run, needed[role]]);
}

/** What is known of them beforehand; undefined where there are none. */
export function givenRuns({ needed }: Pick<PlannedRun, "needed">): BuildGiven | undefined {
  if (needed === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(needed).map(([role, { spec }]) => [role, {
      family: spec.family,
      version: spec.familyVersion,
      config: spec.config,
    }]),
  );
}

type BuildGiven = { readonly [role: string]: GivenRun };

/**
 * What a run takes, with the digests that it has to have: as it was when the run was begun, or else as
 * the records have it now.
 * @throws NeedError where a run that is needed isn't done; StoreError where what is kept was changed
 */
export async function takenBy(planned: PlannedRun, store: Store): Promise<Taken[]> {
  if (planned.spec.needs === undefined) return [];
  const path = join(store.folder(planned.id), takenFile);
  const kept = await readSealed(path, takenFile);
  if (kept.state === "whole") return JSON.parse(new TextDecoder().decode(kept.bytes)) as Taken[];
  if (kept.state === "spoilt") {
    throw new StoreError(`${path} cannot be used: ${kept.reason}; repeat the run with --fresh`);
  }
  const taken: Taken[] = [];
  for (const [role, run, needed] of neededRuns(planned)) {
    const record = await store.readRecord(run);
    const { label, spec: { seed }, artefact } = needed;
    if (record === null) {
      throw new NeedError(
        `needs ${label} seed ${seed} (run ${run}), which has no record in ${store.out}; run it too`,
      );
    }
    if (!canBeTaken(record)) throw new NeedError(unmetText(needed, record));
    const found = record.artefacts.find(({ name }) => name === artefact);
    if (found === undefined) {
      throw new NeedError(`needs the ${artefact} of ${label} seed ${seed}, whose record has none`);
    }
    taken.push({ role, run, label, seed, artefact, sha256: found.sha256 });
  }
  const bytes = new TextEncoder().encode(JSON.stringify(taken));
  await writeSealed(path, bytes, { purpose: takenFile });
  return taken;
}

/** The artefacts themselves, by role. */
export function givenTo(
  taken: readonly Taken[],
  { store, engine }: { readonly store: Store; readonly engine: Engine },
): { readonly [role: string]: Given } {
  return Object.fromEntries(taken.map((one) => {
    const bytes = () => wholeArtefact(store, one);
    return [one.role, {
      bytes,
      state: async () => decodeState(engine, await bytes()).state,
    }];
  }));
}

/**
 * The bytes of an artefact of another run.
 * @throws StoreError where its file is gone, or isn't what was taken
 */
export async function wholeArtefact(
  store: Store,
  { run, label, seed, artefact, sha256: wanted }: Taken,
): Promise<Uint8Array> {
  const record = await store.readRecord(run);
  const file = record?.artefacts.find(({ name }) => name === artefact)?.file;
  const bytes = file === undefined ? null : await store.read(run, file);
  const what = `${store.folder(run)}/${file ?? artefact}, the ${artefact} of ${label} seed ${seed}`;
  if (bytes === null) {
    throw new StoreError(`${what}, isn't there any more; repeat that run with --fresh`);
  }
  const found = await sha256(bytes);
  if (found === wanted) return bytes;
  throw new StoreError(
    `${what}, was changed: its sha256 is ${found}, and ${wanted} was taken; repeat that run and ` +
      "those that need it with --fresh",
  );
}
