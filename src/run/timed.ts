/**
 * Timed pieces of work of a trained model, for speed metrics.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import { disposeTree, leaves } from "../engine/tree.ts";
import type { Dataset } from "../data/dataset.ts";
import type { TensorRecord } from "../families/family.ts";
import type { Subject } from "../metrics/metric.ts";
import { keyTensor } from "../random/key.ts";
import { rowNumbers } from "./programs.ts";
import type { SubjectParts } from "./subject.ts";
import { trainInputs } from "./train.ts";

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

/**
 * Thunks of one training step and one sampling call. Inputs are on the device before the clock
 * starts; every call ends with a synchronisation. `release` frees what they hold.
 */
export function timedWork(
  parts: SubjectParts,
  dataset: Dataset,
): { timed: Timed; release: () => void } {
  const { engine, model, programs, keys } = parts;
  const held: (() => void)[] = [];
  const schedule = model.driver.schedule?.(0) ?? ["train"];

  async function stepInputs(batch: number): Promise<TensorRecord> {
    const size = dataset.size("train");
    const indices = Array.from({ length: batch }, (_, i) => i % size);
    const inputs = trainInputs(engine, await dataset.read("train", indices), dataset.factors);
    held.push(() => disposeTree(inputs));
    return inputs;
  }

  function stepOnce(state: TensorRecord, inputs: TensorRecord, step: number): TensorRecord {
    let next = state;
    for (const name of schedule) {
      const key = keyTensor(keys.step(step, name));
      const [after, outputs] = programs.step(name, next, { inputs, key });
      const kept = new Set(leaves(after).map(([, leaf]) => leaf));
      disposeTree(outputs, kept);
      key.dispose();
      next = after;
    }
    return next;
  }

  function sampleOnce(rows_B: tf.Tensor): void {
    const key = keyTensor(keys.sample);
    disposeTree(programs.run("sample", parts.state, { inputs: { rows_B }, key }));
    key.dispose();
  }

  const timed: Timed = {
    async trainStep(batch) {
      const inputs = await stepInputs(batch);
      let state = copyState(parts.state);
      let step = 0;
      held.push(() => disposeTree(state));
      return async () => {
        state = stepOnce(state, inputs, step++);
        await engine.sync();
      };
    },
    sampleBatch(batch) {
      const rows = rowNumbers(engine, batch);
      held.push(() => rows.dispose());
      return Promise.resolve(async () => {
        sampleOnce(rows);
        await engine.sync();
      });
    },
    async flops(batch) {
      const inputs = await stepInputs(batch);
      const rows = rowNumbers(engine, batch);
      const train = engine.countFlops(() => {
        disposeTree(stepOnce(copyState(parts.state), inputs, 0));
      });
      const sample = model.capabilities.samples ? engine.countFlops(() => sampleOnce(rows)) : 0;
      rows.dispose();
      return { train, sample };
    },
    peakBytes: () => engine.memory().peakBytes,
  };
  return { timed, release: () => held.splice(0).forEach((free) => free()) };
}
