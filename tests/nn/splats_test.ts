import { assert, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import {
  renderSplats,
  splatMaps,
  splatNormals,
  trainSplats,
  valueAndGrad,
} from "../../src/nn/mod.ts";
import { hostKey, hostNormal } from "../../src/random/host/host.ts";
import { keyTensor } from "../../src/random/key.ts";
import { openSplats } from "../../src/kernels/mod.ts";
import { engine } from "../families/on_engine.ts";
import { camera, frame, gaussians } from "../kernels/scenes.ts";
import { close, law } from "../law.ts";

const size = frame(9, 12);

/** Splats and cameras as tensors. */
function tensors(seed: number, { views, count = 20 }: { views: number; count?: number }) {
  const { form, parameters } = gaussians(seed, { count, degree: 1 });
  const cameras = Float32Array.from(
    Array.from({ length: views }, (_, i) => [...camera(seed + i, size)]).flat(),
  );
  return {
    form,
    parameters,
    cameras,
    parameters_RN: tf.tensor2d(parameters, [23, count]),
    camera_BC: tf.tensor2d(cameras, [views, 16]),
    view: { ...size, degree: form.degree },
  };
}

law("pictures, what they cover and their gradient are the module's, view by view", {
  source: "definition",
  given: { seed: fc.nat(99), views: fc.integer({ min: 1, max: 3 }) },
  cases: 10,
  kills: ["splat-gradient-of-the-first-view", "splat-gradient-by-another-view"],
  async holds({ seed, views }) {
    const made = tensors(seed, { views }), { form, parameters, cameras, view } = made;
    const module = openSplats(), each = 9 * 12 * 3;
    const dy = hostNormal(hostKey(seed, "dy"), views * each);
    const picture = renderSplats(made.parameters_RN, made.camera_BC, view);
    const wanted = module.render(parameters, form, { ...size, cameras });
    assertEquals(await engine.read(picture), wanted.pictures);
    const maps = splatMaps(made.parameters_RN, made.camera_BC, view);
    assertEquals(await engine.read(maps.alpha_BHW), wanted.alpha);
    assertEquals(await engine.read(maps.depth_BHW), wanted.depth);
    const { grads } = valueAndGrad((p: { splats: tf.Tensor2D }) => ({
      loss: tf.sum(tf.mul(
        renderSplats(p.splats, made.camera_BC, view),
        tf.tensor(Float32Array.from(dy), [views, 9, 12, 3]),
      )) as tf.Scalar,
    }), { splats: made.parameters_RN });
    const sum = new Float32Array(parameters.length);
    for (let i = 0; i < views; i++) {
      const { gradients } = module.gradient(parameters, form, {
        ...size,
        camera: cameras.subarray(16 * i, 16 * (i + 1)),
        dPicture: Float32Array.from(dy.subarray(i * each, (i + 1) * each)),
      });
      gradients.forEach((v, j) => sum[j] += v);
    }
    assertEquals(await engine.read(grads.splats), sum);
    assert(sum.some((v) => v !== 0));
    tf.dispose([
      made.parameters_RN,
      made.camera_BC,
      picture,
      maps.alpha_BHW,
      maps.depth_BHW,
      grads.splats,
    ]);
  },
});

Deno.test("splats of another form, and what are no cameras or pictures, are refused", () => {
  tf.tidy(() => {
    const { parameters_RN, camera_BC, view } = tensors(1, { views: 2 });
    const told = (call: () => unknown, message: string) => assertThrows(call, Error, message);
    told(
      () => renderSplats(parameters_RN, camera_BC, { ...view, degree: 2 }),
      "splats of degree 2 are float32 [38, N], found float32 [23,20]",
    );
    told(
      () => splatMaps(tf.cast(parameters_RN, "int32"), camera_BC, view),
      "splats of degree 1 are float32 [23, N], found int32 [23,20]",
    );
    told(
      () => renderSplats(parameters_RN, tf.zeros([2, 12]), view),
      "cameras are float32 [B, 16], found float32 [2,12]",
    );
    const zeros = tf.zeros([23, 20]) as tf.Tensor2D;
    const state = {
      parameters_RN,
      first_RN: zeros,
      second_RN: zeros,
      statistics_3N: tf.zeros([3, 20]) as tf.Tensor2D,
      updates: tf.scalar(0, "int32"),
    };
    const views = { camera_BC, key: keyTensor(hostKey(1)) };
    const options = { frame: size, degree: 1 as const, step: () => ({}) as never };
    told(
      () => trainSplats(state, { ...views, x_BHWC: tf.zeros([2, 9, 11, 3]) }, options),
      "pictures of these cameras are float32 [2,9,12,3], found float32 [2,9,11,3]",
    );
    told(
      () =>
        trainSplats({ ...state, first_RN: tf.zeros([14, 20]) }, {
          ...views,
          x_BHWC: tf.zeros([2, 9, 12, 3]),
        }, options),
      "splats of degree 1 are float32 [23, N], found float32 [14,20]",
    );
  });
});

Deno.test("a gradient of the gradient is refused by name", () => {
  const { parameters_RN, camera_BC, view } = tensors(1, { views: 1 });
  const first = (p: { splats: tf.Tensor2D }) =>
    valueAndGrad((q: { splats: tf.Tensor2D }) => ({
      loss: tf.sum(tf.square(renderSplats(q.splats, camera_BC, view))) as tf.Scalar,
    }), p).grads;
  assertThrows(
    () =>
      valueAndGrad((p: { splats: tf.Tensor2D }) => ({
        loss: tf.sum(tf.square(first(p).splats)) as tf.Scalar,
      }), { splats: parameters_RN }),
    Error,
    "is computed on the host: no gradient leads through it",
  );
  tf.dispose([parameters_RN, camera_BC]);
});

law(
  "a pixel's normal is the shortest axis of what it sees, towards the camera, by how much it covers",
  {
    source: "definition",
    given: { seed: fc.nat(999), shortest: fc.nat(2) },
    cases: 30,
    kills: [
      "splat-normals-of-the-longest-axis",
      "splat-normals-face-away",
      "splat-normals-of-the-transpose",
      "splat-normals-of-what-is-behind",
    ],
    async holds({ seed, shortest }) {
      // One splat that covers the picture, so that all pixels see it alone.
      const { parameters } = gaussians(seed, { count: 1, degree: 1, opacity: 1 });
      const cameras = camera(seed, size);
      for (let k = 0; k < 3; k++) {
        parameters[k] *= 0.2;
        parameters[3 + k] = k === shortest ? -1 : 1 + 0.1 * k;
      }
      const [found, alpha] = await Promise.all([splatNormals, splatMaps].map(async (of) => {
        const tensors = [tf.tensor2d(parameters, [23, 1]), tf.tensor2d(cameras, [1, 16])] as const;
        const made = of(...tensors, { ...size, degree: 1 });
        return await engine.read("alpha_BHW" in made ? made.alpha_BHW : made);
      }));
      // The axis as a unit vector turned by the quaternion: q·e·q*.
      const [w, x, y, z] = [6, 7, 8, 9].map((row) => parameters[row]);
      const norm = w * w + x * x + y * y + z * z, v = [x, y, z];
      const e = [0, 1, 2].map((k) => k === shortest ? 1 : 0);
      const cross = (a: number[], b: number[]) =>
        [0, 1, 2].map((k) => a[(k + 1) % 3] * b[(k + 2) % 3] - a[(k + 2) % 3] * b[(k + 1) % 3]);
      const once = cross(v, e).map((c, k) => c + w * e[k]), twice = cross(v, once);
      const axis = e.map((c, k) => c + 2 * twice[k] / norm);
      const sight = [0, 1, 2].map((k) => parameters[k] - cameras[3 + 4 * k]);
      const along = sight.reduce((sum, s, k) => sum + s * axis[k], 0);
      const side = along > 0 ? -1 : 1;
      alpha.forEach((a, p) =>
        axis.forEach((n, k) => close(found[3 * p + k], a * side * n, 1e-5, `pixel ${p}, ${k}`))
      );
      if (Math.abs(along) > 0.1) assert(alpha.some((a) => a > 0.05), "something is seen");
    },
  },
);
