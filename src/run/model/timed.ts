/**
 * Timed pieces of work of a trained model, for speed metrics.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import { disposeTree, leaves } from "../../engine/mod.ts";
import type { Batch, Dataset } from "../../data/mod.ts";
import type { Driver, TensorRecord } from "../../families/mod.ts";
import type { Subject } from "../../subject/mod.ts";
import { batcherOf, kindOf } from "../../kinds/mod.ts";
import { keyTensor } from "../../random/mod.ts";
import { rowNumbers } from "./inputs.ts";
import { conditionsOf, draw, labelTensors } from "./sampling.ts";
import type { SubjectParts } from "./subject.ts";
import { stepInputs, stepPrograms } from "../train/train.ts";

type Timed = NonNullable<Subject["timed"]>;

/** A copy of a state, so that donated steps leave the run's own alone. */
function copyState(state: TensorRecord): TensorRecord {
  const copy = (tree: unknown): unknown => {
    if (typeof tree === "object" && tree !== null && "dataId" in tree) {
      return (tree as tf.Tensor).clone();
    }
    if (Array.isArray(tree)) return tree.map(copy);
    return Object.fromEntries(Object.entries(tree as object).map(([k, v]) => [k, copy(v)]));
  };
  return copy(state) as TensorRecord;
}

/** A kind of training step: the programs that it runs, and the share of the steps that are such. */
export interface StepKind {
  readonly programs: readonly string[];
  readonly share: number;
  /** The first step of the kind. */
  readonly first: number;
}

/** The kinds of step that a training of so many steps has, in the order in which they first come. */
export function stepKinds({ schedule }: Driver, steps: number): StepKind[] {
  const found = new Map<string, { count: number; first: number }>();
  for (let step = 0; step < steps; step++) {
    const kind = (schedule?.(step) ?? ["train"]).join("\n");
    const known = found.get(kind);
    if (known === undefined) found.set(kind, { count: 1, first: step });
    else known.count += 1;
  }
  return [...found].map(([kind, { count, first }]) => ({
    programs: kind.split("\n"),
    share: count / steps,
    first,
  }));
}

/**
 * Thunks of training steps and of a sampling call. Inputs are on the device before the clock starts;
 * every call ends with a synchronisation. `release` frees what they hold.
 * @param options.steps of the whole training
 */
export function timedWork(
  parts: SubjectParts,
  { dataset, steps }: { dataset: Dataset; steps: number },
): { timed: Timed; release: () => void } {
  const { engine, model, programs, keys } = parts;
  const held: (() => void)[] = [];
  const kinds = stepKinds(model.driver, steps);

  const setup = { engine, model, programs, dataset, keys };

  async function firstBatch(batch: number): Promise<Batch> {
    const { sample } = dataset, size = dataset.size("train");
    const read = (indices: ArrayLike<number>) => dataset.read("train", indices);
    const asked = { key: keys.order, step: 0, batch };
    return await batcherOf(sample, model.batches).cut({ spec: sample, size, read }, asked);
  }

  /** The inputs of steps, by their state: made anew each time where the model makes them itself. */
  async function inputsOf(batch: number): Promise<
    (state: TensorRecord, step: number) => Promise<{
      readonly inputs: TensorRecord;
      readonly done: () => void;
    }>
  > {
    const cut = await firstBatch(batch);
    const made = (state: TensorRecord, step: number) =>
      stepInputs(setup, { state, batch: cut, step });
    if (model.driver.collect !== undefined) {
      return async (state, step) => {
        const inputs = await made(state, step);
        return { inputs, done: () => disposeTree(inputs) };
      };
    }
    const inputs = await made({}, 0);
    held.push(() => disposeTree(inputs));
    return () => Promise.resolve({ inputs, done: () => {} });
  }

  function stepOnce(
    state: TensorRecord,
    inputs: TensorRecord,
    { programs: names, step }: { programs: readonly string[]; step: number },
  ): TensorRecord {
    const scalars: tf.Tensor[] = [];
    const next = stepPrograms(setup, {
      state,
      inputs,
      step,
      names,
      told: (_, scalar) => scalars.push(scalar),
    });
    const kept = new Set(leaves(next).map(([, leaf]) => leaf));
    scalars.filter((scalar) => !kept.has(scalar)).forEach((scalar) => scalar.dispose());
    return next;
  }

  const uncounted = model.reshapes?.length
    ? "its programs are computed on the host, by values: no shape tells how much it is"
    : model.driver.collect !== undefined
    ? "a step trains on what the model writes, and how much that is hangs on values"
    : undefined;

  const conditions = conditionsOf(model);

  /** What a sampling call of so many rows is asked; labels are the first training samples'. */
  async function request(batch: number) {
    const size = Math.min(batch, parts.trainSize);
    const labels = conditions.length === 0
      ? {}
      : await parts.trainLabels(Uint32Array.from({ length: size }, (_, i) => i));
    const asked = {
      rows_B: rowNumbers(engine, batch) as tf.Tensor1D,
      labels: labelTensors(engine, labels, { conditions, from: 0, count: batch }),
    };
    held.push(() => disposeTree(asked));
    return asked;
  }

  function sampleOnce(asked: Awaited<ReturnType<typeof request>>): void {
    const key = keyTensor(keys.sample);
    disposeTree(draw(parts, { ...asked, key }));
    key.dispose();
  }

  const { part } = kindOf(dataset.sample), { share } = batcherOf(dataset.sample, model.batches);
  const timed: Timed = {
    ...(part && { parts: part.of(dataset.sample) }),
    ...(share && { trainShare: share(dataset.sample) }),
    ...(kinds.length === 0 && { trains: false as const }),
    ...(uncounted !== undefined && { uncounted }),
    async trainSteps(batch) {
      const made = await inputsOf(batch);
      return kinds.map(({ programs, share }) => {
        let state = copyState(parts.state);
        let step = 0;
        held.push(() => disposeTree(state));
        const work = async () => {
          const { inputs, done } = await made(state, step);
          state = stepOnce(state, inputs, { programs, step: step++ });
          done();
          await engine.sync();
        };
        return { share, work };
      });
    },
    async sampleBatch(batch) {
      const asked = await request(batch);
      return async () => {
        sampleOnce(asked);
        await engine.sync();
      };
    },
    async flops(batch) {
      const asked = await request(batch);
      let train = 0;
      if (kinds.length > 0 && uncounted === undefined) {
        const { inputs } = await (await inputsOf(batch))(parts.state, 0);
        for (const { programs, share } of kinds) {
          train += share * engine.countFlops(() => {
            disposeTree(stepOnce(copyState(parts.state), inputs, { programs, step: 0 }));
          });
        }
      }
      const sample = model.capabilities.samples ? engine.countFlops(() => sampleOnce(asked)) : 0;
      return { train, sample };
    },
    peakBytes: () => engine.memory().peakBytes,
  };
  return { timed, release: () => held.splice(0).forEach((free) => free()) };
}
