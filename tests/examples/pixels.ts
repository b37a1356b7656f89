/**
 * A family of your own in one file: every pixel value an independent discretised logistic with its
 * own centre and scale, fitted by Adam. The simplest model with an exact likelihood over 8-bit
 * images, and a floor for every other: it knows the mean face and nothing else.
 *
 * `suite.yaml` beside this file names it under `modules`. Outside this repository the first import
 * would be of "likeness".
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { defineFamily, nn, random, type TensorRecord } from "../../src/mod.ts";

/** Half the distance between two of the 256 pixel values k/255. */
const HALF = 0.5 / 255;

type Parameters = { readonly centre: tf.Tensor; readonly logScale: tf.Tensor };
type State = {
  readonly params: Parameters;
  readonly slots: nn.AdamSlots<Parameters>;
};

/**
 * log p(x) in nats an image. A value's mass is the logistic CDF over its bin, the first and the last
 * bin reaching to infinity (Salimans et al. 2017, eq. 2), by
 * log(σ(b) − σ(a)) = log σ(b) + log σ(−a) + log(1 − e^{a−b}), which doesn't cancel.
 * @returns [B]
 */
function logProbability(x_BHWC: tf.Tensor, { centre, logScale }: Parameters): tf.Tensor1D {
  const scaled = (edge: number) => tf.div(tf.add(tf.sub(x_BHWC, centre), edge), tf.exp(logScale));
  const [a, b] = [scaled(-HALF), scaled(HALF)];
  const belowTop = tf.neg(nn.softplus(tf.neg(b))); // log σ(b)
  const aboveBottom = tf.neg(nn.softplus(a)); // log σ(−a)
  const middle = tf.add(
    tf.add(belowTop, aboveBottom),
    tf.log(tf.neg(tf.expm1(tf.sub(a, b)))),
  );
  const black = tf.less(x_BHWC, HALF), white = tf.greater(x_BHWC, 1 - HALF);
  const log = tf.where(black, belowTop, tf.where(white, aboveBottom, middle));
  return tf.sum(log, [1, 2, 3]) as tf.Tensor1D;
}

/** Independent discretised logistics. */
export const pixels = defineFamily({
  name: "pixels",
  version: 1,
  about: "independent discretised logistic at every pixel: exact likelihood, no structure",
  papers: ["arXiv:1701.05517"],
  config: z.object({
    learningRate: z.number().positive().default(0.05).describe("Adam's"),
    scale: z.number().positive().default(0.2).describe("of every pixel at the start, in [0, 1]"),
  }),
  build(config, { sample }) {
    const shape = [sample.height, sample.width, sample.channels];
    const optimiser = nn.adam();
    const own = (state: TensorRecord) => state as unknown as State;
    return {
      capabilities: {
        likelihood: "exact",
        measure: "discrete-256",
        latent: "none",
        reconstructs: false,
        samples: true,
      },
      driver: {},
      init() {
        const params = {
          centre: tf.fill(shape, 0.5),
          logScale: tf.fill(shape, Math.log(config.scale)),
        };
        return { params, slots: optimiser.init(params) } as TensorRecord;
      },
      programs: {
        train(state, { x_BHWC }) {
          const { params, slots } = own(state);
          const { loss, grads } = nn.valueAndGrad((p: Parameters) => ({
            loss: tf.neg(tf.mean(logProbability(x_BHWC as tf.Tensor, p))) as tf.Scalar,
          }), params);
          const learningRate = tf.scalar(config.learningRate);
          const next = optimiser.update({ grads, slots, params, learningRate });
          return [next as TensorRecord, { loss }];
        },
        sample(state, inputs, key) {
          const { centre, logScale } = own(state).params;
          const rows_B = inputs.rows_B as tf.Tensor1D;
          // The logistic's inverse CDF at a uniform draw: centre + s·log(u/(1 − u)).
          const draw = random.uniform(key, [rows_B.shape[0], ...shape], { rows_B });
          const u = tf.clipByValue(draw, 1e-6, 1 - 1e-6);
          const x = tf.add(centre, tf.mul(tf.exp(logScale), tf.log(tf.div(u, tf.sub(1, u)))));
          return [state, { x_BHWC: tf.clipByValue(x, 0, 1) }];
        },
        log_weight(state, { x_BHWC }) {
          return [state, { logWeight_B: logProbability(x_BHWC as tf.Tensor, own(state).params) }];
        },
      },
    };
  },
});
