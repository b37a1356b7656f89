/**
 * A residual multilayer perceptron on vectors, used where a sample is too small to convolve. It has
 * two size settings.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { fold, type Key } from "../random/mod.ts";
import { initLinear, type Linear, linear, silu } from "../nn/mod.ts";

/** What fixes the shapes. */
export interface MlpOptions {
  /** Length of the input. */
  readonly in: number;
  /** Length of the output. */
  readonly out: number;
  /** Hidden units. */
  readonly width: number;
  /** Hidden layers after the first, each added to what came in. Default 2. */
  readonly depth?: number;
  /** Length of a condition that every hidden layer is told; default none. */
  readonly condition?: number;
  /** Times He's scale for the last layer. Default 0: the output is zero at first. */
  readonly outScale?: number;
}

/** A hidden layer's parameters. */
export type MlpLayer = { readonly map: Linear; readonly told?: Linear };

/** A perceptron's parameters. */
export type Mlp = {
  readonly stem: Linear;
  readonly layers: readonly MlpLayer[];
  readonly head: Linear;
};

/** Fresh parameters. */
export function initMlp(key: Key, options: MlpOptions): Mlp {
  const { width, depth = 2, condition, outScale = 0 } = options;
  const layer = (name: string): MlpLayer => ({
    map: initLinear(fold(key, name), { in: width, out: width }),
    ...(condition === undefined ? {} : {
      told: initLinear(fold(key, `${name} told`), {
        in: condition,
        out: width,
        scale: Math.SQRT1_2,
      }),
    }),
  });
  return {
    stem: initLinear(fold(key, "stem"), { in: options.in, out: width, scale: Math.SQRT1_2 }),
    layers: Array.from({ length: depth }, (_, i) => layer(`layer ${i}`)),
    head: initLinear(fold(key, "head"), { in: width, out: options.out, scale: outScale }),
  };
}

/**
 * Vectors [B, in] to vectors [B, out].
 * @param condition_BE what the layers are told, where the options had a `condition`
 */
export function mlp(p: Mlp, x_BI: tf.Tensor2D, condition_BE?: tf.Tensor2D): tf.Tensor2D {
  let h_BW = linear(p.stem, x_BI);
  for (const { map, told } of p.layers) {
    const heard = told === undefined ? h_BW : tf.add(h_BW, linear(told, condition_BE!));
    h_BW = tf.add(h_BW, linear(map, silu(heard as tf.Tensor2D)));
  }
  return linear(p.head, silu(h_BW));
}
