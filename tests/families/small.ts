/** Small models and pictures for tests of families. */
import { assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import type { Grid } from "../../src/kinds/grid.ts";
import type { ImageSpec } from "../../src/kinds/image/image_set.ts";
import { type Key, keyTensor } from "../../src/random/key.ts";
import { disposeTree, leaves, type TensorTree } from "../../src/engine/tree.ts";
import type { BuildContext, Family, Model, TensorRecord } from "../../src/families/family.ts";
import { hostKey, hostUniform } from "../../src/random/host/host.ts";
import { compilePrograms, sampleContext } from "../../src/run/model/programs.ts";
import { engine } from "./on_engine.ts";

export const sample16: ImageSpec = { kind: "image", height: 16, width: 16, channels: 3 };

/** `count` pictures of a bright square whose place and colour vary: k/255 in [0, 1]. */
export function squares(count: number, spec: Grid = sample16, from = 0): tf.Tensor4D {
  const { height, width, channels } = spec;
  const data = new Float32Array(count * height * width * channels);
  for (let n = 0; n < count; n++) {
    const u = hostUniform(hostKey(from + n, "squares"), 5);
    const side = Math.floor(height / 3);
    const [top, left] = [u[0], u[1]].map((v) => Math.floor(v * (height - side)));
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const inside = y >= top && y < top + side && x >= left && x < left + side;
        for (let c = 0; c < channels; c++) {
          const value = inside ? 155 + 100 * u[2 + c] : 60;
          data[((n * height + y) * width + x) * channels + c] = Math.round(value) / 255;
        }
      }
    }
  }
  return engine.tensor(data, [count, height, width, channels]) as tf.Tensor4D;
}

/** A model with its config's defaults but for `config`. */
export function built<C>(
  family: Family<C>,
  config: Record<string, unknown>,
  { sample = sample16, steps = 40, trainSize = 64, batch = 8, factors = [] }: Partial<
    BuildContext
  > = {},
): Model {
  const context = { sample, steps, trainSize, batch, factors };
  return family.build(family.config.parse(config), context);
}

/** Row numbers from `from`. */
export function rows(count: number, from = 0): tf.Tensor1D {
  return tf.range(from, from + count, 1, "int32") as tf.Tensor1D;
}

export function key(...purposes: (string | number)[]): Key {
  return keyTensor(hostKey(1, ...purposes));
}

/** All values of a tree by path. */
export async function read(tree: TensorTree): Promise<Map<string, number[]>> {
  const found = new Map<string, number[]>();
  for (const [path, leaf] of leaves(tree)) found.set(path, Array.from(await engine.read(leaf)));
  return found;
}

/** A fresh copy of a state's tensors through the host, as a checkpoint makes one. */
export async function reloaded(state: TensorRecord): Promise<TensorRecord> {
  const copy = async (tree: TensorTree): Promise<TensorTree> => {
    if (tree instanceof tf.Tensor) {
      const values = await engine.read(tree);
      return engine.tensor(values, tree.shape, tree.dtype as "float32" | "int32");
    }
    if (Array.isArray(tree)) return await Promise.all(tree.map(copy));
    const record: Record<string, TensorTree> = {};
    for (const [name, child] of Object.entries(tree)) record[name] = await copy(child);
    return record;
  };
  return await copy(state) as TensorRecord;
}

/**
 * Trains on squares by the driver's schedule; the losses, and the state after. Step i's batch and key
 * depend on i alone.
 */
export async function train(
  model: Model,
  { steps, batch = 8, from = 0, state = model.init(key("init")), sample = sample16 }: {
    steps: number;
    batch?: number;
    from?: number;
    state?: TensorRecord;
    sample?: ImageSpec;
  },
): Promise<{ state: TensorRecord; series: Map<string, number[]>[] }> {
  const compiled = new Map(
    Object.entries(model.programs).map(([name, program]) =>
      [name, engine.compile(program, { name, donate: true })] as const
    ),
  );
  const series: Map<string, number[]>[] = [];
  for (let step = from; step < from + steps; step++) {
    const x_BHWC = squares(batch, sample, (step * batch) % 64);
    const rows_B = rows(batch);
    const scalars = new Map<string, number[]>();
    for (const name of model.driver.schedule?.(step) ?? ["train"]) {
      const stepKey = key(name, step);
      const [next, outputs] = compiled.get(name)!(state, { x_BHWC, rows_B }, stepKey);
      state = next;
      for (const [output, values] of await read(outputs)) {
        scalars.set(name === "train" ? output : `${name}/${output}`, values);
      }
      tf.dispose([stepKey, outputs as tf.TensorContainer]);
    }
    series.push(scalars);
    tf.dispose([x_BHWC, rows_B]);
  }
  return { state, series };
}

/** As `train`, through the programs that a run compiles, with labels and by the name of the program. */
export async function trainPhases(
  model: Model,
  { steps, from = 0, state = model.init(key("init")), sample = sample16, labels }: {
    steps: number;
    from?: number;
    state?: TensorRecord;
    sample?: ImageSpec;
    /** Of step i's batch of `count`. */
    labels: (step: number, count: number) => Record<string, tf.Tensor1D>;
  },
): Promise<{ state: TensorRecord; series: Record<string, Map<string, number[]>[]> }> {
  const batch = 8;
  const programs = compilePrograms(engine, model, { label: "test" });
  const series: Record<string, Map<string, number[]>[]> = {};
  for (let step = from; step < from + steps; step++) {
    for (const name of model.driver.schedule!(step)) {
      const inputs = {
        x_BHWC: squares(batch, sample, (step * batch) % 64),
        rows_B: rows(batch),
        labels: labels(step, batch),
      };
      const stepKey = key(name, step);
      const [next, outputs] = programs.step(name, state, { inputs, key: stepKey });
      state = next;
      (series[name] ??= []).push(await read(outputs));
      disposeTree({ ...inputs, stepKey, outputs });
    }
  }
  return { state, series };
}

/** Values of `count` samples, rows from `from`, by the model's own sampler; everything else disposed. */
export async function drawn(
  model: Model,
  state: TensorRecord,
  { count, from = 0, labels = {} }: {
    count: number;
    from?: number;
    labels?: Record<string, tf.Tensor1D>;
  },
): Promise<number[]> {
  const programs = compilePrograms(engine, model, { label: "test" });
  const request = { rows_B: rows(count, from), key: key("sample"), labels };
  const pictures = model.driver.sample!(
    state,
    request,
    sampleContext(engine, programs),
  ) as tf.Tensor;
  assertEquals(pictures.shape[0], count);
  const found = Array.from(await engine.read(pictures));
  disposeTree({ pictures, ...request });
  return found;
}
