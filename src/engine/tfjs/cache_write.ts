/**
 * The kernel behind `nn/cache.ts`: its name, its refusal of gradients, and a form made of tfjs ops
 * for engines that have none of their own.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { composed, type KernelCall, type ReplaceKernel } from "./registry.ts";

/** cache [N, T, D] with row `pos` (int32 scalar) replaced by rows [N, 1, D]. */
export const CACHE_WRITE = "CacheWrite";

/** Inputs of the kernel. */
export type CacheWriteInputs = {
  readonly cache: tf.TensorInfo;
  readonly rows: tf.TensorInfo;
  readonly pos: tf.TensorInfo;
};

/** A gradient through a cache is a mistake: training runs the full forward pass. */
export function refuseCacheGradient(): void {
  tf.registerGradient({
    kernelName: CACHE_WRITE,
    gradFunc: () => {
      throw new Error(
        "writeRow has no gradient: a cache is for decoding; train on the full forward pass",
      );
    },
  });
}

/** cache·(1 − h) + rows·h, h the one-hot of `pos`: exact, as h is 0 or 1 and the cache finite. */
export function composedCacheWrite({ inputs }: KernelCall<CacheWriteInputs>): tf.TensorInfo {
  const { cache, rows, pos } = inputs;
  return composed([cache, rows, pos], (cache, rows, pos) => {
    const length = cache.shape[1]!;
    const hit = tf.cast(tf.equal(tf.range(0, length, 1, "int32"), pos), "float32");
    const here = tf.reshape(hit, [1, length, 1]);
    return tf.add(tf.mul(cache, tf.sub(1, here)), tf.mul(rows, here));
  });
}

/** Registers the composed form on a backend. */
export function registerComposedCacheWrite(replaceKernel: ReplaceKernel): void {
  replaceKernel(CACHE_WRITE, () => composedCacheWrite);
  refuseCacheGradient();
}
