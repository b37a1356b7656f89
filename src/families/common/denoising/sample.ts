/**
 * Sampling from a denoiser: the programs that tell the picture behind a noisy one, and the driver that
 * calls them step by step.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { type Denoising, type Plan, predict, type State } from "./model.ts";
import type { Driver, SampleContext, SampleRequest, TensorRecord } from "../../family.ts";
import { type FamilyProgram, type Images, reads, type Rows } from "../programs.ts";
import { fold, type Key, keyTensor, normal } from "../../../random/mod.ts";
import { type Labels, noLabels } from "../conditioning.ts";
import type { Network } from "./network.ts";
import type { Stage } from "./solvers.ts";
import { follow, tensors } from "./follow_steps.ts";

/**
 * Classifier-free guidance, D = D_u + w·(D_c − D_u): w = 1 is conditional, w = 0 unconditional. D is
 * affine in the noise, the score and the velocity, so that guiding any of them is the same. Ho &
 * Salimans 2022 (arXiv:2207.12598), eq. 6, whose weight is w − 1.
 */
export function guide(
  { conditional, unconditional }: { conditional: tf.Tensor4D; unconditional: tf.Tensor4D },
  weight: tf.Scalar,
): tf.Tensor4D {
  return tf.add(unconditional, tf.mul(weight, tf.sub(conditional, unconditional)));
}

/** Inputs of `denoise`; of `guided` with the weight. */
type DenoiseInputs = Images & {
  readonly time: tf.Scalar;
  readonly next: tf.Scalar;
  readonly labels: Labels;
  readonly weight?: tf.Scalar;
};

/** Inputs of `noise`. */
type NoiseInputs = Rows & { readonly index: tf.Scalar };

/** The programs that sampling calls. */
export function denoisingPrograms(denoising: Denoising): Record<string, FamilyProgram> {
  const { network: options, bounded } = denoising;
  const { height, width, channels } = options.sample;
  const within = (x: tf.Tensor4D) => bounded ? tf.clipByValue(x, -1, 1) as tf.Tensor4D : x;
  const all = (value: tf.Scalar, count: number) => tf.mul(tf.ones([count]), value) as tf.Tensor1D;
  const data = (params: Network, { x_BHWC, time, next, labels }: DenoiseInputs) => {
    const [B] = x_BHWC.shape;
    return predict(
      params,
      { x_BHWC, time_B: all(time, B), next_B: all(next, B), labels },
      denoising,
    )
      .data_BHWC;
  };
  return {
    denoise: reads<State, DenoiseInputs>((state, inputs) => ({
      x_BHWC: within(data(state.ema, inputs)),
    })),
    guided: reads<State, DenoiseInputs>((state, inputs) => {
      const { x_BHWC, labels, weight } = inputs;
      // Both evaluations in one batch: twice the rows cost less than two calls.
      const none = noLabels(options.conditions, x_BHWC.shape[0]);
      const both = data(state.ema, {
        ...inputs,
        x_BHWC: tf.concat([x_BHWC, x_BHWC], 0),
        labels: Object.fromEntries(
          options.conditions.map(({ name }) => [
            name,
            tf.concat([labels[name], none[name]]) as tf.Tensor1D,
          ]),
        ),
      });
      const [conditional, unconditional] = tf.split(both, 2, 0) as tf.Tensor4D[];
      return { x_BHWC: within(guide({ conditional, unconditional }, weight!)) };
    }),
    noise: reads<State, NoiseInputs>((_, { rows_B, index }, key) => ({
      x_BHWC: normal(fold(fold(key, "noise"), index), [rows_B.shape[0], height, width, channels], {
        rows_B,
      }),
    })),
    picture: reads<State, Images>((state, { x_BHWC }) => ({
      x_BHWC: denoising.picture(state, x_BHWC),
    })),
  };
}

/** What one sampling needs. */
interface Sampling {
  readonly state: TensorRecord;
  readonly context: SampleContext;
  readonly key: Key;
  readonly labels: Labels;
  readonly guidance: number;
  readonly plan: Plan;
}

/** Fresh standard normals, by step from 0; −1 is the start. */
type Draw = (index: number) => tf.Tensor4D;

function denoiseBy(denoising: Denoising, { state, context, key, labels, guidance }: Sampling) {
  const { conditions } = denoising.network;
  const guided = conditions.length > 0 && guidance !== 0 && guidance !== 1;
  const scalar = (value: number) => context.engine.tensor(new Float32Array([value]), []);
  return (x_BHWC: tf.Tensor4D, { at, to }: Stage): tf.Tensor4D => {
    const made = {
      time: scalar(at.time),
      next: scalar(to.time),
      ...(guided ? { weight: scalar(guidance) } : {}),
    };
    const outputs = context.run(guided ? "guided" : "denoise", state, {
      x_BHWC,
      labels,
      ...made,
    }, key);
    tf.dispose(made);
    return outputs.x_BHWC as tf.Tensor4D;
  };
}

/** From standard normals to pictures. */
function run(denoising: Denoising, start: tf.Tensor4D, noise: Draw, sampling: Sampling) {
  const { plan, context, state, key } = sampling;
  const first = tf.tidy(() => tf.mul(start, plan.scale)) as tf.Tensor4D;
  const last = follow(first, plan.steps, {
    denoise: denoiseBy(denoising, sampling),
    noise,
    ...tensors,
  });
  const { x_BHWC } = context.run("picture", state, { x_BHWC: last }, key);
  tf.dispose([first, last]);
  return x_BHWC as tf.Tensor4D;
}

/** The sampler and the decoder. */
export function denoisingDriver(denoising: Denoising): Required<Pick<Driver, "sample" | "decode">> {
  const { settings, network: { conditions, sample } } = denoising;
  return {
    sample(state, request: SampleRequest, context) {
      const { rows_B, key } = request;
      const guidance = request.guidance ?? settings.guidance;
      const none = noLabels(conditions, rows_B.shape[0]);
      const labels = conditions.length === 0 || guidance === 0
        ? none
        : Object.fromEntries(conditions.map(({ name }) => [name, request.labels[name]]));
      const noise: Draw = (index) => {
        const at = context.engine.tensor(new Int32Array([index + 1]), [], "int32");
        const { x_BHWC } = context.run("noise", state, { rows_B, index: at }, key);
        at.dispose();
        return x_BHWC as tf.Tensor4D;
      };
      const start = noise(-1);
      const plan = denoising.plan(request.evaluations ?? settings.evaluations, false);
      const pictures = run(denoising, start, noise, {
        state,
        context,
        key,
        labels,
        guidance,
        plan,
      });
      tf.dispose([start, none as tf.TensorContainer]);
      return pictures;
    },
    decode(state, z_BZ, context) {
      const [B] = z_BZ.shape;
      const { height, width, channels } = sample;
      const key = keyTensor([0, 0]);
      const labels = noLabels(conditions, B);
      const start = tf.tidy(() => tf.reshape(z_BZ, [B, height, width, channels])) as tf.Tensor4D;
      const pictures = run(denoising, start, () => {
        throw new Error("a deterministic sampler draws no noise");
      }, {
        state,
        context,
        key,
        labels,
        guidance: 1,
        plan: denoising.plan(settings.evaluations, true),
      });
      tf.dispose([key, start, labels as tf.TensorContainer]);
      return pictures;
    },
  };
}
