/**
 * Pictures out of splats: at given cameras, and on an orbit around the scene.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { hostArray, type HostKernel, integersOf } from "../../engine/mod.ts";
import { CAMERA, cameraNumbers, orbitCamera } from "../../kinds/view/mod.ts";
import { hostKernel, renderSplats, splatMaps, splatNormals } from "../../nn/mod.ts";
import type { Setting, State } from "./model.ts";
import type { Scene } from "./start/scene.ts";
import type { Views } from "./train.ts";

/** Pictures at cameras, in [0, 1], with these. */
export function picturesAt(
  { params }: Pick<State, "params">,
  camera_BC: tf.Tensor2D,
  { view }: Setting,
): Views {
  const x_BHWC = tf.clipByValue(renderSplats(params.splats_RN, camera_BC, view), 0, 1);
  return { x_BHWC: x_BHWC as tf.Tensor4D, camera_BC };
}

/** What splats cover of each pixel at cameras, how far away they are, and which way they face. */
export function mapsAt(
  { params }: Pick<State, "params">,
  camera_BC: tf.Tensor2D,
  { view }: Setting,
): ReturnType<typeof splatMaps> & { readonly normal_BHWC: tf.Tensor4D } {
  return {
    ...splatMaps(params.splats_RN, camera_BC, view),
    normal_BHWC: splatNormals(params.splats_RN, camera_BC, view),
  };
}

/** Cameras on the orbit, by the numbers of rows. */
const onOrbit: HostKernel<Scene["orbit"]> = {
  name: "OrbitCameras",
  about: "cameras on an orbit",
  run(inputs, orbit) {
    const { values: rows } = integersOf(inputs, "rows");
    const cameras = new Float32Array(CAMERA * rows.length);
    rows.forEach((row, i) => cameras.set(cameraNumbers(orbitCamera(orbit, row)), CAMERA * i));
    return [hostArray(cameras, [rows.length, CAMERA])];
  },
};

/** The `sample` program: views on the orbit, row i of 64 at the angle 2π·i/64. */
export function sampleViews(
  state: Pick<State, "params">,
  rows_B: tf.Tensor1D,
  setting: Setting,
): Views {
  const [camera_BC] = hostKernel(onOrbit, { rows: rows_B }, setting.scene.orbit);
  return picturesAt(state, camera_BC as tf.Tensor2D, setting);
}
