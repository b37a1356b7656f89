/** Averages, schedules and units of losses off by a step or a factor. @module */
import type { Mutant } from "./run.ts";

const averages = "tests/properties/averages_test.ts";

/** See tests/mutations/run.ts. */
export const mutants: readonly Mutant[] = [
  {
    id: "average-applied-twice",
    file: "src/families/training.ts",
    find: "const ema = emaUpdate(state.ema, params, emaDecay(state.step, settings.ema));",
    replace:
      "const ema = emaUpdate(emaUpdate(state.ema, params, emaDecay(state.step, settings.ema)), params, emaDecay(state.step, settings.ema));",
    law: averages,
  },
  {
    id: "average-of-the-weights-before",
    file: "src/families/training.ts",
    find: "const ema = emaUpdate(state.ema, params,",
    replace: "const ema = emaUpdate(state.ema, state.params,",
    law: averages,
  },
  {
    id: "average-ramp-the-other-way",
    file: "src/families/training.ts",
    find: "return tf.minimum(decay, tf.div(",
    replace: "return tf.maximum(decay, tf.div(",
    law: averages,
  },
  {
    id: "average-ramp-a-step-late",
    file: "src/families/training.ts",
    find: "tf.div(tf.add(t, 1), tf.add(t, 10))",
    replace: "tf.div(t, tf.add(t, 10))",
    law: averages,
  },
  {
    id: "average-weights-exchanged",
    file: "src/nn/ema.ts",
    find: "return tf.add(tf.mul(a, decay), tf.mul(p, rest));",
    replace: "return tf.add(tf.mul(a, rest), tf.mul(p, decay));",
    law: averages,
  },
  {
    id: "training-counts-by-two",
    file: "src/families/training.ts",
    find: `step: tf.add(state.step, tf.scalar(1, "int32")), learningRate`,
    replace: `step: tf.add(state.step, tf.scalar(2, "int32")), learningRate`,
    law: averages,
  },
  {
    id: "training-without-warmup",
    file: "src/families/training.ts",
    find: "warmup: Math.floor(settings.warmup * steps),",
    replace: "warmup: 0,",
    law: averages,
  },
  {
    id: "learning-rate-ends-at-nought",
    file: "src/families/training.ts",
    find: "final: settings.learningRate * settings.decay,",
    replace: "final: 0,",
    law: averages,
  },
  {
    id: "clip-not-of-a-picture",
    file: "src/families/training.ts",
    find: "clipNorm: settings.clip * lossScale",
    replace: "clipNorm: settings.clip",
    law: averages,
  },
  {
    id: "warmup-begins-at-nought",
    file: "src/nn/schedule.ts",
    find: "tf.mul(tf.add(t, 1), peak / Math.max(1, warmup))",
    replace: "tf.mul(t, peak / Math.max(1, warmup))",
    law: averages,
  },
  {
    id: "denoisers-average-too-long",
    file: "src/families/denoising/train.ts",
    find: "settings: { ...settings, ema: averageDecay(settings.ema, steps) },",
    replace: "settings,",
    law: averages,
  },
  {
    id: "vae-scale-forgotten-twice",
    file: "src/families/vae/train.ts",
    find: `    tf.mul(state.optimal, decay),
`,
    replace: `    tf.mul(tf.mul(state.optimal, decay), decay),
`,
    law: averages,
  },
  {
    id: "vae-scale-weights-exchanged",
    file: "src/families/vae/train.ts",
    find: `    tf.mul(state.optimal, decay),
    tf.mul(logScale, tf.sub(1, decay)),`,
    replace: `    tf.mul(state.optimal, tf.sub(1, decay)),
    tf.mul(logScale, decay),`,
    law: averages,
  },
  {
    id: "latent-moments-applied-twice",
    file: "src/families/diffusion/latent.ts",
    find: "        tf.add(tf.mul(old, decay), tf.mul(own, tf.sub(1, decay))) as tf.Tensor1D;",
    replace:
      "        tf.add(tf.mul(tf.add(tf.mul(old, decay), tf.mul(own, tf.sub(1, decay))), decay), tf.mul(own, tf.sub(1, decay))) as tf.Tensor1D;",
    law: averages,
  },
  {
    id: "latent-moments-of-the-batch",
    file: "src/families/diffusion/latent.ts",
    find: "const decay = emaDecay(step, MOMENT_DECAY);",
    replace: "const decay = tf.scalar(0);",
    law: averages,
  },
  {
    id: "gan-average-of-the-weights-before",
    file: "src/families/gan/train.ts",
    find: "ema: emaUpdate(state.generator.ema, params, emaDecay(state.step, wanted)),",
    replace:
      "ema: emaUpdate(state.generator.ema, state.generator.params, emaDecay(state.step, wanted)),",
    law: averages,
  },
  {
    id: "gan-average-applied-twice",
    file: "src/families/gan/train.ts",
    find: "ema: emaUpdate(state.generator.ema, params, emaDecay(state.step, wanted)),",
    replace:
      "ema: emaUpdate(emaUpdate(state.generator.ema, params, emaDecay(state.step, wanted)), params, emaDecay(state.step, wanted)),",
    law: averages,
  },
  {
    id: "gan-half-life-in-steps",
    file: "src/families/gan/train.ts",
    find: "pow(2, -batch / halfLife)",
    replace: "pow(2, -1 / halfLife)",
    law: averages,
  },
  {
    id: "gan-half-life-to-the-base-e",
    file: "src/families/gan/train.ts",
    find: "pow(2, -batch / halfLife)",
    replace: "Math.exp(-batch / halfLife)",
    law: averages,
  },
  {
    id: "flow-bits-over-a-plane",
    file: "src/families/normalizing_flow/train.ts",
    find: "tf.div(loss, numbers * Math.LN2)",
    replace: "tf.div(loss, numbers / setting.sample.channels * Math.LN2)",
    law: averages,
  },
  {
    id: "vae-clip-over-a-plane",
    file: "src/families/vae/train.ts",
    find: "lossScale: sample.height * sample.width * sample.channels,",
    replace: "lossScale: sample.height * sample.width,",
    law: averages,
  },
  {
    id: "energy-clip-of-one-value",
    file: "src/families/energy/train.ts",
    find: "lossScale: numbersOf(setting),",
    replace: "lossScale: 1,",
    law: averages,
  },
];
