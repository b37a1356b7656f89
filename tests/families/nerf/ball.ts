/** A scene in closed form: a ball whose colour is its normal, seen from around it. */
import * as tf from "@tensorflow/tfjs";
import { type Camera, cameraNumbers, lookAt, pixelRay } from "../../../src/kinds/view/cameras.ts";
import { rays } from "../../../src/kinds/view/rays.ts";
import type { ViewSet, ViewSpec } from "../../../src/kinds/view/view_set.ts";
import { gatherViews, toTensorViews } from "../../../src/kinds/view/views.ts";
import type { Batch } from "../../../src/kinds/batch/batch.ts";
import { config, nerf } from "../../../src/families/nerf/mod.ts";
import { sceneOf } from "../../../src/families/nerf/geometry.ts";
import type { Model, TensorRecord } from "../../../src/families/family.ts";
import { disposeTree } from "../../../src/engine/tree.ts";
import { hostKey } from "../../../src/random/host/host.ts";
import { compilePrograms } from "../../../src/run/model/programs.ts";
import { engine } from "../on_engine.ts";
import { key, read, rows } from "../small.ts";

/** Radius of the ball, at the origin. */
export const RADIUS = 0.7;
const DISTANCE = 3;

export const ballSpec: ViewSpec = {
  kind: "view",
  height: 16,
  width: 16,
  background: [255, 255, 255],
  near: 2,
  far: 4,
};

/** A camera of `count` around the ball; none of two calls with other `turn` stand in one place. */
export function ballCamera(
  i: number,
  { count, turn = 0 }: { count: number; turn?: number },
): Camera {
  const azimuth = 2 * Math.PI * (i + turn) / count, height = [0.9, -0.4, 0.3][i % 3];
  const level = Math.sqrt(DISTANCE ** 2 - height ** 2);
  const position = [level * Math.cos(azimuth), height, level * Math.sin(azimuth)] as const;
  return {
    rotation: lookAt(position, [0, 0, 0], [0, 1, 0]),
    position,
    fx: 24,
    fy: 24,
    cx: 8,
    cy: 8,
  };
}

/** What the ray through a pixel sees: [red, green, blue, depth], depth 0 where it passes the ball. */
function seen(camera: Camera, x: number, y: number): number[] {
  const { origin: o, direction: d } = pixelRay(camera, x, y);
  const dot = (a: readonly number[], b: readonly number[]) =>
    a.reduce((s, v, k) => s + v * b[k], 0);
  const a = dot(d, d), b = dot(o, d), c = dot(o, o) - RADIUS ** 2, inside = b * b - a * c;
  if (inside <= 0) return [...ballSpec.background.map((level) => level / 255), 0];
  const t = (-b - Math.sqrt(inside)) / a;
  return [...[0, 1, 2].map((k) => 0.5 + 0.5 * (o[k] + t * d[k]) / RADIUS), t];
}

/** Pictures of the ball, with true depths. */
export function ballViews(cameras: readonly Camera[]): { views: ViewSet; depth: Float32Array } {
  const { height, width } = ballSpec, all = height * width;
  const pictures = new Uint8Array(3 * all * cameras.length);
  const depth = new Float32Array(all * cameras.length);
  cameras.forEach((camera, n) => {
    for (let i = 0; i < all; i++) {
      const [r, g, b, t] = seen(camera, i % width, Math.floor(i / width));
      pictures.set([r, g, b].map((v) => Math.round(255 * v)), 3 * (n * all + i));
      depth[n * all + i] = t;
    }
  });
  const numbers = Float32Array.from(cameras.flatMap(cameraNumbers));
  return { views: { count: cameras.length, height, width, pictures, cameras: numbers }, depth };
}

const TRAIN = 24;
/** What models are trained on. */
export const trainCameras = Array.from(
  { length: TRAIN },
  (_, i) => ballCamera(i, { count: TRAIN }),
);
export const trainViews = ballViews(trainCameras).views;

/** A model of the ball. */
export function ballModel(
  settings: Record<string, unknown>,
  { steps, batch }: { steps: number; batch: number },
): Model {
  const parsed = config.parse(settings);
  return nerf.build(parsed, {
    sample: ballSpec,
    steps,
    trainSize: TRAIN,
    batch,
    factors: [],
    opened: sceneOf(trainCameras, { spec: ballSpec, config: parsed }),
  });
}

/** Trains by the driver's schedule; step i's rays and key depend on i alone. */
export async function trainBall(
  model: Model,
  { steps, batch, from = 0, state = model.init(key("init")) }: {
    steps: number;
    batch: number;
    from?: number;
    state?: TensorRecord;
  },
): Promise<{ state: TensorRecord; series: Map<string, number[]>[] }> {
  const programs = compilePrograms(engine, model, { label: "ball" });
  const series: Map<string, number[]>[] = [];
  const source = {
    spec: ballSpec,
    size: TRAIN,
    read: (indices: ArrayLike<number>): Promise<Batch<"view">> =>
      Promise.resolve({ samples: gatherViews(trainViews, indices), labels: {} }),
  };
  for (let step = from; step < from + steps; step++) {
    const { samples } = await rays.cut(source, { key: hostKey(2, "rays"), step, batch });
    const inputs = { ...toTensorViews(engine, samples as ViewSet), rows_B: rows(batch) };
    const scalars = new Map<string, number[]>();
    for (const name of model.driver.schedule!(step)) {
      const stepKey = key(name, step);
      const [next, outputs] = programs.step(name, state, { inputs, key: stepKey });
      state = next;
      for (const [output, values] of await read(outputs)) scalars.set(`${name}/${output}`, values);
      disposeTree({ stepKey, outputs });
    }
    series.push(scalars);
    disposeTree(inputs);
  }
  return { state, series };
}

/** What a program says of cameras, by name. */
export async function rendered(
  model: Model,
  state: TensorRecord,
  { program, cameras }: { program: "reconstruct" | "maps"; cameras: readonly Camera[] },
): Promise<Record<string, number[]>> {
  const inputs = toTensorViews(engine, ballViews(cameras).views);
  const k = key("look");
  const outputs = compilePrograms(engine, model, { label: "ball" })
    .run(program, state, { inputs, key: k });
  const found = Object.fromEntries(await read(outputs));
  for (const tensor of Object.values(outputs)) {
    if (!Object.values(inputs).includes(tensor)) tf.dispose(tensor as tf.Tensor);
  }
  disposeTree({ ...inputs, k });
  return found;
}
