/**
 * Cameras on the orbit around a scene: what models of one scene are sampled at.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import {
  CAMERA,
  cameraNumbers,
  type Orbit,
  ORBIT_VIEWS,
  orbitCamera,
} from "../../kinds/view/mod.ts";

/** Cameras of rows, on the orbit: row i is view i modulo a whole turn. [B, 16] */
export function orbitCameras(
  rows_B: tf.Tensor1D,
  { orbit }: { readonly orbit: Orbit },
): tf.Tensor2D {
  const cameras = Array.from(
    { length: ORBIT_VIEWS },
    (_, i) => cameraNumbers(orbitCamera(orbit, i)),
  );
  const turns_B = tf.floorDiv(rows_B, tf.scalar(ORBIT_VIEWS, "int32"));
  const view_B = tf.sub(rows_B, tf.mul(turns_B, tf.scalar(ORBIT_VIEWS, "int32"))) as tf.Tensor1D;
  return tf.gather(tf.tensor2d(cameras.flat(), [ORBIT_VIEWS, CAMERA]), view_B);
}
