/**
 * Views of your own in one file: a dataset that renders a ball with its alpha, depth and normals, and a
 * family that holds one soft ball, finds it by gradients of its pictures and renders it at any camera.
 * `ball.yaml` beside this file names it under `modules`.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import {
  cameraAt,
  cameraNumbers,
  type Dataset,
  defineDataset,
  defineFamily,
  elementary,
  lookAt,
  nn,
  pixelRay,
  type Split,
  type TensorRecord,
  type Vector,
  type ViewMaps,
  type ViewSpec,
} from "@likeness/likeness";

const SPEC: ViewSpec = {
  kind: "view",
  height: 16,
  width: 20,
  background: [255, 255, 255],
  near: 1,
  far: 8,
};
const CENTRE: Vector = [0.1, -0.2, 0], RADIUS = 0.9;
/** Rays a side of a pixel. */
const WITHIN = 4;

/** A camera at a distance of 4 that looks at the origin. */
function cameraFrom({ azimuth, height }: { azimuth: number; height: number }): number[] {
  const level = Math.sqrt(16 - height * height);
  const position: Vector = [
    level * elementary.sin(azimuth),
    height,
    level * elementary.cos(azimuth),
  ];
  const rotation = lookAt(position, [0, 0, 0], [0, 1, 0]);
  return cameraNumbers({ rotation, position, fx: 24, fy: 24, cx: 10, cy: 8 });
}

const dot = (a: readonly number[], b: readonly number[]) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/** Where a ray meets the ball: how far along, and the normal there; null where it doesn't. */
function hit(origin: Vector, direction: Vector) {
  const from = origin.map((v, k) => v - CENTRE[k]);
  const a = dot(direction, direction), b = dot(from, direction);
  const inside = b * b - a * (dot(from, from) - RADIUS * RADIUS);
  if (inside < 0) return null;
  const distance = (-b - Math.sqrt(inside)) / a;
  return { distance, normal: from.map((v, k) => (v + distance * direction[k]) / RADIUS) };
}

/** Colour by where the surface faces, 0 to 255. */
const colourOf = (normal: readonly number[]) => normal.map((n) => 120 + 100 * n);

/** One view with what is known of it, its rays through the middles of so many parts of each pixel. */
function rendered(numbers: readonly number[]) {
  const { height, width, background } = SPEC, pixels = height * width;
  const picture = new Uint8Array(3 * pixels), alpha = new Uint8Array(pixels);
  const depth = new Float32Array(pixels), normals = new Float32Array(3 * pixels);
  const camera = cameraAt(numbers, 0), share = 1 / (WITHIN * WITHIN);
  for (let p = 0; p < pixels; p++) {
    const sum = [0, 0, 0], facing = [0, 0, 0];
    let hits = 0, far = 0;
    for (let s = 0; s < WITHIN * WITHIN; s++) {
      const x = p % width + ((s % WITHIN) + 0.5) / WITHIN - 0.5;
      const y = Math.floor(p / width) + (Math.floor(s / WITHIN) + 0.5) / WITHIN - 0.5;
      const { origin, direction } = pixelRay(camera, x, y), met = hit(origin, direction);
      (met ? colourOf(met.normal) : background).forEach((c, k) => sum[k] += c * share);
      if (met === null) continue;
      hits++;
      far += met.distance;
      met.normal.forEach((n, k) => facing[k] += n);
    }
    sum.forEach((c, k) => picture[3 * p + k] = Math.floor(c + 0.5));
    if (hits === 0) continue;
    alpha[p] = Math.floor(255 * hits * share + 0.5);
    depth[p] = far / hits;
    const length = Math.sqrt(dot(facing, facing));
    facing.forEach((n, k) => normals[3 * p + k] = n / length);
  }
  return { picture, alpha, depth, normals };
}

const size = z.int().min(1);

/** A ball seen from all around. */
export const ball = defineDataset({
  name: "ball",
  version: 1,
  about: "views of a ball whose colour tells where it faces",
  licence: "none needed: rendered here",
  config: z.strictObject({ train: size.default(12), test: size.default(10) }),
  status: () => Promise.resolve("ready"),
  outline: ({ train, test }) => ({
    sample: SPEC,
    factors: [],
    sizes: { train, test, judge: 0, judge_test: 0 },
  }),
  load: ({ train, test }): Promise<Dataset<"view">> => {
    const sizes: Partial<Record<Split, number>> = { train, test };
    const turn = 2 * Math.PI / train;
    /** Test views stand between training views, a little higher. */
    const cameraOf = (split: string, i: number) =>
      split === "train"
        ? cameraFrom({ azimuth: turn * i, height: i % 3 })
        : cameraFrom({ azimuth: turn * (i + 0.5), height: 0.5 + i % 2 });
    const views = (split: string, indices: ArrayLike<number>) => {
      const cameras = Array.from(indices, (i) => cameraOf(split, i));
      return {
        cameras,
        all: cameras.map((camera) => rendered(Float32Array.from(camera) as never)),
      };
    };
    const joined = (parts: readonly ArrayLike<number>[]) => parts.flatMap((one) => Array.from(one));
    return Promise.resolve({
      name: "ball",
      version: 1,
      digest: `ball 1 ${train} ${test}`,
      sample: SPEC,
      factors: [],
      notes: [],
      size: (split) => sizes[split] ?? 0,
      read(split, indices) {
        const { cameras, all } = views(split, indices), { height, width } = SPEC;
        const samples = {
          count: indices.length,
          height,
          width,
          pictures: Uint8Array.from(joined(all.map(({ picture }) => picture))),
          cameras: Float32Array.from(cameras.flat()),
        };
        return Promise.resolve({ samples, labels: {} });
      },
      truth: () => ({
        maps(split, indices): Promise<ViewMaps> {
          const { all } = views(split, indices);
          return Promise.resolve({
            alpha: Uint8Array.from(joined(all.map(({ alpha }) => alpha))),
            depth: Float32Array.from(joined(all.map(({ depth }) => depth))),
            normals: Float32Array.from(joined(all.map(({ normals }) => normals))),
          });
        },
      }),
    });
  },
});

type Parameters = {
  readonly centre: tf.Tensor;
  readonly logRadius: tf.Tensor;
  /** Of 1 and the normal, before the sigmoid. [4, 3] */
  readonly colour: tf.Tensor;
};
type State = {
  readonly params: Parameters;
  readonly slots: nn.AdamSlots<Parameters>;
  /** Cameras of samples. [64, 16] */
  readonly orbit: tf.Tensor;
};
/** Cameras of an orbit. */
const ORBIT = 64;

/** Σ a·b over the last axis, which stays. */
const along = (a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.mul(a, b), -1, true);

/** Origins [B, 1, 1, 3] and directions [B, H, W, 3], of 1 along the camera's axis. */
function raysOf(camera_BC: tf.Tensor, { height, width }: ViewSpec) {
  const B = camera_BC.shape[0];
  const pose = tf.reshape(tf.slice(camera_BC, [0, 0], [B, 12]), [B, 1, 3, 4]);
  const column = (k: number) =>
    tf.reshape(tf.slice(pose, [0, 0, 0, k], [B, 1, 3, 1]), [B, 1, 1, 3]);
  const lens = (k: number) => tf.reshape(tf.slice(camera_BC, [0, 12 + k], [B, 1]), [B, 1, 1, 1]);
  const x = tf.reshape(tf.add(tf.range(0, width), 0.5), [1, 1, width, 1]);
  const y = tf.reshape(tf.add(tf.range(0, height), 0.5), [1, height, 1, 1]);
  const right = tf.div(tf.sub(x, lens(2)), lens(0)), down = tf.div(tf.sub(y, lens(3)), lens(1));
  const direction = tf.add(
    tf.add(tf.mul(right, column(0)), tf.mul(down, column(1))),
    column(2),
  );
  return { origin: column(3), direction };
}

/** The soft ball at cameras: alpha = σ((radius − distance of the ray)/softness). */
function render(
  { centre, logRadius, colour }: Parameters,
  camera_BC: tf.Tensor,
  { spec, softness }: { spec: ViewSpec; softness: number },
) {
  const { origin, direction } = raysOf(camera_BC, spec), radius = tf.exp(logRadius);
  const to = tf.sub(centre, origin), square = along(direction, direction);
  const nearest = tf.div(along(to, direction), square);
  const off = tf.sub(tf.mul(nearest, direction), to), apart = along(off, off);
  const within = tf.maximum(tf.sub(tf.square(radius), apart), 1e-4);
  const depth = tf.sub(nearest, tf.sqrt(tf.div(within, square)));
  const normal = tf.div(tf.sub(tf.mul(depth, direction), to), radius);
  const alpha = tf.sigmoid(tf.div(tf.sub(radius, tf.sqrt(tf.add(apart, 1e-6))), softness));
  const seen = tf.concat([tf.onesLike(alpha), normal], -1);
  const flat = tf.matMul(tf.reshape(seen, [-1, 4]), colour as tf.Tensor2D);
  const own = tf.reshape(tf.sigmoid(flat), direction.shape);
  const behind = tf.tensor(spec.background.map((c) => c / 255));
  const picture = tf.add(tf.mul(alpha, own), tf.mul(tf.sub(1, alpha), behind));
  return { picture, alpha: tf.squeeze(alpha, [3]), depth: tf.squeeze(depth, [3]), normal };
}

/** One soft ball. */
export const softBall = defineFamily({
  name: "soft_ball",
  version: 1,
  about: "a soft ball, coloured by where it faces",
  papers: [],
  takes: ["view"],
  config: z.object({
    learningRate: z.number().positive().default(0.05).describe("Adam's"),
    softness: z.number().positive().default(0.05).describe("of the outline, in units of the scene"),
  }),
  build({ learningRate, softness }, { sample: spec }) {
    const optimiser = nn.adam();
    const own = (state: TensorRecord) => state as unknown as State;
    const seen = (state: TensorRecord, camera_BC: unknown) =>
      render(own(state).params, camera_BC as tf.Tensor, { spec, softness });
    return {
      capabilities: { likelihood: "none", latent: "none", reconstructs: true, samples: true },
      driver: {
        async begin(state, { engine, trainSamples, trainSize }) {
          const first = await trainSamples(
            Array.from({ length: Math.min(64, trainSize) }, (_, i) => i),
          );
          const cameras = await engine.read(first.camera_BC as tf.Tensor);
          for (const tensor of Object.values(first)) (tensor as tf.Tensor).dispose();
          const count = cameras.length / 16;
          let level = 0, height = 0;
          for (let i = 0; i < count; i++) {
            const [x, y, z] = cameraAt(cameras, i).position;
            level += Math.sqrt(x * x + z * z) / count;
            height += y / count;
          }
          const orbit = Array.from({ length: ORBIT }, (_, i) => {
            const angle = 2 * Math.PI * i / ORBIT;
            const position: Vector = [
              level * elementary.sin(angle),
              height,
              level * elementary.cos(angle),
            ];
            const rotation = lookAt(position, [0, 0, 0], [0, 1, 0]);
            return cameraNumbers({ ...cameraAt(cameras, 0), rotation, position });
          });
          own(state).orbit.dispose();
          return { ...state, orbit: engine.tensor(Float32Array.from(orbit.flat()), [ORBIT, 16]) };
        },
      },
      init() {
        const params = {
          centre: tf.zeros([3]),
          logRadius: tf.scalar(-0.5),
          colour: tf.zeros([4, 3]),
        };
        const orbit = tf.zeros([ORBIT, 16]);
        return { params, slots: optimiser.init(params), orbit } as TensorRecord;
      },
      programs: {
        train(state, { x_BHWC, camera_BC }) {
          const { params, slots, orbit } = own(state);
          const { loss, grads } = nn.valueAndGrad((p: Parameters) => {
            const { picture } = render(p, camera_BC as tf.Tensor, { spec, softness });
            const difference = tf.sub(picture, x_BHWC as tf.Tensor);
            return { loss: tf.mean(tf.square(difference)) as tf.Scalar };
          }, params);
          const next = optimiser.update({
            grads,
            slots,
            params,
            learningRate: tf.scalar(learningRate),
          });
          return [{ ...next, orbit } as TensorRecord, { loss }];
        },
        sample(state, { rows_B }) {
          const row = tf.mod(rows_B as tf.Tensor1D, tf.scalar(ORBIT, "int32"));
          const camera_BC = tf.gather(own(state).orbit, tf.cast(row, "int32") as tf.Tensor1D);
          return [state, { x_BHWC: seen(state, camera_BC).picture, camera_BC }];
        },
        reconstruct: (state, { camera_BC }) => [state, {
          x_BHWC: seen(state, camera_BC).picture,
          camera_BC: tf.clone(camera_BC as tf.Tensor),
        }],
        maps(state, { camera_BC }) {
          const { alpha, depth, normal } = seen(state, camera_BC);
          return [state, { alpha_BHW: alpha, depth_BHW: depth, normal_BHWC: normal }];
        },
      },
    };
  },
});
