/**
 * A family, a dataset and a metric small enough for tests of the run path: a linear autoencoder with
 * input noise on 8×8 grey blobs. Registered through `registerModule` like any user's.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { type Batch, type Dataset, defineDataset, type Split } from "../../src/data/dataset.ts";
import { defineFamily, type TensorRecord } from "../../src/families/family.ts";
import { defineMetric } from "../../src/metrics/metric.ts";
import { MetricUnavailable } from "../../src/base/errors.ts";
import { adam, initLinear, type Linear, linear, valueAndGrad } from "../../src/nn/mod.ts";
import { hostKey, hostUniform } from "../../src/random/host/host.ts";
import { fold, normal } from "../../src/random/key.ts";

const side = 8;
const pixels = side * side;
const sizes: Record<Split, number> = { train: 50, test: 40, judge: 0, judge_test: 40 };

function blob(split: Split, index: number): Uint8Array {
  const [x, y, width] = hostUniform(hostKey(7, split, index), 3);
  return Uint8Array.from({ length: pixels }, (_, i) => {
    const dx = (i % side) - x * side;
    const dy = Math.floor(i / side) - y * side;
    return Math.round(255 / (1 + (dx * dx + dy * dy) / (1 + 4 * width)));
  });
}

/** Blobs whose place is the only thing that varies. */
export const tinyData = defineDataset({
  name: "tiny-blobs",
  version: 1,
  about: "8×8 blobs",
  licence: "none needed",
  config: z.strictObject({ train: z.int().default(50) }),
  status: () => Promise.resolve("ready"),
  load: ({ train }): Promise<Dataset> =>
    Promise.resolve({
      name: "tiny-blobs",
      version: 1,
      digest: `tiny-blobs-1-${train}`,
      sample: { kind: "image", height: side, width: side, channels: 1 },
      factors: [{ name: "side", kind: "class", classes: ["left", "right"] }],
      notes: [],
      size: (split) => split === "train" ? train : sizes[split],
      read: (split, indices): Promise<Batch> => {
        const count = indices.length;
        const data = new Uint8Array(count * pixels);
        const labels = new Float32Array(count);
        for (let i = 0; i < count; i++) {
          data.set(blob(split, indices[i]), i * pixels);
          labels[i] = hostUniform(hostKey(7, split, indices[i]), 1)[0] < 0.5 ? 0 : 1;
        }
        return Promise.resolve({
          samples: { count, height: side, width: side, channels: 1, data },
          labels: { side: labels },
        });
      },
    }),
});

/** Prints as modules, libraries and native code do; one line looks like a message of a worker. */
function printEveryWay(): void {
  console.log("by console.log");
  console.error("by console.error");
  Deno.stdout.writeSync(new TextEncoder().encode('{"kind":"outcome"}\n{"kind":\nno end of line'));
  new Deno.Command("echo", { args: ["by a child"], stdout: "inherit" }).outputSync();
}

type Params = { encoder: Linear; decoder: Linear };

const config = z.strictObject({
  latent: z.int().default(4),
  rate: z.number().default(0.01),
  noise: z.number().default(0.1),
  /** From this step on the loss is NaN. */
  breaksAt: z.number().default(1e9),
  /**
   * What to do in each step: nothing, throw, leave a promise rejected, die as of no memory, print by
   * every way there is, or die and leave a child that holds the pipes.
   */
  fault: z.enum(["none", "throws", "crash", "killed", "prints", "orphans"]).default("none"),
  /** Milliseconds a step takes longer. */
  slow: z.number().default(0),
});

/** A denoising linear autoencoder; samples decode standard normal codes. */
export const tiny = defineFamily<z.output<typeof config>>({
  name: "tiny-linear",
  version: 1,
  about: "linear autoencoder",
  papers: [],
  config,
  needs: {
    weights: {
      kind: "weights",
      about: "weights to go on from",
      families: ["tiny-linear"],
      unfit: ({ latent }, given) =>
        latent === given.config.latent
          ? null
          : `\`latent\` is ${latent} here and ${given.config.latent} there`,
    },
    also: { kind: "weights", about: "weights that nothing is made of" },
  },
  build(settings, { needed }) {
    const optimiser = adam();
    const flat = (x: tf.Tensor) => tf.reshape(x, [-1, pixels]) as tf.Tensor2D;
    const image = (x: tf.Tensor) => tf.reshape(x, [-1, side, side, 1]);
    const params = (state: TensorRecord) => state.params as unknown as Params;
    const decode = (p: Params, z_BZ: tf.Tensor) => tf.sigmoid(linear(p.decoder, z_BZ as never));
    return {
      capabilities: {
        likelihood: "none",
        latent: "continuous",
        reconstructs: true,
        samples: true,
      },
      driver: needed?.weights === undefined ? {} : {
        async begin(state, context) {
          const { params } = await context.needed!.weights.state();
          tf.dispose(state.params as never);
          return { ...state, params };
        },
      },
      init(key) {
        const p: Params = {
          encoder: initLinear(fold(key, "encoder"), { in: pixels, out: settings.latent }),
          decoder: initLinear(fold(key, "decoder"), { in: settings.latent, out: pixels }),
        };
        return { params: p, slots: optimiser.init(p), step: tf.scalar(0) } as TensorRecord;
      },
      programs: {
        train(state, inputs, key) {
          if (settings.fault === "throws") throw new Error("tiny: told to throw");
          if (settings.fault === "crash") setTimeout(() => Promise.reject(new Error("crash")), 0);
          if (settings.fault === "killed") Deno.kill(Deno.pid, "SIGKILL");
          if (settings.fault === "prints") printEveryWay();
          if (settings.fault === "orphans") {
            const child = new Deno.Command("sleep", { args: ["40"], stdin: "inherit" }).spawn();
            console.log(`orphan ${child.pid}`);
            Deno.kill(Deno.pid, "SIGKILL");
          }
          const until = performance.now() + settings.slow;
          while (performance.now() < until);
          const x = flat(inputs.x_BHWC as tf.Tensor);
          const noisy = tf.add(
            x,
            tf.mul(
              normal(key, x.shape, { rows_B: inputs.rows_B as tf.Tensor }),
              settings.noise,
            ),
          );
          const { loss, grads } = valueAndGrad((p: Params) => {
            const error = tf.sub(decode(p, linear(p.encoder, noisy as never)), x);
            return { loss: tf.mean(tf.square(error)) as tf.Scalar };
          }, params(state));
          const next = optimiser.update({
            grads,
            slots: state.slots as never,
            params: params(state),
            learningRate: tf.scalar(settings.rate),
          });
          const step = tf.add(state.step as tf.Tensor, 1);
          const broken = tf.where(
            tf.greater(step, settings.breaksAt),
            tf.scalar(NaN),
            loss as tf.Tensor,
          );
          return [{ ...next, step } as TensorRecord, { loss: broken, step }];
        },
        encode: (state, inputs) => [state, {
          mean_BZ: linear(params(state).encoder, flat(inputs.x_BHWC as tf.Tensor) as never),
        }],
        decode: (state, inputs) => [state, {
          x_BHWC: image(decode(params(state), inputs.z_BZ as tf.Tensor)),
        }],
        reconstruct: (state, inputs) => [state, {
          x_BHWC: image(
            decode(
              params(state),
              linear(params(state).encoder, flat(inputs.x_BHWC as tf.Tensor) as never),
            ),
          ),
        }],
        sample(state, inputs, key) {
          const rows_B = inputs.rows_B as tf.Tensor;
          const z_BZ = normal(key, [rows_B.shape[0], settings.latent], { rows_B });
          return [state, { x_BHWC: image(decode(params(state), z_BZ)) }];
        },
      },
    };
  },
});

const brightness = (samples: number) => ({
  name: `brightness@${samples}`,
  metric: "tiny-brightness",
  unit: "/255",
  direction: "none" as const,
  kind: "deterministic" as const,
});

const stepTime = {
  name: "step ms",
  metric: "tiny-speed",
  unit: "ms",
  direction: "lower" as const,
  kind: "speed" as const,
};

const stepFlops = {
  name: "step FLOPs",
  metric: "tiny-speed",
  unit: "FLOP",
  direction: "lower" as const,
  kind: "deterministic" as const,
};

/** Mean brightness of samples, or one of the ways in which a metric may fail. */
export const tinyMetric = defineMetric({
  name: "tiny-brightness",
  version: 1,
  about: "mean of samples",
  papers: [],
  phase: "quality",
  config: z.strictObject({
    samples: z.int().default(20),
    fault: z.enum(["none", "throws", "unavailable", "nan"]).default("none"),
  }),
  declares: ({ samples }) => [brightness(samples)],
  async compute({ subject }, { samples, fault }) {
    if (fault === "throws") throw new Error("told to throw");
    if (fault === "unavailable") throw new MetricUnavailable("not-measured", "told so");
    const { data } = await subject.sample(samples);
    const value = fault === "nan" ? NaN : data.reduce((a, b) => a + b, 0) / data.length;
    return [{ ...brightness(samples), value }];
  },
});

/** Time of a step, and its work, which needs no clock. */
export const tinySpeed = defineMetric({
  name: "tiny-speed",
  version: 1,
  about: "one timed step",
  papers: [],
  phase: "speed",
  config: z.strictObject({}),
  declares: () => [stepTime, stepFlops],
  async compute({ subject }) {
    const [{ work: step }] = await subject.timed!.trainSteps(8);
    await step();
    const start = performance.now();
    await step();
    return [{ ...stepTime, value: performance.now() - start }];
  },
  counts: {
    declares: () => [stepFlops],
    async compute({ subject }) {
      return [{ ...stepFlops, value: (await subject.timed!.flops(8)).train }];
    },
  },
});
