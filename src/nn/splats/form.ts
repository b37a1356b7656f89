/**
 * Splats as tensors: what is checked of them before they are used.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import { type Degree, type Frame, type SplatForm, splatRows } from "../../kernels/mod.ts";

/** Numbers of a camera: see `kinds/view`. */
const CAMERA = 16;

/** How splats are seen, and of which degree their colours are. */
export interface SplatView extends Frame {
  readonly degree: Degree;
}

/**
 * The form of splats, rows of numbers with a column a splat (see `kernels`).
 * @param parameters_RN float32 [11 + 3·(degree + 1)², N]
 * @throws Error where they have another number of rows, or aren't float32
 */
export function splatForm(parameters_RN: tf.Tensor, degree: Degree): SplatForm {
  const [rows, count] = parameters_RN.shape, wanted = splatRows(degree);
  if (parameters_RN.rank === 2 && rows === wanted && parameters_RN.dtype === "float32") {
    return { count, degree };
  }
  throw new Error(
    `splats of degree ${degree} are float32 [${wanted}, N], found ${parameters_RN.dtype} ` +
      `[${parameters_RN.shape}]`,
  );
}

/** Refuses what are no cameras. @throws Error unless they are float32 [B, 16] */
export function requireCameras(camera_BC: tf.Tensor): void {
  const { rank, shape, dtype } = camera_BC;
  if (rank === 2 && shape[1] === CAMERA && dtype === "float32") return;
  throw new Error(`cameras are float32 [B, ${CAMERA}], found ${dtype} [${shape}]`);
}

/** Refuses what are no pictures of the cameras. @throws Error unless they are float32 [B, H, W, 3] */
export function requirePictures(
  x_BHWC: tf.Tensor,
  { height, width, count }: Pick<Frame, "height" | "width"> & { readonly count: number },
): void {
  const wanted = [count, height, width, 3];
  if (x_BHWC.dtype === "float32" && wanted.every((n, i) => x_BHWC.shape[i] === n)) return;
  throw new Error(
    `pictures of these cameras are float32 [${wanted}], found ${x_BHWC.dtype} [${x_BHWC.shape}]`,
  );
}
