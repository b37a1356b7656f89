/**
 * Pictures of splats, with their gradient. Both are operations of the module in `kernels`, computed on
 * the host.
 *
 * | operation     | inputs                                                      | outputs                              |
 * | ------------- | ----------------------------------------------------------- | ------------------------------------ |
 * | SplatRender   | parameters [R, N], cameras [B, 16]                          | [B, H, W, 3], alpha, depth [B, H, W] |
 * | SplatGradient | parameters [R, N], cameras [B, 16], dPictures [B, H, W, 3]  | [R, N]                               |
 *
 * All are float32.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { floatsOf, hostArray, type HostKernel } from "../../engine/mod.ts";
import { hostKernel } from "../host_kernel.ts";
import { requireCameras, splatForm, type SplatView } from "./form.ts";
import { splats } from "./module.ts";

const CAMERA = 16;

const render: HostKernel<SplatView> = {
  name: "SplatRender",
  about: "splats",
  run(inputs, { degree, ...frame }) {
    const { values, shape: [, count] } = floatsOf(inputs, "parameters");
    const { values: cameras, shape: [views] } = floatsOf(inputs, "cameras");
    const { height, width } = frame;
    const found = splats().render(values, { count, degree }, { ...frame, cameras });
    return [
      hostArray(found.pictures, [views, height, width, 3]),
      hostArray(found.alpha, [views, height, width]),
      hostArray(found.depth, [views, height, width]),
    ];
  },
};

/** Sums over views in their order. */
const gradient: HostKernel<SplatView> = {
  name: "SplatGradient",
  about: "splats",
  run(inputs, { degree, ...frame }) {
    const { values, shape: [rows, count] } = floatsOf(inputs, "parameters");
    const { values: cameras, shape: [views] } = floatsOf(inputs, "cameras");
    const { values: dy } = floatsOf(inputs, "dPictures");
    const each = frame.height * frame.width * 3;
    const sum = new Float32Array(rows * count);
    for (let view = 0; view < views; view++) {
      const { gradients } = splats().gradient(values, { count, degree }, {
        ...frame,
        camera: cameras.subarray(view * CAMERA, (view + 1) * CAMERA),
        dPicture: dy.subarray(view * each, (view + 1) * each),
      });
      for (let i = 0; i < sum.length; i++) sum[i] += gradients[i];
    }
    return [hostArray(sum, [rows, count])];
  },
};

/**
 * Splats as cameras see them. Its gradient is that of the parameters; cameras are constants.
 * @param parameters_RN float32 [11 + 3·(degree + 1)², N]: see `kernels`
 * @param camera_BC float32 [B, 16]: see `kinds/view`
 * @returns float32 [B, H, W, 3], not clipped
 * @throws Error if shapes or types don't fit; where a gradient of the gradient is asked for
 */
export function renderSplats(
  parameters_RN: tf.Tensor2D,
  camera_BC: tf.Tensor2D,
  view: SplatView,
): tf.Tensor4D {
  splatForm(parameters_RN, view.degree);
  requireCameras(camera_BC);
  // Kept for the backward pass though no gradient is theirs: they may be disposed of before it.
  return tf.customGrad((parameters, save) => {
    (save as tf.GradSaveFunc)([parameters as tf.Tensor, camera_BC]);
    return {
      value:
        hostKernel(render, { parameters: parameters as tf.Tensor, cameras: camera_BC }, view)[0],
      gradFunc: (dPictures: tf.Tensor, [parameters, cameras]: tf.Tensor[]) =>
        hostKernel(gradient, { parameters, cameras, dPictures }, view)[0],
    };
  })(parameters_RN) as tf.Tensor4D;
}

/**
 * What of each pixel splats cover, and how far along the camera's axis they are: Σ w·z / Σ w, 0 where
 * there is nothing. Without gradients.
 * @returns float32 [B, H, W] each
 * @throws Error if shapes or types don't fit
 */
export function splatMaps(
  parameters_RN: tf.Tensor2D,
  camera_BC: tf.Tensor2D,
  view: SplatView,
): { readonly alpha_BHW: tf.Tensor3D; readonly depth_BHW: tf.Tensor3D } {
  splatForm(parameters_RN, view.degree);
  requireCameras(camera_BC);
  const inputs = { parameters: parameters_RN, cameras: camera_BC };
  const [, alpha_BHW, depth_BHW] = hostKernel(render, inputs, view);
  return { alpha_BHW: alpha_BHW as tf.Tensor3D, depth_BHW: depth_BHW as tf.Tensor3D };
}
