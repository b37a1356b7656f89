/**
 * The kind `view`: pictures of one scene with their cameras.
 * @module
 */
import { z } from "zod";
import { wholeSamples } from "../batch/batch.ts";
import { digestOf } from "../digest.ts";
import { pictureFault } from "../image/picture_fault.ts";
import { defineKind, type HostValues } from "../kind.ts";
import { rays } from "./rays.ts";
import { CAMERA, type ViewSet, type ViewSpec } from "./view_set.ts";
import { concatViews, gatherViews, sliceViews, toTensorViews, toViewSet } from "./views.ts";

const level = z.int().min(0).max(255);

const spec: z.ZodType<ViewSpec> = z.strictObject({
  kind: z.literal("view"),
  height: z.int().min(1).describe("pixels"),
  width: z.int().min(1).describe("pixels"),
  background: z.tuple([level, level, level]).describe("red, green, blue behind the scene"),
  near: z.number().positive().describe("distance before which nothing stands"),
  far: z.number().positive().describe("distance behind which nothing stands"),
});

function fault(views: ViewSet, { spec, count }: { spec: ViewSpec; count: number }): string | null {
  const shape = [views.count, views.height, views.width];
  const wanted = [count, spec.height, spec.width];
  if (shape.some((n, i) => n !== wanted[i])) {
    return `views [${shape.join(", ")}], not [${wanted.join(", ")}]`;
  }
  const bytes = count * spec.height * spec.width * 3, { pictures, cameras } = views;
  if (!(pictures instanceof Uint8Array && pictures.length === bytes)) {
    const found = pictures instanceof Uint8Array ? pictures.length : typeof pictures;
    return `pictures of ${found} where ${bytes} bytes (Uint8Array) were expected`;
  }
  if (!(cameras instanceof Float32Array && cameras.length === count * CAMERA)) {
    const found = cameras instanceof Float32Array ? cameras.length : typeof cameras;
    return `cameras of ${found} where ${count * CAMERA} numbers (Float32Array) were expected`;
  }
  return cameraFault(cameras);
}

/** The first camera that is none: a number that isn't finite, or a focal length that isn't above 0. */
function cameraFault(cameras: Float32Array | Int32Array): string | null {
  for (let i = 0; i < cameras.length; i++) {
    const value = cameras[i], place = i % CAMERA;
    const focal = place === 12 || place === 13;
    if (Number.isFinite(value) && !(focal && value <= 0)) continue;
    const what = focal ? "a focal length" : place < 12 ? "its pose" : "its centre";
    return `camera ${Math.floor(i / CAMERA)} with ${value} as ${what}`;
  }
  return null;
}

/** Views: float32 k/255 [B, H, W, 3] and cameras [B, 16], to programs. */
export const viewKind = defineKind<"view">({
  name: "view",
  about: "pictures of one scene, each with its camera",
  unit: { one: "view", many: "views" },
  spec,
  describe: ({ height, width }) => `${height}×${width}`,
  same: (a, b) =>
    a.height === b.height && a.width === b.width &&
    a.background.every((value, i) => value === b.background[i]),
  numbers: ({ height, width }) => height * width * 3,
  fault,
  slice: sliceViews,
  gather: gatherViews,
  concat: concatViews,
  digest({ count, height, width, pictures, cameras }) {
    const poses = new Uint8Array(cameras.buffer, cameras.byteOffset, cameras.byteLength);
    const all = new Uint8Array(pictures.length + poses.length);
    all.set(pictures);
    all.set(poses, pictures.length);
    return digestOf(`view ${count} ${height} ${width}`, all);
  },
  tensors: ({ height, width }) => ({ x_BHWC: [height, width, 3], camera_BC: [CAMERA] }),
  upload: toTensorViews,
  valueFault: (_, { x_BHWC, camera_BC }: HostValues) =>
    pictureFault(x_BHWC, "pictures") ?? cameraFault(camera_BC),
  download: (spec, values) => toViewSet(values, spec),
  drawn: false,
  // A view is many rays already.
  rowsAtOnce: () => 1,
  batchers: { samples: wholeSamples(), rays },
  augmentations: {},
  picture: ({ count, height, width, pictures }) => ({
    count,
    height,
    width,
    channels: 3,
    data: pictures,
  }),
  shower: "view",
});
