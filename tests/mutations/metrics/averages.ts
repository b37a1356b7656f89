/** Averages, schedules and units of losses off by a step or a factor. @module */
import type { Mutant } from "../run.ts";

const averages = "tests/properties/averages_test.ts";

/** See tests/mutations/run.ts. */
export const mutants: readonly Mutant[] = [
  {
    id: "average-applied-twice",
    file: "src/families/common/training.ts",
    find: "const ema = emaUpdate(state.ema, params, emaDecay(state.step, settings.ema));",
    replace:
      "const ema = emaUpdate(emaUpdate(state.ema, params, emaDecay(state.step, settings.ema)), params, emaDecay(state.step, settings.ema));",
    law: averages,
  },
  {
    id: "average-of-the-weights-before",
    file: "src/families/common/training.ts",
    find: "const ema = emaUpdate(state.ema, params,",
    replace: "const ema = emaUpdate(state.ema, state.params,",
    law: averages,
  },
  {
    id: "average-ramp-the-other-way",
    file: "src/families/common/training.ts",
    find: "return tf.minimum(decay, tf.div(",
    replace: "return tf.maximum(decay, tf.div(",
    law: averages,
  },
  {
    id: "clip-not-of-a-picture",
    file: "src/families/common/training.ts",
    find: "clipNorm: settings.clip * lossScale",
    replace: "clipNorm: settings.clip",
    law: averages,
    filter: "gradients are cut",
  },
  {
    id: "denoisers-average-too-long",
    file: "src/families/common/denoising/train.ts",
    find: "settings: { ...settings, ema: averageDecay(settings.ema, steps) },",
    replace: "settings,",
    law: averages,
    filter: "diffusion: the average",
  },
  {
    id: "vae-scale-forgotten-twice",
    file: "src/families/vae/train.ts",
    find: "emaUpdate(state.optimal, logScale,",
    replace:
      "emaUpdate(tf.mul(state.optimal, emaDecay(state.step, config.ema)) as tf.Scalar, logScale,",
    law: averages,
    filter: "remembered scale",
  },
  {
    id: "gan-half-life-in-steps",
    file: "src/families/gan/train.ts",
    find: "pow(2, -batch / halfLife)",
    replace: "pow(2, -1 / halfLife)",
    law: averages,
    filter: "half-lives",
  },
  {
    id: "flow-bits-over-a-plane",
    file: "src/families/normalizing_flow/train.ts",
    find: "tf.div(loss, numbers * Math.LN2)",
    replace: "tf.div(loss, numbers / setting.sample.channels * Math.LN2)",
    law: averages,
    filter: "gradients are cut",
  },
  {
    id: "vae-clip-over-a-plane",
    file: "src/families/vae/train.ts",
    find: "lossScale: sample.height * sample.width * sample.channels,",
    replace: "lossScale: sample.height * sample.width,",
    law: averages,
    filter: "gradients are cut",
  },
  {
    id: "codebook-averaged-twice",
    file: "src/families/vqvae/train.ts",
    find: "quantiser.follow(own, aux.z[grid], {",
    replace: `quantiser.follow(quantiser.follow(own, aux.z[grid], {
      decay: emaDecay(part.step, config.codebookDecay),
      below: 0,
      all: tf.equal(part.step, tf.scalar(0, "int32")) as tf.Scalar,
      key,
    }), aux.z[grid], {`,
    law: averages,
    filter: "codes' use",
  },
  {
    id: "prior-at-the-rate-of-codes",
    file: "src/families/vqvae/train.ts",
    find: "settings: { ...config, learningRate: config.priorLearningRate },",
    replace: "settings: config,",
    law: averages,
    filter: "each phase",
  },
  {
    id: "prior-over-the-steps-of-codes",
    file: "src/families/vqvae/train.ts",
    find: "steps: setting.steps.prior,",
    replace: "steps: setting.steps.networks,",
    law: averages,
    filter: "each phase",
  },
  {
    id: "latents-over-all-steps",
    file: "src/families/diffusion/family.ts",
    find: "steps: phases[1].steps,",
    replace: "steps,",
    law: averages,
    filter: "each phase",
  },
];
