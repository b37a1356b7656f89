/**
 * Models of finished runs, for runs that take their weights: built as they were trained, with all that
 * they took themselves (a tokenizer, a base), and opened as something that can be asked.
 * @module
 */
import { StoreError } from "../../base/mod.ts";
import type { Dataset } from "../../data/mod.ts";
import { disposeTree } from "../../engine/mod.ts";
import type { NeededRun, PlannedRun, RunRecord, Store, Taken } from "../../record/mod.ts";
import type { Subject } from "../../subject/mod.ts";
import { decodeState } from "../checkpoint.ts";
import { dataOf } from "../data.ts";
import type { Run } from "../job.ts";
import { NeedError, wholeArtefact } from "../needs.ts";
import { buildContext, compilePrograms, openFamily } from "./programs.ts";
import { modelSubject, subjectParts } from "./subject.ts";

/** A model of a finished run. */
export interface FinishedModel {
  readonly label: string;
  /** It draws by the keys of the run that asks, not of the one that trained. */
  readonly subject: Subject;
  /** The data that it was trained on, as it saw them. */
  readonly seen: Dataset;
  /** Frees what it holds on the engine; it can't be asked after that. */
  free(): void;
}

/** Whether a run takes something in a role. */
export function takes({ taken }: Pick<Run, "taken">, role: string): boolean {
  return taken.some((one) => one.role === role);
}

/** @throws StoreError where there is no such record any more */
async function recordOf(store: Store, { run, label, seed }: Taken): Promise<RunRecord> {
  const record = await store.readRecord(run);
  if (record !== null) return record;
  throw new StoreError(
    `${label} seed ${seed} (run ${run}) has no record in ${store.out} any more; repeat it`,
  );
}

/** What was known of the runs that a finished one took something of, by role. */
async function neededBy(store: Store, taken: readonly Taken[]): Promise<PlannedRun["needed"]> {
  if (taken.length === 0) return undefined;
  const found = await Promise.all(taken.map(async (one): Promise<[string, NeededRun]> => {
    const { label, spec } = await recordOf(store, one);
    return [one.role, { label, spec, artefact: one.artefact }];
  }));
  return Object.fromEntries(found);
}

/** The finished run in the place of the one that asks: its plan, and what it took. */
async function asItWas(run: Run, given: Taken): Promise<{ run: Run; steps: number }> {
  const { store, planned: { base } } = run;
  const { id, label, group, spec, steps, needs = [] } = await recordOf(store, given);
  const needed = await neededBy(store, needs);
  const planned: PlannedRun = {
    id,
    label,
    group,
    spec,
    ...(base !== undefined && { base }),
    ...(needed && { needed }),
  };
  return { run: { ...run, planned, taken: needs }, steps };
}

/**
 * The model whose weights a run takes in a role.
 * @throws NeedError where it takes none; StoreError where what the model rests on is gone or was
 * changed, or another version of its family trained it; DataError where files that it reads have changed
 */
export async function finishedModel(run: Run, role: string): Promise<FinishedModel> {
  const { store, host } = run, { engine } = host;
  const given = run.taken.find((one) => one.role === role);
  if (given === undefined) {
    const roles = run.taken.map((one) => one.role).join(", ") || "nothing";
    throw new NeedError(
      `needs a model in the role \`${role}\`, and takes ${roles}: name the entry that trains it`,
    );
  }
  const { run: own, steps } = await asItWas(run, given);
  const { spec, label } = own.planned, what = `${label} seed ${spec.seed}`;
  const family = await host.family(spec.family);
  if (family.version !== spec.familyVersion) {
    throw new StoreError(
      `${what} was trained by version ${spec.familyVersion} of ${family.name}, and this is ` +
        `${family.version}: run it again`,
    );
  }
  const bytes = await wholeArtefact(store, given);
  const { seen, opened } = await openFamily(family, own, await dataOf(own));
  const model = family.build(spec.config, buildContext(own.planned, { seen, opened }, steps));
  const programs = compilePrograms(engine, model, { label, mode: spec.settings?.compile });
  const { state } = restored();
  const parts = subjectParts(own, { dataset: seen, model, programs, state });
  return {
    label,
    subject: modelSubject({ ...parts, keys: run.keys }),
    seen,
    free: () => disposeTree(state),
  };

  function restored() {
    try {
      return decodeState(engine, bytes);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      throw new StoreError(
        `the ${
          given!.artefact
        } of ${what} can't be opened: ${error.message}; repeat that run with --fresh`,
        { cause: error },
      );
    }
  }
}
