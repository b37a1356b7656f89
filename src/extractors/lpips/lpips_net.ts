/**
 * LPIPS 0.1: distances between activations of a network, each brought to length 1 along its channels,
 * weighted by heads fitted to people's judgements. Zhang et al. 2018 (arXiv:1801.03924), eq. 1.
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/** A step of a network, up to and with its ReLU; torchvision's number of its convolution. */
interface Step {
  readonly conv: number;
  readonly pad: number;
  readonly stride: number;
  /** Side of the max pool before it. */
  readonly pool?: number;
  /** Whether its output is one of the five that are compared. */
  readonly compared: boolean;
}

const step = (conv: number, rest: Partial<Step> = {}): Step => ({
  conv,
  pad: 1,
  stride: 1,
  compared: false,
  ...rest,
});
const compared = { compared: true };

/** Convolutions of the networks in torchvision's order, and widths of what is compared. */
export const lpipsNets = {
  alex: {
    kernel: 11,
    widths: [64, 192, 384, 256, 256],
    steps: [
      step(0, { ...compared, pad: 2, stride: 4 }),
      step(3, { ...compared, pad: 2, pool: 3 }),
      step(6, { ...compared, pool: 3 }),
      step(8, compared),
      step(10, compared),
    ],
  },
  vgg: {
    kernel: 3,
    widths: [64, 128, 256, 512, 512],
    steps: [
      step(0),
      step(2, compared),
      step(5, { pool: 2 }),
      step(7, compared),
      step(10, { pool: 2 }),
      step(12),
      step(14, compared),
      step(17, { pool: 2 }),
      step(19),
      step(21, compared),
      step(24, { pool: 2 }),
      step(26),
      step(28, compared),
    ],
  },
} as const satisfies Readonly<
  Record<string, { kernel: number; widths: readonly number[]; steps: readonly Step[] }>
>;

/** One of the networks. */
export type LpipsNet = keyof typeof lpipsNets;

/** Weights: convolutions in order, and a head [C] a compared output. */
export type LpipsWeights = {
  readonly convs: readonly { readonly weight: tf.Tensor4D; readonly bias: tf.Tensor1D }[];
  readonly heads: readonly tf.Tensor1D[];
};

/** The package's own scaling of pictures in [−1, 1]. */
export const lpipsScaling = { shift: [-0.030, -0.088, -0.188], scale: [0.458, 0.448, 0.450] };

/** Against a division by the length of a place without any activation. */
const EPSILON = 1e-10;

/** Places to length 1 along channels. */
function unit(x_BHWC: tf.Tensor4D): tf.Tensor4D {
  const length = tf.sqrt(tf.sum(tf.square(x_BHWC), 3, true));
  return tf.div(x_BHWC, tf.add(length, EPSILON));
}

/** Distances between the pictures of two scaled batches. @returns [B] */
export function lpipsDistances(net: LpipsNet) {
  const steps: readonly Step[] = lpipsNets[net].steps;
  return ({ convs, heads }: LpipsWeights, a_BHWC: tf.Tensor4D, b_BHWC: tf.Tensor4D) => {
    const count = a_BHWC.shape[0];
    let h = tf.concat([a_BHWC, b_BHWC], 0) as tf.Tensor4D;
    let sum: tf.Tensor1D = tf.zeros([count]);
    let at = 0;
    steps.forEach(({ pad, stride, pool, compared }, i) => {
      if (pool !== undefined) h = tf.maxPool(h, pool, 2, "valid");
      const edge: [number, number] = [pad, pad];
      const x = tf.pad(h, [[0, 0], edge, edge, [0, 0]]);
      const { weight, bias } = convs[i];
      h = tf.fused.conv2d({
        x,
        filter: weight,
        bias,
        strides: stride,
        pad: "valid",
        activation: "relu",
      });
      if (!compared) return;
      const [u, v] = tf.split(unit(h), 2, 0) as [tf.Tensor4D, tf.Tensor4D];
      const weighted = tf.mul(tf.square(tf.sub(u, v)), heads[at++]);
      sum = tf.add(sum, tf.mean(tf.sum(weighted, 3), [1, 2])) as tf.Tensor1D;
    });
    return sum;
  };
}
