/**
 * The vision transformer of DINOv2 and CLIP: Dosovitskiy et al. 2021 (arXiv:2010.11929), pre-norm,
 * with what either adds. Shapes: B batch, T tokens, W width, P side of a patch.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { attention, mergeHeads, splitHeads } from "../../nn/mod.ts";
import type { Forward } from "../network/network.ts";

/** Gain and bias [W]. */
export type Norm = { readonly gain: tf.Tensor1D; readonly bias: tf.Tensor1D };

/** Matrix [in, out] and bias [out]. */
export type Linear = { readonly weight: tf.Tensor2D; readonly bias: tf.Tensor1D };

/** One block; the scales of LayerScale (DINOv2) are folded into `out` and `down`. */
export type VitBlock = {
  readonly first: Norm;
  /** Queries, keys and values side by side. */
  readonly qkv: Linear;
  readonly out: Linear;
  readonly second: Norm;
  readonly up: Linear;
  readonly down: Linear;
};

/** All weights; lists are empty where a network lacks what they hold. */
export type VitWeights = {
  /** [P, P, 3, W]; bias zero where the network has none. */
  readonly patch: { readonly weight: tf.Tensor4D; readonly bias: tf.Tensor1D };
  /** The class token with its position added, [1, 1, W]. */
  readonly token: tf.Tensor3D;
  /** Positions of the patches, [1, T − 1, W]. */
  readonly positions: tf.Tensor3D;
  /** Register tokens (arXiv:2309.16588), [1, R, W]. */
  readonly registers: readonly tf.Tensor3D[];
  /** CLIP's norm before the blocks. */
  readonly before: readonly Norm[];
  readonly blocks: readonly VitBlock[];
  readonly after: Norm;
  /** CLIP's projection [W, D]. */
  readonly projection: readonly tf.Tensor2D[];
};

/** What the weights don't say. */
export interface VitKind {
  /** `gelu`: with the error function; `quick`: x·σ(1.702x), OpenAI's CLIP. */
  readonly activation: "gelu" | "quick";
  /** ε of the norms. */
  readonly epsilon: number;
}

/** Width of a head, in all of these networks. */
export const headWidth = 64;

function norm(x: tf.Tensor3D, { gain, bias }: Norm, epsilon: number): tf.Tensor3D {
  const centred = tf.sub(x, tf.mean(x, 2, true));
  const variance = tf.mean(tf.square(centred), 2, true);
  const unit = tf.mul(centred, tf.rsqrt(tf.add(variance, epsilon)));
  return tf.add(tf.mul(unit, gain), bias);
}

function linear(x_BTW: tf.Tensor3D, { weight, bias }: Linear): tf.Tensor3D {
  const [b, t, w] = x_BTW.shape;
  const y = tf.fused.matMul({ a: tf.reshape(x_BTW, [b * t, w]), b: weight, bias });
  return tf.reshape(y, [b, t, weight.shape[1]]);
}

const activations = {
  gelu: (x: tf.Tensor3D): tf.Tensor3D =>
    tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)),
  quick: (x: tf.Tensor3D): tf.Tensor3D => tf.mul(x, tf.sigmoid(tf.mul(x, 1.702))),
};

function block(x: tf.Tensor3D, p: VitBlock, { activation, epsilon }: VitKind): tf.Tensor3D {
  const heads = x.shape[2] / headWidth;
  const [q, k, v] = tf.split(linear(norm(x, p.first, epsilon), p.qkv), 3, 2) as tf.Tensor3D[];
  const mixed = attention({
    q_NTD: splitHeads(q, heads),
    k_NSD: splitHeads(k, heads),
    v_NSD: splitHeads(v, heads),
  });
  const h = tf.add(x, linear(mergeHeads(mixed, heads), p.out)) as tf.Tensor3D;
  const inner = activations[activation](linear(norm(h, p.second, epsilon), p.up));
  return tf.add(h, linear(inner, p.down));
}

/** The class token behind the last norm, projected where the network projects. @returns [B, D] */
export function vitForward(kind: VitKind) {
  return (p: VitWeights, x_BHWC: tf.Tensor4D): Forward => {
    const { weight, bias } = p.patch, [side, , , width] = weight.shape, b = x_BHWC.shape[0];
    const places = tf.fused.conv2d({
      x: x_BHWC,
      filter: weight,
      bias,
      strides: side,
      pad: "valid",
    });
    const patches = tf.add(tf.reshape(places, [b, -1, width]), p.positions) as tf.Tensor3D;
    const repeat = (t: tf.Tensor3D) => tf.tile(t, [b, 1, 1]);
    let h = tf.concat([repeat(p.token), ...p.registers.map(repeat), patches], 1) as tf.Tensor3D;
    for (const first of p.before) h = norm(h, first, kind.epsilon);
    for (const one of p.blocks) h = block(h, one, kind);
    const token = norm(tf.slice(h, [0, 0, 0], [b, 1, width]), p.after, kind.epsilon);
    const features = tf.reshape(token, [b, width]) as tf.Tensor2D;
    return {
      features: p.projection.reduce((f, m) => tf.matMul(f, m) as tf.Tensor2D, features),
    };
  };
}
