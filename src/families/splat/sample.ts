/**
 * Pictures out of splats: at given cameras, and on an orbit around the scene.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { renderSplats, splatMaps, splatNormals } from "../../nn/mod.ts";
import { orbitCameras } from "../common/orbit.ts";
import type { Setting, State } from "./model.ts";
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

/** The `sample` program: views on the orbit, row i of 64 at the angle 2π·i/64. */
export function sampleViews(
  state: Pick<State, "params">,
  rows_B: tf.Tensor1D,
  setting: Setting,
): Views {
  return picturesAt(state, orbitCameras(rows_B, setting.scene), setting);
}
