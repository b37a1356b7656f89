/**
 * The kind `image`: pictures of 8 bits.
 * @module
 */
import { z } from "zod";
import { wholeSamples } from "../batch/batch.ts";
import { digestOf } from "../digest.ts";
import { defineKind } from "../kind.ts";
import type { ImageSet, ImageSpec } from "./image_set.ts";
import {
  concatImages,
  gatherImages,
  imageSet,
  mirrorImages,
  sliceImages,
  toImageSet,
  toTensorImages,
} from "./images.ts";
import { pictureFault } from "./picture_fault.ts";

const spec: z.ZodType<ImageSpec> = z.strictObject({
  kind: z.literal("image"),
  height: z.int().min(1).describe("pixels"),
  width: z.int().min(1).describe("pixels"),
  channels: z.union([z.literal(1), z.literal(3)]).describe("1: grey, 3: red, green, blue"),
});

/** Rows of a batch of evaluation. */
const ROWS = 64;

function fault(images: ImageSet, { spec, count }: { spec: ImageSpec; count: number }) {
  const shape = [images.count, images.height, images.width, images.channels];
  const wanted = [count, spec.height, spec.width, spec.channels];
  if (shape.some((n, i) => n !== wanted[i])) {
    return `pictures [${shape.join(", ")}], not [${wanted.join(", ")}]`;
  }
  const bytes = wanted.reduce((product, n) => product * n, 1), { data } = images;
  if (data instanceof Uint8Array && data.length === bytes) return null;
  const found = data instanceof Uint8Array ? data.length : typeof data;
  return `data of ${found} where ${bytes} bytes (Uint8Array) were expected`;
}

function shapeHint(found: readonly number[], wanted: readonly number[]): string | null {
  const channelsFirst = wanted.length === 4 && found.length === 4 && found[1] === wanted[3] &&
    found[2] === wanted[1] && found[3] === wanted[2];
  return channelsFirst ? "channels come last (tf.transpose(x, [0, 2, 3, 1]))" : null;
}

/** Pictures: float32 k/255, [B, H, W, C], to programs. */
export const imageKind = defineKind<"image">({
  name: "image",
  about: "pictures of 8 bits, grey or in colour",
  unit: { one: "image", many: "images" },
  spec,
  describe: ({ height, width, channels }) => `${height}×${width}×${channels}`,
  same: (a, b) => a.height === b.height && a.width === b.width && a.channels === b.channels,
  numbers: ({ height, width, channels }) => height * width * channels,
  fault,
  slice: sliceImages,
  gather: gatherImages,
  concat: concatImages,
  digest: ({ count, height, width, channels, data }) =>
    digestOf(`image ${count} ${height} ${width} ${channels}`, data),
  tensors: ({ height, width, channels }) => ({ x_BHWC: [height, width, channels] }),
  upload: (engine, images) => ({ x_BHWC: toTensorImages(engine, images) }),
  valueFault: (_, { x_BHWC }) => pictureFault(x_BHWC, "pictures"),
  shapeHint,
  download: ({ height, width, channels }, { x_BHWC }) =>
    toImageSet(x_BHWC, { height, width, channels }),
  rowsAtOnce: () => ROWS,
  batchers: { samples: wholeSamples() },
  augmentations: {
    mirror: { about: "left and right changed places", apply: mirrorImages },
  },
  grid: ({ height, width, channels }) => ({ height, width, channels }),
  bytes: {
    of: ({ data }) => data,
    samples: ({ height, width, channels }, data) => imageSet(data, { height, width, channels }),
  },
  picture: (images) => images,
  shower: "image",
});
