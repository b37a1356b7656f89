/** A tiny scene: few splats, seen by cameras all around, as pictures that the module itself renders. */
import * as tf from "@tensorflow/tfjs";
import type { Dataset } from "../../../src/data/dataset.ts";
import { toBytes, toFloats } from "../../../src/kinds/image/images.ts";
import { cameraNumbers, lookAt, type Vector } from "../../../src/kinds/view/cameras.ts";
import { CAMERA, type ViewSet, type ViewSpec } from "../../../src/kinds/view/view_set.ts";
import { gatherViews } from "../../../src/kinds/view/views.ts";
import type { BuildContext, Model, TensorRecord } from "../../../src/families/family.ts";
import { config, splat } from "../../../src/families/splat/mod.ts";
import type { Opened } from "../../../src/families/splat/model.ts";
import { sceneOf } from "../../../src/families/splat/start/scene.ts";
import { openSplats } from "../../../src/kernels/mod.ts";
import { hostKey, hostUniform } from "../../../src/random/host/host.ts";
import { compilePrograms } from "../../../src/run/model/programs.ts";
import { engine } from "../on_engine.ts";
import { key, read, rows } from "../small.ts";

export const spec: ViewSpec = {
  kind: "view",
  height: 24,
  width: 32,
  background: [51, 102, 204],
  near: 0.5,
  far: 8,
};

/** Cameras on a sphere of radius 4 that look at the origin. */
export function cameras(count: number, seed = 1): Float32Array<ArrayBuffer> {
  const numbers = new Float32Array(CAMERA * count);
  for (let i = 0; i < count; i++) {
    const [a, b] = hostUniform(hostKey(seed, "camera", i), 2);
    const angle = 2 * Math.PI * (i + a) / count, lift = 1.4 * b - 0.6;
    const level = 4 * Math.cos(lift);
    const position: Vector = [
      level * Math.cos(angle),
      level * Math.sin(angle),
      4 * Math.sin(lift),
    ];
    const rotation = lookAt(position, [0, 0, 0], [0, 0, 1]);
    const pose = { rotation, position, fx: 40, fy: 40, cx: 16, cy: 12 };
    numbers.set(cameraNumbers(pose), CAMERA * i);
  }
  return numbers;
}

/** Six large splats of different colours, of degree 0. */
export function truth(): { count: number; degree: 0; parameters: Float32Array<ArrayBuffer> } {
  const count = 6, parameters = new Float32Array(14 * count);
  for (let i = 0; i < count; i++) {
    const u = hostUniform(hostKey(2, "truth", i), 12);
    const own = [
      ...[0, 1, 2].map((k) => 1.4 * (u[k] - 0.5)),
      ...[3, 4, 5].map((k) => -1.6 + u[k]),
      ...[1, u[6] - 0.5, u[7] - 0.5, u[8] - 0.5],
      2,
      ...[9, 10, 11].map((k) => 3.4 * (u[k] - 0.5)),
    ];
    own.forEach((value, row) => parameters[row * count + i] = value);
  }
  return { count, degree: 0, parameters };
}

/** Views of the scene. */
export function viewsOf(numbers: Float32Array<ArrayBuffer>): ViewSet {
  const { count, degree, parameters } = truth(), { height, width, background, near } = spec;
  const { pictures } = openSplats({ threads: 1 }).render(parameters, { count, degree }, {
    height,
    width,
    background: background.map((level) => level / 255) as unknown as [number, number, number],
    near,
    antialiased: false,
    cameras: numbers,
  });
  const clipped = pictures.map((v) => Math.max(0, Math.min(1, v)));
  return {
    count: numbers.length / CAMERA,
    height,
    width,
    pictures: toBytes(clipped, "pictures"),
    cameras: numbers,
  };
}

const sets = { train: viewsOf(cameras(12)), test: viewsOf(cameras(4, 5)) };

/** The scene as a dataset: 12 views to train by, 4 held out. */
export const scene: Dataset<"view"> = {
  name: "tiny-scene",
  version: 1,
  digest: "tiny-scene-1",
  sample: spec,
  factors: [],
  notes: [],
  size: (split) => split === "train" || split === "test" ? sets[split].count : 0,
  read: (split, indices) =>
    Promise.resolve({
      samples: gatherViews(split === "test" ? sets.test : sets.train, indices),
      labels: {},
    }),
};

/** A model of the scene. */
export function built(
  settings: Record<string, unknown>,
  { steps = 20, batch = 6, opened = {} }: {
    steps?: number;
    batch?: number;
    opened?: Partial<Opened>;
  } = {},
): Model {
  const context: BuildContext<"view"> = {
    sample: spec,
    steps,
    trainSize: sets.train.count,
    batch,
    factors: [],
    opened: { scene: sceneOf(sets.train.cameras, spec), ...opened },
  };
  return splat.build(config.parse(settings), context);
}

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
