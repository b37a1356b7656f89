/** Training on the tiny scene of made_scene.ts, on the wasm engine. */
import * as tf from "@tensorflow/tfjs";
import { toFloats } from "../../../src/kinds/image/images.ts";
import { CAMERA, type ViewSet } from "../../../src/kinds/view/view_set.ts";
import { gatherViews } from "../../../src/kinds/view/views.ts";
import type { Model, TensorRecord } from "../../../src/families/family.ts";
import { compilePrograms } from "../../../src/run/model/programs.ts";
import { engine } from "../on_engine.ts";
import { key, read, rows } from "../small.ts";
import { sets } from "./made_scene.ts";

/** Views as a program's inputs. */
export function inputsOf(views: ViewSet): { x_BHWC: tf.Tensor4D; camera_BC: tf.Tensor2D } {
  const { count, height, width, pictures, cameras } = views;
  return {
    x_BHWC: engine.tensor(toFloats(pictures), [count, height, width, 3]) as tf.Tensor4D,
    camera_BC: engine.tensor(cameras, [count, CAMERA]) as tf.Tensor2D,
  };
}

/** The state before the first step, and nothing else left. */
export function fresh(model: Model): TensorRecord {
  return tf.tidy(() => model.init(key("init")) as tf.TensorContainer) as TensorRecord;
}

/** Trains by the harness's own programs: losses and counts by step, and the state after. */
export async function trained(
  model: Model,
  { steps, batch = 6, from = 0, state = fresh(model) }: {
    steps: number;
    batch?: number;
    from?: number;
    state?: TensorRecord;
  },
): Promise<{ state: TensorRecord; series: { loss: number; count: number }[] }> {
  const programs = compilePrograms(engine, model, { label: "splat" });
  const series: { loss: number; count: number }[] = [];
  for (let step = from; step < from + steps; step++) {
    const order = Uint32Array.from(
      { length: batch },
      (_, i) => (step * batch + i) * 5 % sets.train.count,
    );
    const inputs = { ...inputsOf(gatherViews(sets.train, order)), rows_B: rows(batch) };
    const stepKey = key("train", step);
    const [next, outputs] = programs.step("train", state, { inputs, key: stepKey });
    state = next;
    const found = await read(outputs);
    series.push({ loss: found.get("loss")![0], count: found.get("count")![0] });
    tf.dispose([inputs as tf.TensorContainer, stepKey, outputs as tf.TensorContainer]);
  }
  return { state, series };
}

/** Mean squared error of the held-out views as decibels. */
export async function heldOut(model: Model, state: TensorRecord): Promise<number> {
  const inputs = inputsOf(sets.test), lookKey = key("look");
  const programs = compilePrograms(engine, model, { label: "splat" });
  const { x_BHWC, camera_BC } = programs.run("reconstruct", state, { inputs, key: lookKey });
  const found = [...await engine.read(x_BHWC as tf.Tensor)];
  const wanted = toFloats(sets.test.pictures);
  tf.dispose([x_BHWC, camera_BC, lookKey, inputs] as tf.TensorContainer);
  const error = found.reduce((sum, v, i) => sum + (v - wanted[i]) ** 2, 0) / wanted.length;
  return -10 * Math.log10(error);
}
