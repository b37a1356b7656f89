/**
 * Normals of splats in pictures, an operation of the module in `kernels`, computed on the host:
 * `SplatNormals` of parameters [R, N] and cameras [B, 16] gives [B, H, W, 3].
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import { floatsOf, hostArray, type HostKernel } from "../../engine/mod.ts";
import { type SplatForm, splatRows } from "../../kernels/mod.ts";
import { hostKernel } from "../host_kernel.ts";
import { requireCameras, splatForm, type SplatView } from "./form.ts";
import { splats } from "./module.ts";

const CAMERA = 16;
/** The harmonic of degree 0, ½/√π: a colour is ½ + Y00·coefficient. */
const Y00 = 0.28209479177387814;

/** Column `axis` of the rotation by a quaternion w, x, y, z of any length. */
function columnOf(q: readonly number[], axis: number): number[] {
  const length = Math.sqrt(q.reduce((sum, v) => sum + v * v, 0));
  const [w, x, y, z] = q.map((v) => v / length);
  if (axis === 0) return [1 - 2 * (y * y + z * z), 2 * (x * y + w * z), 2 * (x * z - w * y)];
  if (axis === 1) return [2 * (x * y - w * z), 1 - 2 * (x * x + z * z), 2 * (y * z + w * x)];
  return [2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)];
}

/**
 * Splats whose colours are ½ + ½n, n their normals: the shortest axis, the first of equal ones, on the side
 * of the camera. Colours are of degree 0.
 */
function colouredByNormals(
  parameters: Float32Array,
  { count }: SplatForm,
  camera: ArrayLike<number>,
): Float32Array<ArrayBuffer> {
  const coloured = new Float32Array(splatRows(0) * count);
  coloured.set(parameters.subarray(0, 11 * count));
  const eye = [camera[3], camera[7], camera[11]];
  for (let i = 0; i < count; i++) {
    const at = (row: number) => parameters[row * count + i], size = (k: number) => at(3 + k);
    let axis = 0;
    for (let k = 1; k < 3; k++) if (size(k) < size(axis)) axis = k;
    const q = [6, 7, 8, 9].map(at), normal = columnOf(q, axis);
    const away = normal.reduce((sum, n, k) => sum + n * (at(k) - eye[k]), 0);
    const side = away > 0 ? -1 : 1;
    normal.forEach((n, k) => coloured[(11 + k) * count + i] = side * n / (2 * Y00));
  }
  return coloured;
}

const normals: HostKernel<SplatView> = {
  name: "SplatNormals",
  about: "splats",
  run(inputs, { degree, ...frame }) {
    const { values, shape: [, count] } = floatsOf(inputs, "parameters");
    const { values: cameras, shape: [views] } = floatsOf(inputs, "cameras");
    const { height, width } = frame, each = 3 * height * width;
    const found = new Float32Array(views * each);
    for (let view = 0; view < views; view++) {
      const camera = cameras.subarray(CAMERA * view, CAMERA * (view + 1));
      const { pictures } = splats().render(
        colouredByNormals(values, { count, degree }, camera),
        { count, degree: 0 },
        { ...frame, background: [0.5, 0.5, 0.5], cameras: camera },
      );
      // Σ w(½ + ½n) + ½(1 − Σ w) is ½ + ½ Σ w·n.
      found.set(pictures.map((v) => 2 * v - 1), view * each);
    }
    return [hostArray(found, [views, height, width, 3])];
  },
};

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
  splatForm(parameters_RN, view.degree);
  requireCameras(camera_BC);
  const inputs = { parameters: parameters_RN, cameras: camera_BC };
  return hostKernel(normals, inputs, view)[0] as tf.Tensor4D;
}
