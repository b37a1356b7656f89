/**
 * The kind `point`: so many numbers of 8 bits, as toy distributions have them.
 * @module
 */
import { z } from "zod";
import { wholeSamples } from "../batch/batch.ts";
import { digestOf } from "../digest.ts";
import { pictureFault } from "../image/picture_fault.ts";
import { defineKind } from "../kind.ts";
import type { PointSet, PointSpec } from "./point_set.ts";
import {
  concatPoints,
  gatherPoints,
  pointSet,
  slicePoints,
  toPointSet,
  toTensorPoints,
} from "./points.ts";

const spec: z.ZodType<PointSpec> = z.strictObject({
  kind: z.literal("point"),
  dimensions: z.int().min(1).describe("numbers of a point"),
});

/** Rows of a batch of evaluation: a call costs little more for many of them. */
const ROWS = 1024;

function fault(points: PointSet, { spec, count }: { spec: PointSpec; count: number }) {
  const shape = [points.count, points.dimensions], wanted = [count, spec.dimensions];
  if (shape.some((n, i) => n !== wanted[i])) {
    return `points [${shape.join(", ")}], not [${wanted.join(", ")}]`;
  }
  const bytes = count * spec.dimensions, { data } = points;
  if (data instanceof Uint8Array && data.length === bytes) return null;
  const found = data instanceof Uint8Array ? data.length : typeof data;
  return `data of ${found} where ${bytes} bytes (Uint8Array) were expected`;
}

/** Points: float32 k/255, [B, 1, D, 1], to programs. */
export const pointKind = defineKind<"point">({
  name: "point",
  about: "points of so many numbers, each of 256 levels",
  unit: { one: "point", many: "points" },
  spec,
  describe: ({ dimensions }) => `${dimensions} number${dimensions === 1 ? "" : "s"}`,
  same: (a, b) => a.dimensions === b.dimensions,
  numbers: ({ dimensions }) => dimensions,
  fault,
  slice: slicePoints,
  gather: gatherPoints,
  concat: concatPoints,
  digest: ({ count, dimensions, data }) => digestOf(`point ${count} ${dimensions}`, data),
  tensors: ({ dimensions }) => ({ x_BHWC: [1, dimensions, 1] }),
  upload: (engine, points) => ({ x_BHWC: toTensorPoints(engine, points) }),
  valueFault: (_, { x_BHWC }) => pictureFault(x_BHWC, "points"),
  download: ({ dimensions }, { x_BHWC }) => toPointSet(x_BHWC, dimensions),
  rowsAtOnce: () => ROWS,
  batchers: { samples: wholeSamples() },
  augmentations: {},
  grid: ({ dimensions }) => ({ height: 1, width: dimensions, channels: 1 }),
  bytes: {
    of: ({ data }) => data,
    samples: ({ dimensions }, data) => pointSet(data, dimensions),
  },
  picture: ({ count, dimensions, data }) => ({
    count,
    height: 1,
    width: dimensions,
    channels: 1,
    data,
  }),
  shower: "point",
});
