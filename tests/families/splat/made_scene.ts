/** A tiny scene: few splats, seen by cameras all around, as pictures that the module itself renders. */
import type { Dataset } from "../../../src/data/dataset.ts";
import { toBytes } from "../../../src/kinds/image/images.ts";
import { cameraNumbers, lookAt, type Vector } from "../../../src/kinds/view/cameras.ts";
import { CAMERA, type ViewSet, type ViewSpec } from "../../../src/kinds/view/view_set.ts";
import { gatherViews } from "../../../src/kinds/view/views.ts";
import type { BuildContext, Model } from "../../../src/families/family.ts";
import { config, splat } from "../../../src/families/splat/mod.ts";
import type { Opened } from "../../../src/families/splat/model.ts";
import { sceneOf } from "../../../src/families/splat/start/scene.ts";
import { openSplats } from "../../../src/kernels/mod.ts";
import { hostKey, hostUniform } from "../../../src/random/host/host.ts";

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

/** Views to train by, and held out. */
export const sets = { train: viewsOf(cameras(12)), test: viewsOf(cameras(4, 5)) };

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
