/**
 * A decoder's linear maps, whole or packed, and what adapters put beside and between them.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { addBias, gelu, linear as affine, packedOutputs, packedProduct } from "../../nn/mod.ts";
import { uniform } from "../../random/mod.ts";
import type { Bottleneck, DecoderLayer, DecoderLinear, LowRank, Prefix } from "./shape.ts";

/**
 * Whether something is trained in the place of a layer's weights. Its gradients then compute again what
 * is cheap: to take less memory is what adapters are for.
 */
export function isAdapted(layer: DecoderLayer): boolean {
  const { query, key, value, out, gate, up, down, prefix, bottlenecks } = layer;
  return prefix !== undefined || bottlenecks !== undefined ||
    [query, key, value, out, gate, up, down].some((map) =>
      map?.low !== undefined || map?.int8 !== undefined || map?.nf4 !== undefined
    );
}

/** x·weight, without what stands beside it: [N, out]. */
export function mapProduct(p: DecoderLinear, x_NI: tf.Tensor2D): tf.Tensor2D {
  return p.weight === undefined ? packedProduct(p, x_NI) : tf.matMul(x_NI, p.weight);
}

/** x where training drops nothing; else each number is kept, and divided by the probability, or 0. */
function dropped(x_NI: tf.Tensor2D, { drop }: LowRank): tf.Tensor2D {
  if (drop === undefined) return x_NI;
  const kept = tf.less(uniform(drop.key, x_NI.shape), drop.keep);
  return tf.mul(x_NI, tf.div(tf.cast(kept, "float32"), drop.keep));
}

/**
 * (x·weight + x·down·up)·ratio + bias over the last axis: no matrix of the weight's size is made beside
 * it, nor a gradient of that size.
 */
export function linear<T extends tf.Tensor>(p: DecoderLinear, x: T): T {
  const { weight, bias, low } = p, width = x.shape[x.rank - 1];
  const out = weight === undefined ? packedOutputs(p) : weight.shape[1];
  const x_NI = tf.reshape(x, [-1, width]) as tf.Tensor2D;
  let y = mapProduct(p, x_NI);
  if (low !== undefined) {
    y = tf.add(y, tf.matMul(tf.matMul(dropped(x_NI, low), low.down), low.up));
    if (low.ratio !== undefined) y = tf.mul(y, low.ratio);
  }
  const biased = bias === undefined ? y : addBias(y, bias);
  return tf.reshape(biased, [...x.shape.slice(0, -1), out]) as T;
}

/** x + gelu(x·down)·up; x where there is no bottleneck. */
export function narrowed<T extends tf.Tensor>(p: Bottleneck | undefined, x: T): T {
  return p === undefined ? x : tf.add(x, affine(p.up, gelu(affine(p.down, x)))) as T;
}

/** A layer's prefix before each of B rows' keys and values: [B·K, P + S, D]. */
export function afterPrefix(
  part_MSD: tf.Tensor3D,
  prefix_KPD: tf.Tensor3D | undefined,
): tf.Tensor3D {
  if (prefix_KPD === undefined || prefix_KPD.shape[1] === 0) return part_MSD;
  const [k, p, d] = prefix_KPD.shape, rows = part_MSD.shape[0] / k;
  const each = tf.add(tf.zeros([rows, 1, 1, 1]), tf.reshape(prefix_KPD, [1, k, p, d]));
  return tf.concat([tf.reshape(each, [rows * k, p, d]) as tf.Tensor3D, part_MSD], 1);
}

/** A mask over keys with those of a prefix before them, which all see. */
export function maskAfterPrefix<T extends tf.Tensor>(mask: T, prefix: Prefix | undefined): T {
  if (prefix === undefined || prefix.keys.shape[1] === 0) return mask;
  const { shape } = mask, seen = prefix.keys.shape[1];
  return tf.concat([tf.zeros([...shape.slice(0, -1), seen]), mask], mask.rank - 1) as T;
}
