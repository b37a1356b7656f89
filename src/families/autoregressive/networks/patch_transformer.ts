/**
 * A transformer over patches: position t is given the patch just before it in reading order and its
 * neighbours, and attends to all positions before. So every patch before t is given at t or at a
 * position before it: there is no blind spot. Image Transformer, Parmar et al. 2018
 * (arXiv:1802.05751); patches with a model of their own inside: Yu et al. 2023, MegaByte
 * (arXiv:2305.07185).
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import {
  type Blocks,
  blocks,
  blocksStep,
  emptyCache,
  initBlocks,
  type KeyValueCache,
} from "../../../backbones/mod.ts";
import { initEmbedding, initLinear, type Linear, linear } from "../../../nn/mod.ts";
import { fold } from "../../../random/mod.ts";
import { countsOf } from "../ordering/patches.ts";
import type { Trunk, TrunkOptions } from "./trunk.ts";
import { gatherPatches, int32 } from "../ordering/places.ts";

/** Parameters. */
export type PatchTransformer = {
  readonly input: Linear;
  readonly positions: { readonly weight: tf.Tensor2D };
  readonly blocks: Blocks;
};

/** Standard deviation of fresh positions. */
const POSITION_SCALE = 0.1;

/** The trunk of the form `transformer`. */
export function patchTransformer(
  { patches, width, layers, heads }: TrunkOptions,
): Trunk<PatchTransformer, KeyValueCache> {
  const { T, P } = countsOf(patches);
  const F = P * patches.sample.channels;
  const size = { layers, width, heads };
  return {
    init: (key) => ({
      input: initLinear(fold(key, "input"), { in: 5 * F, out: width, scale: Math.SQRT1_2 }),
      positions: initEmbedding(fold(key, "positions"), { count: T, width, scale: POSITION_SCALE }),
      blocks: initBlocks(fold(key, "blocks"), size),
    }),
    states(p, { x_BTF, around_BTG, told_BTW }) {
      const B = x_BTF.shape[0];
      const nothing = tf.zeros([B, 1, F]) as tf.Tensor3D;
      const last_BTF = T === 1
        ? nothing
        : tf.concat([nothing, tf.slice(x_BTF, [0, 0, 0], [B, T - 1, F])], 1);
      const given_BTG = tf.concat([last_BTF, around_BTG], 2);
      let h_BTW = tf.add(linear(p.input, given_BTG), p.positions.weight);
      if (told_BTW !== undefined) h_BTW = tf.add(h_BTW, told_BTW);
      return blocks(p.blocks, h_BTW as tf.Tensor3D, { heads });
    },
    empty: (batch) => emptyCache(batch, { ...size, context: T }),
    step(p, cache, { x_BTF, around_BG, told_BTW, place: { patch } }) {
      const B = x_BTF.shape[0];
      const at = tf.reshape(tf.sub(patch, int32(1)), [1]) as tf.Tensor1D;
      const last_B1F = gatherPatches(x_BTF, at, tf.greaterEqual(at, int32(0)));
      const given_BG = tf.concat([tf.reshape(last_B1F, [B, F]), around_BG], 1) as tf.Tensor2D;
      const here = tf.reshape(patch, [1]) as tf.Tensor1D;
      let h_BW = tf.add(linear(p.input, given_BG), tf.gather(p.positions.weight, here));
      if (told_BTW !== undefined) {
        h_BW = tf.add(h_BW, tf.reshape(tf.gather(told_BTW, here, 1), [B, width]));
      }
      const done = blocksStep(p.blocks, cache, {
        x_B1W: tf.reshape(h_BW, [B, 1, width]) as tf.Tensor3D,
        pos: patch,
        heads,
      });
      return { state_BW: tf.reshape(done.hidden_B1W, [B, width]), cache: done.cache };
    },
  };
}
