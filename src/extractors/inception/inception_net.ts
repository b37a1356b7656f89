/**
 * InceptionV3 as TensorFlow published it on 2015-12-05, the network of FID: Szegedy et al. 2015
 * (arXiv:1512.00567) with that graph's own pooling. Averages leave padding out, and the last block
 * takes a maximum where the paper has an average. Batch norms are folded into the convolutions.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Engine } from "../../engine/mod.ts";
import { filterOf, type StateDict, upload } from "../weights/state_dict.ts";
import type { Forward } from "../network/network.ts";

/** A convolution with its batch norm folded in: weight [height, width, in, out], bias [out]. */
type Conv = { readonly weight: tf.Tensor4D; readonly bias: tf.Tensor1D };

/** Convolutions by their PyTorch names, and the classifier's matrix [2048, 1008]. */
export type InceptionWeights = {
  readonly convs: Readonly<Record<string, Conv>>;
  readonly classes: Readonly<Record<string, tf.Tensor2D>>;
};

/** ε of the batch norms. */
const EPSILON = 1e-3;

type Block = (x: tf.Tensor4D, conv: Convolve) => tf.Tensor4D;
type Convolve = (
  x: tf.Tensor4D,
  name: string,
  options?: { stride?: 1 | 2; pad?: "same" | "valid" },
) => tf.Tensor4D;

/** Convolutions one after the other. */
function chain(x: tf.Tensor4D, conv: Convolve, ...names: string[]): tf.Tensor4D {
  return names.reduce((h, name) => conv(h, name), x);
}

const join = (...parts: tf.Tensor4D[]) => tf.concat(parts, 3) as tf.Tensor4D;
const averaged = (x: tf.Tensor4D) => tf.avgPool(x, 3, 1, "same");
const halved = (x: tf.Tensor4D) => tf.maxPool(x, 3, 2, "valid");
const down = { stride: 2, pad: "valid" } as const;

const blockA: Block = (x, conv) =>
  join(
    conv(x, "branch1x1"),
    chain(x, conv, "branch5x5_1", "branch5x5_2"),
    chain(x, conv, "branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3"),
    conv(averaged(x), "branch_pool"),
  );

const blockB: Block = (x, conv) =>
  join(
    conv(x, "branch3x3", down),
    conv(chain(x, conv, "branch3x3dbl_1", "branch3x3dbl_2"), "branch3x3dbl_3", down),
    halved(x),
  );

const blockC: Block = (x, conv) => {
  const double = [1, 2, 3, 4, 5].map((i) => `branch7x7dbl_${i}`);
  return join(
    conv(x, "branch1x1"),
    chain(x, conv, "branch7x7_1", "branch7x7_2", "branch7x7_3"),
    chain(x, conv, ...double),
    conv(averaged(x), "branch_pool"),
  );
};

const blockD: Block = (x, conv) =>
  join(
    conv(conv(x, "branch3x3_1"), "branch3x3_2", down),
    conv(chain(x, conv, "branch7x7x3_1", "branch7x7x3_2", "branch7x7x3_3"), "branch7x7x3_4", down),
    halved(x),
  );

const blockE = (pool: (x: tf.Tensor4D) => tf.Tensor4D): Block => (x, conv) => {
  const three = conv(x, "branch3x3_1");
  const double = chain(x, conv, "branch3x3dbl_1", "branch3x3dbl_2");
  return join(
    conv(x, "branch1x1"),
    conv(three, "branch3x3_2a"),
    conv(three, "branch3x3_2b"),
    conv(double, "branch3x3dbl_3a"),
    conv(double, "branch3x3dbl_3b"),
    conv(pool(x), "branch_pool"),
  );
};

const largest = (x: tf.Tensor4D) => tf.maxPool(x, 3, 1, "same");

/** Blocks in order, with the kind of each. */
const blocks: readonly (readonly [name: string, kind: string, block: Block])[] = [
  ["Mixed_5b", "A", blockA],
  ["Mixed_5c", "A", blockA],
  ["Mixed_5d", "A", blockA],
  ["Mixed_6a", "B", blockB],
  ["Mixed_6b", "C", blockC],
  ["Mixed_6c", "C", blockC],
  ["Mixed_6d", "C", blockC],
  ["Mixed_6e", "C", blockC],
  ["Mixed_7a", "D", blockD],
  ["Mixed_7b", "E", blockE(averaged)],
  ["Mixed_7c", "E", blockE(largest)],
];

/** TensorFlow's mixed_6/conv, whose first channels are sFID's features (arXiv:2103.03841). */
const SPATIAL = { conv: "Mixed_6d.branch1x1", channels: 7 };

/** 17 × 17 places of 7 channels. */
export const spatialDimension = 17 * 17 * SPATIAL.channels;

/**
 * The forward pass on pictures of 299×299 with values in about [−1, 1].
 * @returns features [B, 2048], spatial features [B, 2023], and logits [B, 1008] without the
 * classifier's bias, as Inception Scores have been taken since the first
 */
export function inceptionForward(weights: InceptionWeights, x_BHWC: tf.Tensor4D): Forward {
  let spatial: tf.Tensor2D | undefined;
  const within = (prefix: string): Convolve => (x, name, { stride = 1, pad = "same" } = {}) => {
    const { weight, bias } = weights.convs[prefix + name];
    const y = tf.fused.conv2d({
      x,
      filter: weight,
      bias,
      strides: stride,
      pad,
      activation: "relu",
    });
    if (prefix + name === SPATIAL.conv) {
      spatial = tf.reshape(tf.slice(y, [0, 0, 0, 0], [-1, -1, -1, SPATIAL.channels]), [
        y.shape[0],
        -1,
      ]);
    }
    return y as tf.Tensor4D;
  };
  const conv = within("");
  let h = conv(x_BHWC, "Conv2d_1a_3x3", down);
  h = conv(h, "Conv2d_2a_3x3", { pad: "valid" });
  h = halved(conv(h, "Conv2d_2b_3x3"));
  h = conv(h, "Conv2d_3b_1x1");
  h = halved(conv(h, "Conv2d_4a_3x3", { pad: "valid" }));
  for (const [name, , block] of blocks) h = block(h, within(`${name}.`));
  const features = tf.mean(h, [1, 2]) as tf.Tensor2D;
  const { matrix } = weights.classes;
  return {
    features,
    spatial,
    ...(matrix === undefined ? {} : { logits: tf.matMul(features, matrix) as tf.Tensor2D }),
  };
}

/** Names of the convolutions of each kind of block. */
const names: Readonly<Record<string, string>> = {
  A: "branch1x1 branch5x5_1 branch5x5_2 branch3x3dbl_1 branch3x3dbl_2 branch3x3dbl_3 branch_pool",
  B: "branch3x3 branch3x3dbl_1 branch3x3dbl_2 branch3x3dbl_3",
  C: "branch1x1 branch7x7_1 branch7x7_2 branch7x7_3 branch7x7dbl_1 branch7x7dbl_2 branch7x7dbl_3 " +
    "branch7x7dbl_4 branch7x7dbl_5 branch_pool",
  D: "branch3x3_1 branch3x3_2 branch7x7x3_1 branch7x7x3_2 branch7x7x3_3 branch7x7x3_4",
  E: "branch1x1 branch3x3_1 branch3x3_2a branch3x3_2b branch3x3dbl_1 branch3x3dbl_2 " +
    "branch3x3dbl_3a branch3x3dbl_3b branch_pool",
};

/** Names of all convolutions. */
function convNames(): string[] {
  const stem = ["1a_3x3", "2a_3x3", "2b_3x3", "3b_1x1", "4a_3x3"].map((n) => `Conv2d_${n}`);
  const rest = blocks.flatMap(([name, kind]) => names[kind].split(" ").map((n) => `${name}.${n}`));
  return [...stem, ...rest];
}

/**
 * Weights under PyTorch's names (torchvision's, which pytorch-fid and torch-fidelity share), on the
 * engine: w′ = w·g/√(v + ε), b′ = b − m·g/√(v + ε), folded in float64.
 * @throws UsageError where a tensor is missing
 */
export function inceptionWeights(file: StateDict, engine: Engine): InceptionWeights {
  const convs: Record<string, Conv> = {};
  for (const name of convNames()) {
    const { shape, data } = filterOf(file.take(`${name}.conv.weight`, [null, null, null, null]));
    const out = shape[3];
    const norm = (part: string) => file.take(`${name}.bn.${part}`, [out]).data;
    const [gain, offset, mean, variance] = ["weight", "bias", "running_mean", "running_var"].map(
      norm,
    );
    const scale = Float64Array.from(gain, (g, c) => g / Math.sqrt(variance[c] + EPSILON));
    convs[name] = {
      weight: upload(engine, {
        shape,
        data: data.map((w, i) => w * scale[i % out]),
      }) as tf.Tensor4D,
      bias: upload(engine, {
        shape: [out],
        data: Float64Array.from(offset, (b, c) => b - mean[c] * scale[c]),
      }) as tf.Tensor1D,
    };
  }
  const classes: Record<string, tf.Tensor2D> = {};
  if (file.has("fc.weight")) {
    file.take("fc.weight", [null, 2048]);
    classes.matrix = upload(engine, file.takeLinear("fc.weight")) as tf.Tensor2D;
  }
  return { convs, classes };
}
