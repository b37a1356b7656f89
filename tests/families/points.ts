/** Toy points for tests of families that run on them. */
import * as tf from "@tensorflow/tfjs";
import type { ImageSpec } from "../../src/kinds/image/image_set.ts";
import { toFloats } from "../../src/kinds/image/images.ts";
import { type ShapeName, toys, toysConfig } from "../../src/data/toys/mod.ts";
import type { Model, TensorRecord } from "../../src/families/family.ts";
import { engine } from "./on_engine.ts";
import { key, read, rows } from "./small.ts";

export const pair: ImageSpec = { kind: "image", height: 1, width: 2, channels: 1 };

const COUNT = 1024;
const kept = new Map<ShapeName, Float32Array>();

/** Loads a shape's points; `points` of it may be asked for then. */
export async function loadPoints(shape: ShapeName): Promise<void> {
  const data = await toys.load(toysConfig.parse({ shape, train: COUNT, test: 0 }), {
    cache: "",
    jobs: 1,
  });
  const all = Uint32Array.from({ length: COUNT }, (_, i) => i);
  kept.set(shape, toFloats((await data.read("train", all)).samples.data));
}

/** Points from number `from` on, over and over. */
export function points(
  count: number,
  { shape = "moons", from = 0 }: { shape?: ShapeName; from?: number } = {},
): tf.Tensor4D {
  const data = kept.get(shape)!;
  const width = data.length / COUNT;
  const taken = Float32Array.from(
    { length: count * width },
    (_, i) => data[(from * width + i) % data.length],
  );
  return engine.tensor(taken, [count, 1, width, 1]) as tf.Tensor4D;
}

/** Trains on points; the losses, and the state after. Step i's batch and key depend on i alone. */
export async function trainOnPoints(
  model: Model,
  { steps, batch = 32, from = 0, shape = "moons", state = model.init(key("init")) }: {
    steps: number;
    batch?: number;
    from?: number;
    shape?: ShapeName;
    state?: TensorRecord;
  },
): Promise<{ state: TensorRecord; series: Map<string, number[]>[] }> {
  const program = engine.compile(model.programs.train, { name: "train", donate: true });
  const series: Map<string, number[]>[] = [];
  for (let step = from; step < from + steps; step++) {
    const inputs = { x_BHWC: points(batch, { shape, from: step * batch }), rows_B: rows(batch) };
    const stepKey = key("train", step);
    const [next, outputs] = program(state, inputs, stepKey);
    state = next;
    series.push(await read(outputs));
    tf.dispose([inputs, stepKey, outputs as tf.TensorContainer]);
  }
  return { state, series };
}
