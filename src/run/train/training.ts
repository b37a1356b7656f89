/**
 * Training as a run does it: prepared afresh or from a checkpoint, saved as it goes, ended by its
 * budget, a stop or a divergence.
 * @module
 */
import type { Dataset } from "../../data/mod.ts";
import { DataError } from "../../base/mod.ts";
import { disposeTree } from "../../engine/mod.ts";
import { kindOf, MIRROR } from "../../kinds/mod.ts";
import { type Model, requireModel, type TensorRecord } from "../../families/mod.ts";
import type { PlannedRun } from "../../record/mod.ts";
import { budgetSteps } from "./budget.ts";
import {
  checkpointFile,
  type CheckpointPlace,
  encodeState,
  loadCheckpoint,
} from "../checkpoint.ts";
import { DivergenceWatch } from "../divergence.ts";
import type { RunEvent } from "../events.ts";
import { dataOf } from "../data.ts";
import { now, type Run, timed } from "../job.ts";
import {
  buildContext,
  compilePrograms,
  hostContext,
  initialState,
  openFamily,
  type Programs,
} from "../model/programs.ts";
import { givenTo } from "../needs.ts";
import { SeriesRecorder } from "../series.ts";
import { trainSteps } from "./train.ts";
import { adoptTwin, type Twin, twinOf } from "../score/twin.ts";

/** Why a checkpoint can't be used for this run, or null. */
function unfit(place: CheckpointPlace, planned: PlannedRun): string | null {
  const { budget } = planned.spec;
  if ("steps" in budget && place.steps !== budget.steps) {
    return `it is of ${place.steps} steps and the plan says ${budget.steps}`;
  }
  return place.step > place.steps ? "it is past its own end" : null;
}

/** Refuses what a mirror would make untrue. @throws DataError */
function requireMirrorable(
  { name, sample, factors }: Dataset,
  config: PlannedRun["spec"]["config"],
) {
  const kind = kindOf(sample);
  if (!Object.hasOwn(kind.augmentations, MIRROR)) {
    throw new DataError(`${name} holds ${kind.unit.many}: they can't be mirrored; drop \`mirror\``);
  }
  const told = Array.isArray(config.condition) ? config.condition : [];
  const numbers = factors.filter((f) => f.kind === "number" && told.includes(f.name));
  if (numbers.length > 0) {
    throw new DataError(
      `\`mirror\` with \`condition: [${numbers[0].name}]\`: in a mirror a number may change its ` +
        "sign; leave one of the two out",
    );
  }
}

/** A model ready to train or to be scored. */
export interface Prepared {
  readonly dataset: Dataset;
  /** The data as the model sees them. */
  readonly seen: Dataset;
  readonly model: Model;
  readonly programs: Programs;
  readonly place: CheckpointPlace;
  readonly state: TensorRecord;
  readonly resumed: boolean;
  /** Whose finished training was taken over; null where it is the run's own. */
  readonly twin: Twin | null;
  readonly checkpointBytes: Uint8Array | null;
}

/** Loads data and model, and the last checkpoint where there is one. */
export async function prepare(run: Run): Promise<Prepared> {
  const { planned, host, keys, store } = run;
  const { spec } = planned;
  host.emit({ kind: "phase", phase: "data" });
  const dataset = await timed(run, "data", () => dataOf(run));
  const family = await host.family(spec.family);
  if (family.version !== spec.familyVersion) {
    throw new Error(
      `${spec.family} was planned at version ${spec.familyVersion}; this is ${family.version}: plan again`,
    );
  }
  if (spec.mirror) requireMirrorable(dataset, spec.config);
  if (dataset.size("train") === 0) {
    throw new Error(`dataset ${dataset.name} has no training samples`);
  }
  const opened = await timed(run, "data", () => openFamily(family, run, dataset));
  const { seen } = opened;
  if (seen.size("train") === 0) {
    throw new Error(`${planned.label} sees no training samples in dataset ${dataset.name}`);
  }
  const built = (steps: number) => {
    const model = family.build(spec.config, buildContext(planned, opened, steps));
    requireModel(model, planned.label);
    return {
      model,
      programs: compilePrograms(host.engine, model, {
        label: planned.label,
        mode: spec.settings?.compile,
      }),
    };
  };
  const own = () => loadCheckpoint(host.engine, store, planned.id);
  const kept = await own() ?? (!run.fresh && await adoptTwin(run) ? await own() : null);
  if (kept !== null) {
    const why = unfit(kept.place, planned);
    if (why === null) {
      const { place, state, bytes } = kept;
      const twin = await twinOf(run);
      if (twin !== null) Object.assign(run.times, { compile: twin.compile, steps: twin.steps });
      return {
        dataset,
        seen,
        ...built(place.steps),
        place,
        state,
        resumed: true,
        twin,
        checkpointBytes: bytes,
      };
    }
    disposeTree(kept.state);
    host.emit({ kind: "note", note: `checkpoint left alone: ${why}` });
  }
  const { steps } = await timed(run, "compile", () =>
    budgetSteps(spec.budget, (steps) => ({
      engine: host.engine,
      ...built(steps),
      dataset: seen,
      keys,
      batch: spec.batch,
      mirror: spec.mirror,
    })));
  const { model, programs } = built(steps);
  const state = initialState(model, keys);
  return {
    dataset,
    seen,
    model,
    programs,
    place: { step: 0, steps, phase: "training" },
    state,
    resumed: false,
    twin: null,
    checkpointBytes: null,
  };
}

/** Where training ended. */
export interface Trained {
  readonly state: TensorRecord;
  readonly step: number;
  readonly diverged: string | null;
  readonly stopped: boolean;
  readonly seriesSha256: string | null;
  readonly checkpoint: Uint8Array | null;
}

/** Trains what was prepared, to the end of its budget. */
export async function train(run: Run, prepared: Prepared): Promise<Trained> {
  const { planned, host, store, keys, status, times } = run;
  const { seen: dataset, model, programs, place, resumed } = prepared;
  const { engine } = host;
  const previous = resumed ? await store.readSeries(planned.id) : null;
  if (resumed && previous === null) {
    throw new Error(`the checkpoint of ${planned.id} has no series beside it; use --fresh`);
  }
  const watch = new DivergenceWatch();
  const series = new SeriesRecorder(
    engine,
    watch,
    previous === null ? undefined : { series: previous, steps: place.step },
  );
  if (place.phase === "finished") {
    const hash = await store.writeSeries(planned.id, series.series());
    return {
      state: prepared.state,
      step: place.step,
      diverged: null,
      stopped: false,
      seriesSha256: hash,
      checkpoint: prepared.checkpointBytes,
    };
  }
  /** Series first: they may run ahead of the checkpoint, never behind. */
  async function save(state: TensorRecord, at: CheckpointPlace) {
    const encoded = await encodeState(engine, state, at);
    if (encoded.nonFinite !== null) return { encoded, hash: null };
    const hash = await store.writeSeries(planned.id, series.series());
    await store.write(planned.id, checkpointFile, encoded.bytes);
    return { encoded, hash };
  }
  const { batch, mirror } = planned.spec;
  const hosted = hostContext(engine, programs, {
    dataset,
    keys,
    needed: givenTo(run.taken, { store, engine }),
  });
  let begun = prepared.state;
  if (!resumed && model.driver.begin) {
    host.emit({ kind: "phase", phase: "begin" });
    const begin = model.driver.begin;
    begun = await timed(run, "steps", () => begin(prepared.state, hosted));
  }
  const progress = progressOf(place.step, place.steps);
  let savedAt = now();
  let unsound: string | null = null;
  host.emit({ kind: "phase", phase: "train" });
  const trained = await trainSteps(
    { engine, model, programs, dataset, keys, batch, mirror },
    begun,
    {
      from: place.step,
      to: place.steps,
      series,
      times,
      stopped: () => host.stopped() || unsound !== null,
      async onRead(step, state) {
        host.emit(progress(step, series.last("loss")));
        await status.update("train", step, place.steps);
        if (now() - savedAt < host.checkpointSeconds || watch.cause !== null) return;
        const { encoded } = await save(state, { step, steps: place.steps, phase: "training" });
        if (encoded.nonFinite !== null) {
          unsound = `step ${step}: ${encoded.nonFinite} is not finite`;
        }
        savedAt = now();
      },
    },
  );
  const { step } = trained;
  let { state } = trained;
  // The last step's own loss, so that what is shown at the end doesn't hang on when it was read.
  if (place.steps > 0) host.emit(progress(step, series.last("loss")));
  const ended = (rest: Partial<Trained>): Trained => ({
    state,
    step,
    diverged: null,
    stopped: false,
    seriesSha256: null,
    checkpoint: null,
    ...rest,
  });
  const diverged = watch.cause ?? unsound;
  if (diverged !== null) {
    return ended({ diverged, seriesSha256: await store.writeSeries(planned.id, series.series()) });
  }
  if (step < place.steps) {
    const { encoded } = await save(state, { step, steps: place.steps, phase: "training" });
    if (encoded.nonFinite === null) return ended({ stopped: true });
    return ended({ diverged: `step ${step}: ${encoded.nonFinite} is not finite` });
  }
  if (model.driver.finish) {
    host.emit({ kind: "phase", phase: "finish" });
    const finish = model.driver.finish;
    state = await timed(
      run,
      "steps",
      () => finish(state, hosted),
    );
  }
  const { encoded, hash } = await save(state, { step, steps: place.steps, phase: "finished" });
  if (encoded.nonFinite !== null) {
    return ended({
      diverged: `step ${step}: ${encoded.nonFinite} is not finite`,
      seriesSha256: await store.writeSeries(planned.id, series.series()),
    });
  }
  return ended({ seriesSha256: hash, checkpoint: encoded.bytes });
}

/** Rate over the last readings, and time left by it. */
function progressOf(from: number, steps: number): (step: number, loss: number) => RunEvent {
  const recent: { step: number; at: number }[] = [{ step: from, at: now() }];
  return (step, loss) => {
    recent.push({ step, at: now() });
    while (recent.length > 12) recent.shift();
    const [first] = recent;
    const rate = (step - first.step) / (now() - first.at);
    return {
      kind: "progress",
      step,
      steps,
      loss: Number.isFinite(loss) ? loss : null,
      rate,
      secondsLeft: (steps - step) / rate,
    };
  };
}
