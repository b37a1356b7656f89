/**
 * The training loop: batches by step, programs by the driver's schedule, scalars into the series.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import { disposeTree, type Engine } from "../../engine/mod.ts";
import type { Batch, Dataset } from "../../data/mod.ts";
import { augmentationCoins } from "../../kinds/batch/mod.ts";
import { augmentationOf, batcherOf, MIRROR } from "../../kinds/mod.ts";
import { type Model, requireLoss, type TensorRecord } from "../../families/mod.ts";
import { keyTensor } from "../../random/mod.ts";
import type { RunKeys } from "../keys.ts";
import { trainInputs } from "../model/inputs.ts";
import { type Programs, sampleContext } from "../model/programs.ts";
import type { SeriesRecorder } from "../series.ts";

/** Scalars may wait on the device for this many steps or seconds, whichever is first. */
const waitSteps = 16;
const waitSeconds = 0.5;

/** What one training needs. */
export interface TrainSetup {
  readonly engine: Engine;
  readonly model: Model;
  readonly programs: Programs;
  readonly dataset: Dataset;
  readonly keys: RunKeys;
  readonly batch: number;
  /** Whether samples come mirrored or not, by chance. */
  readonly mirror?: boolean;
}

/** Seconds of a training by part; see `Timings`. */
export interface TrainTimes {
  data: number;
  compile: number;
  steps: number;
}

/** Where and how far to train, and who is told. */
export interface TrainOptions {
  readonly from: number;
  readonly to: number;
  readonly series: SeriesRecorder;
  readonly times: TrainTimes;
  /** Asked before each step; true stops cleanly there. */
  readonly stopped: () => boolean;
  /** After each reading of scalars; the place to show progress and to save. */
  readonly onRead?: (step: number, state: TensorRecord) => Promise<void>;
}

const now = () => performance.now() / 1000;

/** What the inputs of a step are made with. */
export type StepSetup = Pick<TrainSetup, "engine" | "model" | "programs" | "dataset" | "keys">;

/**
 * The inputs of a step's programs: its batch, or what the model makes of it. The caller disposes them.
 * @param at.state the one before the step; it stays the caller's
 */
export async function stepInputs(
  { engine, model, programs, dataset, keys }: StepSetup,
  { state, batch, step }: {
    readonly state: TensorRecord;
    readonly batch: Batch;
    readonly step: number;
  },
): Promise<TensorRecord> {
  const { driver } = model;
  if (driver.collect === undefined) return trainInputs(engine, batch, dataset);
  const stepKey = (purpose: string) => keyTensor(keys.step(step, purpose));
  return await driver.collect(state, batch, {
    ...sampleContext(engine, programs),
    read: (tensor) => engine.read(tensor),
    key: () => stepKey("collect"),
    at: step,
    stepKey,
  });
}

/**
 * Runs a step's programs in order and returns the state after them. Of a program that runs several
 * times the last scalars count; each time has a key of its own.
 * @param at.told is given each scalar, by the name of its column, and takes it over
 */
export function stepPrograms(
  { model, programs, keys }: Pick<TrainSetup, "model" | "programs" | "keys">,
  { state, inputs, step, told, names = model.driver.schedule?.(step) ?? ["train"] }: {
    readonly state: TensorRecord;
    readonly inputs: TensorRecord;
    readonly step: number;
    readonly told: (column: string, scalar: tf.Tensor) => void;
    /** Default: those of the driver's schedule. */
    readonly names?: readonly string[];
  },
): TensorRecord {
  const times = new Map<string, number>(), scalars = new Map<string, tf.Tensor>();
  let next = state;
  for (const name of names) {
    const time = times.get(name) ?? 0;
    times.set(name, time + 1);
    const key = keyTensor(keys.step(step, time === 0 ? name : `${name} ${time}`));
    const [after, outputs] = programs.step(name, next, { inputs, key });
    next = after;
    requireLoss(name, outputs);
    for (const [output, scalar] of Object.entries(outputs)) {
      if (!("dataId" in scalar)) {
        throw new TypeError(`output ${output} of ${name} is a tree; series hold scalars`);
      }
      const at = column(name, output);
      scalars.get(at)?.dispose();
      scalars.set(at, scalar as tf.Tensor);
    }
    key.dispose();
  }
  for (const [at, scalar] of scalars) told(at, scalar);
  return next;
}

/** Name of a scalar's column: `train`'s own, others' under their program. */
const column = (program: string, output: string) =>
  program === "train" ? output : `${program}/${output}`;

/** The batch of a step, which depends on nothing but the step and the run's keys. */
async function batchAt(
  { dataset, keys, batch, mirror, model }: TrainSetup,
  step: number,
): Promise<Batch> {
  const { sample } = dataset, key = keys.order;
  const source = {
    spec: sample,
    size: dataset.size("train"),
    read: (indices: ArrayLike<number>) => dataset.read("train", indices),
  };
  const cut = await batcherOf(sample, model.batches).cut(source, { key, step, batch });
  if (!mirror) return cut;
  const which = augmentationCoins(key, { name: MIRROR, step, batch });
  return { ...cut, samples: augmentationOf(sample, MIRROR).apply(cut.samples, which) };
}

/**
 * Trains from step `from` to `to`. Takes the state over and returns the last one. Ends early when
 * asked to stop, or when the series' watch has found a divergence. All scalars are read at the end.
 */
export async function trainSteps(
  setup: TrainSetup,
  initial: TensorRecord,
  options: TrainOptions,
): Promise<{ state: TensorRecord; step: number }> {
  const { engine } = setup;
  const { series, times } = options;
  let state = initial;
  let step = options.from;
  let next = step < options.to ? batchAt(setup, step) : null;
  let seconds = series.seconds;
  let readAt = now();
  while (step < options.to && !options.stopped() && series.watch.cause === null) {
    const start = now();
    const batch = await next!;
    // The next batch is asked for before the step runs, so that its loading overlaps.
    next = step + 1 < options.to ? batchAt(setup, step + 1) : null;
    next?.catch(() => {}); // an error surfaces where it is awaited; a stop may leave it unawaited
    const collects = setup.model.driver.collect !== undefined;
    const asked = now();
    const inputs = await stepInputs(setup, { state, batch, step });
    // What a model makes itself is part of the step's work.
    const ready = collects ? asked : now();
    state = stepPrograms(setup, {
      state,
      inputs,
      step,
      told: (at, scalar) => series.add(at, scalar),
    });
    disposeTree(inputs);
    const due = (step + 1) % waitSteps === 0 || now() - readAt > waitSeconds;
    if (due) await engine.sync();
    const end = now();
    times.data += ready - start;
    if (step === options.from) times.compile += end - ready; // programs compile on their first call
    else times.steps += end - ready;
    seconds += end - start;
    series.endStep(seconds);
    step += 1;
    if (due) {
      const before = now();
      await series.flush();
      times.steps += now() - before;
      readAt = now();
      await options.onRead?.(step, state);
    }
  }
  await next?.catch(() => {});
  await series.flush();
  return { state, step };
}
