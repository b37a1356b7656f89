/**
 * Normals of splats in pictures: the picture of splats whose colours are their normals.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { splatRows } from "../../kernels/mod.ts";
import { requireCameras, splatForm, type SplatView } from "./form.ts";
import { renderSplats } from "./render.ts";

const CAMERA = 16;
/** The harmonic of degree 0, ½/√π: a colour is ½ + Y00·coefficient. */
const Y00 = 0.28209479177387814;

/** The columns of the rotations by quaternions w, x, y, z of any length, as x, y, z of each: [1, N] all. */
function axesOf(q_4N: tf.Tensor2D): tf.Tensor[][] {
  const length = tf.sqrt(tf.sum(tf.square(q_4N), 0, true));
  const [w, x, y, z] = tf.split(tf.div(q_4N, length), 4, 0);
  const twice = (a: tf.Tensor, b: tf.Tensor, c: tf.Tensor, d: tf.Tensor, sign: 1 | -1) =>
    tf.mul(2, tf.add(tf.mul(a, b), tf.mul(sign, tf.mul(c, d))));
  const own = (a: tf.Tensor, b: tf.Tensor) =>
    tf.sub(1, tf.mul(2, tf.add(tf.square(a), tf.square(b))));
  return [
    [own(y, z), twice(x, y, w, z, 1), twice(x, z, w, y, -1)],
    [twice(x, y, w, z, -1), own(x, z), twice(y, z, w, x, 1)],
    [twice(x, z, w, y, 1), twice(y, z, w, x, -1), own(x, y)],
  ];
}

/** The shortest axis of each splat, the first of equal ones: x, y and z, [1, N] each. */
function shortestAxis(parameters_RN: tf.Tensor2D): tf.Tensor[] {
  const N = parameters_RN.shape[1];
  const rows = (from: number, count: number) => tf.slice(parameters_RN, [from, 0], [count, N]);
  const sizes = tf.split(rows(3, 3), 3, 0), [first, second, third] = axesOf(rows(6, 4));
  const below = tf.less(sizes[1], sizes[0]);
  const least = tf.less(sizes[2], tf.minimum(sizes[0], sizes[1]));
  return [0, 1, 2].map((k) => tf.where(least, third[k], tf.where(below, second[k], first[k])));
}

/**
 * Normals of what is seen, Σ w·n with the weights of the picture, in the world and towards the camera. A
 * splat's normal is its shortest axis: one that is as long along all axes has none that means anything.
 * Without gradients.
 * @returns float32 [B, H, W, 3], of length 1 at most; 0 where nothing is
 * @throws Error if shapes or types don't fit
 */
export function splatNormals(
  parameters_RN: tf.Tensor2D,
  camera_BC: tf.Tensor2D,
  view: SplatView,
): tf.Tensor4D {
  const { count } = splatForm(parameters_RN, view.degree);
  requireCameras(camera_BC);
  return tf.tidy(() => {
    const normal = shortestAxis(parameters_RN);
    const shape_RN = tf.slice(parameters_RN, [0, 0], [splatRows(0) - 3, count]);
    const places = tf.split(tf.slice(shape_RN, [0, 0], [3, count]), 3, 0);
    const pictures = Array.from({ length: camera_BC.shape[0] }, (_, b) => {
      const camera_1C = tf.slice(camera_BC, [b, 0], [1, CAMERA]);
      const away = normal.map((n, k) =>
        tf.mul(n, tf.sub(places[k], tf.slice(camera_1C, [0, 3 + 4 * k], [1, 1])))
      ).reduce((sum, product) => tf.add(sum, product));
      const side = tf.where(tf.greater(away, 0), tf.fill(away.shape, -1), tf.fill(away.shape, 1));
      // Colours ½ + ½n.
      const colours = normal.map((n) => tf.mul(n, tf.mul(side, 0.5 / Y00)));
      const coloured = tf.concat([shape_RN, ...colours], 0) as tf.Tensor2D;
      return renderSplats(coloured, camera_1C, {
        ...view,
        degree: 0,
        background: [0.5, 0.5, 0.5],
      });
    });
    // Σ w(½ + ½n) + ½(1 − Σ w) is ½ + ½ Σ w·n.
    return tf.sub(tf.mul(tf.concat(pictures, 0), 2), 1) as tf.Tensor4D;
  });
}
