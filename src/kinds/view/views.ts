/**
 * Sets of views: checked, picked, joined, and to tensors and back.
 * @module
 */
import { MetricUnavailable } from "../../base/mod.ts";
import type { Engine, TensorRecord } from "../../engine/mod.ts";
import { toBytes, toFloats } from "../image/images.ts";
import type { Samples } from "../kind_map.ts";
import { CAMERA, type ViewSet } from "./view_set.ts";

/** Views that are known to be whole. @throws RangeError otherwise */
export function viewSet(views: Omit<ViewSet, "count">): ViewSet {
  const { height, width, pictures, cameras } = views;
  const each = height * width * 3, count = cameras.length / CAMERA;
  if (!Number.isInteger(count) || pictures.length !== count * each) {
    throw new RangeError(
      `views of ${height}×${width}: ${pictures.length} bytes and ${cameras.length} numbers of ` +
        `cameras are not as many × ${each} and ${CAMERA}`,
    );
  }
  return { count, height, width, pictures, cameras };
}

/** Views as the inputs of programs: x_BHWC float32 k/255, camera_BC float32 [B, 16]. */
export function toTensorViews(engine: Engine, views: ViewSet): TensorRecord {
  const { count, height, width, pictures, cameras } = views;
  return {
    x_BHWC: engine.tensor(toFloats(pictures), [count, height, width, 3]),
    camera_BC: engine.tensor(cameras, [count, CAMERA]),
  };
}

/** Values in [0, 1], and cameras, as views. @throws RangeError on NaN, or where they aren't whole */
export function toViewSet(
  { x_BHWC, camera_BC }: { readonly [name: string]: Float32Array | Int32Array },
  { height, width }: { readonly height: number; readonly width: number },
): ViewSet {
  const pictures = toBytes(x_BHWC, "pictures");
  return viewSet({ height, width, pictures, cameras: Float32Array.from(camera_BC) });
}

/** Views [from, to), sharing the bytes. @throws RangeError outside 0 ≤ from ≤ to ≤ count */
export function sliceViews(views: ViewSet, { from = 0, to = views.count } = {}): ViewSet {
  const { count, height, width, pictures, cameras } = views;
  if (!(0 <= from && from <= to && to <= count)) {
    throw new RangeError(`sliceViews: [${from}, ${to}) of ${count} views`);
  }
  const each = height * width * 3;
  return {
    count: to - from,
    height,
    width,
    pictures: pictures.subarray(from * each, to * each),
    cameras: cameras.subarray(from * CAMERA, to * CAMERA),
  };
}

/** The views at `indices`, in that order. @throws RangeError outside [0, count) */
export function gatherViews(views: ViewSet, indices: ArrayLike<number>): ViewSet {
  const { count, height, width } = views, each = height * width * 3;
  const pictures = new Uint8Array(indices.length * each);
  const cameras = new Float32Array(indices.length * CAMERA);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i];
    if (!Number.isInteger(index) || index < 0 || index >= count) {
      throw new RangeError(`gatherViews: no view ${index} among ${count}`);
    }
    pictures.set(views.pictures.subarray(index * each, (index + 1) * each), i * each);
    cameras.set(views.cameras.subarray(index * CAMERA, (index + 1) * CAMERA), i * CAMERA);
  }
  return { count: indices.length, height, width, pictures, cameras };
}

/** All views of the sets, in order. @throws RangeError where there is none, or sizes differ */
export function concatViews(sets: readonly ViewSet[]): ViewSet {
  if (sets.length === 0) throw new RangeError("concatViews: no sets of views, so no size");
  const [{ height, width }] = sets;
  const count = sets.reduce((sum, set) => sum + set.count, 0);
  const pictures = new Uint8Array(count * height * width * 3);
  const cameras = new Float32Array(count * CAMERA);
  let at = 0;
  for (const set of sets) {
    if (set.height !== height || set.width !== width) {
      throw new RangeError(
        `views of ${set.height}×${set.width} among views of ${height}×${width}`,
      );
    }
    pictures.set(set.pictures, at * height * width * 3);
    cameras.set(set.cameras, at * CAMERA);
    at += set.count;
  }
  return { count, height, width, pictures, cameras };
}

/** Samples that are views. @throws MetricUnavailable where they are of another kind */
export function viewsOf(samples: Samples): ViewSet {
  if ("cameras" in samples && "pictures" in samples) return samples as ViewSet;
  throw new MetricUnavailable("not-defined", "these samples are no views");
}
