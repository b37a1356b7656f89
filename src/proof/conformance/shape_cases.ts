/**
 * Operations that move numbers without changing them, with their float64 references.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Case } from "./case.ts";
import * as ref from "./reference.ts";

const INDICES = [2, 0, 0, 1];
/** Two rows that rise, some equal, and what is sought in each. */
const RISING = [0, 0.5, 0.5, 2, -1, 0, 1, 1];
const SOUGHT = [0.5, -3, 2, 1, 0.25, 9];

/** See the module. */
export const SHAPES: readonly Case[] = [
  {
    op: "reshape",
    inputs: [[2, 6]],
    run: (x) => tf.reshape(x, [3, 4]),
    reference: (x) => ({ shape: [3, 4], data: x.data }),
  },
  {
    op: "transpose",
    inputs: [[2, 3, 4]],
    run: (x) => tf.transpose(x, [2, 0, 1]),
    reference: (x) => ref.plain([4, 2, 3], ([i, j, k]) => ref.get(x, [j, k, i])),
  },
  {
    op: "reverse",
    inputs: [[2, 3]],
    run: (x) => tf.reverse(x, 1),
    reference: (x) => ref.plain([2, 3], ([i, j]) => ref.get(x, [i, 2 - j])),
  },
  {
    op: "concat",
    inputs: [[2, 3], [2, 2]],
    run: (x, y) => tf.concat([x, y], 1),
    reference: (x, y) =>
      ref.plain([2, 5], ([i, j]) => j < 3 ? ref.get(x, [i, j]) : ref.get(y, [i, j - 3])),
  },
  {
    op: "stack",
    inputs: [[3], [3]],
    run: (x, y) => tf.stack([x, y], 1),
    reference: (x, y) => ref.plain([3, 2], ([i, j]) => ref.get(j === 0 ? x : y, [i])),
  },
  {
    op: "slice",
    inputs: [[3, 5]],
    run: (x) => tf.slice(x, [1, 2], [2, 2]),
    reference: (x) => ref.plain([2, 2], ([i, j]) => ref.get(x, [i + 1, j + 2])),
  },
  {
    op: "split",
    inputs: [[2, 6]],
    run: (x) => tf.sub(...tf.split(x, 2, 1) as [tf.Tensor, tf.Tensor]),
    reference: (x) => ref.plain([2, 3], ([i, j]) => ref.get(x, [i, j]) - ref.get(x, [i, j + 3])),
  },
  {
    op: "stridedSlice",
    inputs: [[6]],
    run: (x) => tf.stridedSlice(x, [0], [6], [2]),
    reference: (x) => ref.plain([3], ([i]) => ref.get(x, [2 * i])),
  },
  {
    op: "pad",
    inputs: [[2, 3]],
    run: (x) => tf.pad(x, [[1, 0], [0, 2]]),
    reference: (x) => ref.plain([3, 5], ([i, j]) => i >= 1 && j < 3 ? ref.get(x, [i - 1, j]) : 0),
  },
  {
    op: "tile",
    inputs: [[2, 3]],
    run: (x) => tf.tile(x, [2, 1]),
    reference: (x) => ref.plain([4, 3], ([i, j]) => ref.get(x, [i % 2, j])),
  },
  {
    op: "gather",
    inputs: [[3, 4]],
    run: (x) => tf.gather(x, tf.tensor1d(INDICES, "int32")),
    reference: (x) => ref.plain([4, 4], ([i, j]) => ref.get(x, [INDICES[i], j])),
  },
  {
    op: "oneHot",
    inputs: [],
    run: () => tf.oneHot(tf.tensor1d(INDICES, "int32"), 3),
    differentiable: false,
    reference: () => ref.plain([4, 3], ([i, j]) => INDICES[i] === j ? 1 : 0),
  },
  ...(["lower", "upper"] as const).map((side): Case => ({
    op: `${side}Bound`,
    inputs: [],
    run: () => {
      const find = side === "lower" ? tf.lowerBound : tf.upperBound;
      return find(tf.tensor2d(RISING, [2, 4]), tf.tensor2d(SOUGHT, [2, 3]));
    },
    differentiable: false,
    reference: () =>
      ref.plain([2, 3], ([i, j]) => {
        const sought = SOUGHT[3 * i + j];
        return RISING.slice(4 * i, 4 * i + 4)
          .filter((v) => v < sought || (side === "upper" && v === sought)).length;
      }),
  })),
  {
    op: "depthToSpace",
    inputs: [[1, 2, 2, 4]],
    run: (x) => tf.depthToSpace(x as tf.Tensor4D, 2, "NHWC"),
    reference: (x) =>
      ref.plain(
        [1, 4, 4, 1],
        ([n, i, j]) => ref.get(x, [n, i >> 1, j >> 1, 2 * (i & 1) + (j & 1)]),
      ),
  },
];
