/**
 * Two stacks of causal convolutions without a blind spot: the vertical one sees the rows above, the
 * horizontal one what lies to the left in its own row, and hears the vertical one in every layer.
 * Gated PixelCNN, van den Oord et al. 2016 (arXiv:1606.05328), as shifted convolutions, Salimans et
 * al. 2017 (arXiv:1701.05517). The first layer of a stack keeps a position from itself (type A), the
 * others see their own (type B). Decoding keeps what later rows and columns need again: Ramachandran
 * et al. 2017 (arXiv:1704.06001).
 *
 * Shapes: r rows and c columns of patches; otherwise as in `trunk.ts`.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { fold, type Key } from "../../../random/mod.ts";
import {
  type Conv,
  type Gain,
  initEmbedding,
  initGain,
  initLinear,
  type Linear,
  linear,
  rmsNorm,
  tanh,
} from "../../../nn/mod.ts";
import { causalConv, initKernel, padSides, valid } from "./causal_conv.ts";
import { countsOf } from "../ordering/patches.ts";
import type { Trunk, TrunkOptions } from "./trunk.ts";
import { gatherPatches, int32 } from "../ordering/places.ts";

/** One layer of both stacks. */
export type Layer = {
  readonly down: { readonly norm: Gain; readonly conv: Conv };
  readonly right: { readonly norm: Gain; readonly conv: Conv; readonly out: Linear };
  /** From the vertical stack to the horizontal one. */
  readonly link: Linear;
};

/** Parameters. */
export type PixelCnn = {
  readonly down: Conv;
  readonly right: Conv;
  readonly link: Linear;
  readonly positions: { readonly weight: tf.Tensor2D };
  readonly layers: readonly Layer[];
  readonly norm: Gain;
};

/** What decoding keeps. */
export type PixelCnnCache = {
  /** The vertical stack's activations of the row above, by layer: [B, c, W]. */
  readonly above: readonly tf.Tensor3D[];
  /** What this row hears of the vertical stack: the stem's [B, c, W], then by layer [B, c, 2W]. */
  readonly links: readonly tf.Tensor3D[];
  /** The horizontal stack's activations of the two patches to the left, by layer: [B, 2, W]. */
  readonly left: readonly tf.Tensor3D[];
};

/** Rows and columns of the kernels. */
const DOWN = [2, 3] as const;
const RIGHT = [1, 3] as const;
/** The horizontal stem's: the two patches to the left. */
const STEM_RIGHT = [1, 2] as const;
const POSITION_SCALE = 0.1;

/** tanh(a) σ(b) of the halves of the last axis. van den Oord et al. 2016, eq. 2. */
function gate<T extends tf.Tensor>(x: T): T {
  const [a, b] = tf.split(x, 2, x.rank - 1) as T[];
  return tf.mul(tanh(a), tf.sigmoid(b));
}

/** A kernel of one row as a matrix. */
function matrix({ weight, bias }: Conv): Linear {
  return { weight: tf.reshape(weight, [-1, weight.shape[3]]) as tf.Tensor2D, bias };
}

/** The trunk of the form `pixelcnn`. */
export function pixelCnn(
  { patches, width: W, layers }: TrunkOptions,
): Trunk<PixelCnn, PixelCnnCache> {
  const { rows, columns } = patches;
  const { T, P } = countsOf(patches);
  const F = P * patches.sample.channels;
  const plain = Math.SQRT1_2;
  const added = plain / Math.sqrt(layers);
  const initLayer = (key: Key): Layer => ({
    down: {
      norm: initGain(W),
      conv: initKernel(fold(key, "down"), DOWN, { in: W, out: 2 * W, scale: plain }),
    },
    right: {
      norm: initGain(W),
      conv: initKernel(fold(key, "right"), RIGHT, { in: W, out: 2 * W, scale: plain }),
      out: initLinear(fold(key, "out"), { in: W, out: W, scale: 2 * added }),
    },
    link: initLinear(fold(key, "link"), { in: W, out: 2 * W, scale: added }),
  });
  /** Positions of some rows and what is told of them: [B or 1, rows, c, W]. */
  const known = (positions: tf.Tensor, told: tf.Tensor | undefined) => {
    const here = tf.reshape(positions, [1, -1, columns, W]);
    return told === undefined
      ? here
      : tf.add(here, tf.reshape(told, [-1, here.shape[1]!, columns, W]));
  };
  return {
    init: (key) => ({
      down: initKernel(fold(key, "stem down"), DOWN, { in: F, out: W, scale: plain }),
      right: initKernel(fold(key, "stem right"), STEM_RIGHT, { in: F, out: W, scale: plain }),
      link: initLinear(fold(key, "stem link"), { in: W, out: W, scale: plain }),
      positions: initEmbedding(fold(key, "positions"), {
        count: T,
        width: W,
        scale: POSITION_SCALE,
      }),
      layers: Array.from({ length: layers }, (_, i) => initLayer(fold(key, `layer ${i}`))),
      norm: initGain(W),
    }),
    states(p, { x_BTF, told_BTW }) {
      const B = x_BTF.shape[0];
      const x = tf.reshape(x_BTF, [B, rows, columns, F]) as tf.Tensor4D;
      const here = known(p.positions.weight, told_BTW);
      const stemDown = causalConv(p.down, x, { stack: "down", mask: "A" });
      const stemRight = causalConv(p.right, x, { stack: "right", mask: "A" });
      let down = tf.add(stemDown, here) as tf.Tensor4D;
      let right = tf.add(stemRight, linear(p.link, down)) as tf.Tensor4D;
      for (const layer of p.layers) {
        const from = rmsNorm(layer.down.norm, down);
        down = tf.add(down, gate(causalConv(layer.down.conv, from, { stack: "down", mask: "B" })));
        const beside = rmsNorm(layer.right.norm, right);
        const heard = tf.add(
          causalConv(layer.right.conv, beside, { stack: "right", mask: "B" }),
          linear(layer.link, down),
        );
        right = tf.add(right, linear(layer.right.out, gate(heard)));
      }
      return tf.reshape(rmsNorm(p.norm, right), [B, T, W]);
    },
    empty: (batch) => ({
      above: Array.from({ length: layers }, () => tf.zeros([batch, columns, W]) as tf.Tensor3D),
      links: Array.from(
        { length: layers + 1 },
        (_, i) => tf.zeros([batch, columns, i === 0 ? W : 2 * W]) as tf.Tensor3D,
      ),
      left: Array.from({ length: layers }, () => tf.zeros([batch, 2, W]) as tf.Tensor3D),
    }),
    row(p, cache, { x_BTF, told_BTW, place: { row } }) {
      const B = x_BTF.shape[0];
      // The two rows above, zero beyond the picture.
      const first = tf.mul(row, int32(columns));
      const above_N = tf.range(-2 * columns, 0, 1, "int32");
      const at = tf.add(first, above_N) as tf.Tensor1D;
      const higher = tf.reshape(gatherPatches(x_BTF, at, tf.greaterEqual(at, int32(0))), [
        B,
        2,
        columns,
        F,
      ]) as tf.Tensor4D;
      const ofRow = tf.add(first, tf.range(0, columns, 1, "int32")) as tf.Tensor1D;
      const told = told_BTW === undefined ? undefined : tf.gather(told_BTW, ofRow, 1);
      const here = known(tf.gather(p.positions.weight, ofRow), told);
      let down = tf.add(valid(p.down, padSides(p.down, higher)), here);
      const flat = (x: tf.Tensor) => tf.reshape(x, [B, columns, -1]) as tf.Tensor3D;
      const links = [flat(linear(p.link, down))];
      const kept: tf.Tensor3D[] = [];
      p.layers.forEach((layer, i) => {
        const from = rmsNorm(layer.down.norm, down) as tf.Tensor4D;
        const last = tf.reshape(cache.above[i], [B, 1, columns, W]) as tf.Tensor4D;
        kept.push(flat(from));
        const both = padSides(layer.down.conv, tf.concat([last, from], 1));
        down = tf.add(down, gate(valid(layer.down.conv, both)));
        links.push(flat(linear(layer.link, down)));
      });
      return { above: kept, links, left: cache.left.map((left) => tf.zeros(left.shape)) };
    },
    step(p, cache, { x_BTF, place: { patch, column } }) {
      const B = x_BTF.shape[0];
      const back = tf.tensor1d([2, 1], "int32");
      const isThere = tf.greaterEqual(tf.sub(column, back), int32(0)) as tf.Tensor1D;
      const at = tf.sub(patch, back) as tf.Tensor1D;
      const before = tf.reshape(gatherPatches(x_BTF, at, isThere), [B, 2 * F]);
      const link = (i: number) =>
        tf.reshape(tf.gather(cache.links[i], tf.reshape(column, [1]) as tf.Tensor1D, 1), [B, -1]);
      let right = tf.add(linear(matrix(p.right), before), link(0)) as tf.Tensor2D;
      const left: tf.Tensor3D[] = [];
      p.layers.forEach((layer, i) => {
        const beside = tf.reshape(rmsNorm(layer.right.norm, right), [B, 1, W]);
        const three = tf.concat([cache.left[i], beside as tf.Tensor3D], 1);
        left.push(tf.slice(three, [0, 1, 0], [B, 2, W]));
        const heard = tf.add(
          linear(matrix(layer.right.conv), tf.reshape(three, [B, 3 * W])),
          link(i + 1),
        );
        right = tf.add(right, linear(layer.right.out, gate(heard)));
      });
      return { state_BW: rmsNorm(p.norm, right), cache: { ...cache, left } };
    },
  };
}
