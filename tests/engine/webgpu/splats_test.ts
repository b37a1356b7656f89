/** Splats on the device: what the module of src/kernels draws, to rounding. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { openSplats } from "../../../src/kernels/mod.ts";
import { renderSplats, splatMaps, splatNormals, valueAndGrad } from "../../../src/nn/mod.ts";
import { camera, frame, gaussians } from "../../kernels/scenes.ts";
import { law } from "../../law.ts";
import { engine, test, webgpu } from "./adapter.ts";

const size = frame(20, 27);

/** Splats and cameras as tensors. */
function tensors(seed: number, { views, count, degree, antialiased }: {
  views: number;
  count: number;
  degree: 0 | 1 | 2 | 3;
  antialiased: boolean;
}) {
  const { form, parameters } = gaussians(seed, { count, degree });
  const cameras = Float32Array.from(
    Array.from({ length: views }, (_, i) => [...camera(seed + i, size)]).flat(),
  );
  const parameters_RN = tf.tensor2d(parameters, [parameters.length / count, count]);
  const camera_BC = tf.tensor2d(cameras, [views, 16]);
  const view = { ...size, antialiased, degree };
  return { form, parameters, cameras, parameters_RN, camera_BC, view };
}

/** Values that are off by more than `by`, of which a splat at its cut, or at its end of the light, is one. */
function off(found: ArrayLike<number>, wanted: ArrayLike<number>, by: number): number {
  assertEquals(found.length, wanted.length);
  return Array.from(wanted).filter((w, i) => !(Math.abs(found[i] - w) <= by)).length;
}

law("webgpu draws splats as the module of src/kernels does, whatever their number and degree", {
  source: "definition",
  given: {
    seed: fc.nat(999),
    views: fc.integer({ min: 1, max: 3 }),
    count: fc.integer({ min: 1, max: 70 }),
    degree: fc.constantFrom(0, 1, 2, 3),
    antialiased: fc.boolean(),
  },
  cases: 12,
  needs: webgpu,
  kills: [
    "webgpu-splats-unsorted",
    "webgpu-splats-of-the-first-view",
    "webgpu-splats-without-blur",
    "webgpu-splats-transmittance-after",
    "webgpu-splats-on-black",
  ],
  async holds({ seed, views, count, degree, antialiased }) {
    const made = tensors(seed, { views, count, degree: degree as 0 | 1 | 2 | 3, antialiased });
    const { form, parameters, cameras, parameters_RN, camera_BC, view } = made;
    const wanted = openSplats({ threads: 1 }).render(parameters, form, { ...view, cameras });
    const picture = renderSplats(parameters_RN, camera_BC, view);
    const { alpha_BHW, depth_BHW } = splatMaps(parameters_RN, camera_BC, view);
    const pixels = views * size.height * size.width;
    // At a cut either side is right; it is met seldom.
    const few = Math.ceil(pixels / 500);
    assert(off(await engine.read(picture), wanted.pictures, 1e-4) <= 3 * few, "pictures");
    assert(off(await engine.read(alpha_BHW), wanted.alpha, 1e-4) <= few, "alpha");
    assert(off(await engine.read(depth_BHW), wanted.depth, 1e-3) <= few, "depth");
    tf.dispose([parameters_RN, camera_BC, picture, alpha_BHW, depth_BHW]);
  },
});

test("webgpu: normals of splats are drawn; training says that it has no kernel", async () => {
  const { parameters_RN, camera_BC, view } = tensors(3, {
    views: 2,
    count: 40,
    degree: 1,
    antialiased: false,
  });
  const before = tf.memory().numTensors;
  const normal = splatNormals(parameters_RN, camera_BC, view);
  const alpha_BHW = tf.tidy(() => splatMaps(parameters_RN, camera_BC, view).alpha_BHW);
  const [n, alpha] = await Promise.all([engine.read(normal), engine.read(alpha_BHW)]);
  alpha.forEach((a, p) => assert(Math.hypot(...n.slice(3 * p, 3 * p + 3)) <= a + 1e-4));
  assert(n.some((v) => Math.abs(v) > 0.1));
  tf.dispose([normal, alpha_BHW]);
  assertEquals(tf.memory().numTensors, before);
  assertThrows(
    () =>
      valueAndGrad((p: tf.Tensor2D) => ({
        loss: tf.sum(renderSplats(p, camera_BC, view)) as tf.Scalar,
      }), parameters_RN),
    Error,
    "engine webgpu has no kernel for splats yet (SplatGradient)",
  );
  tf.dispose([parameters_RN, camera_BC]);
});
