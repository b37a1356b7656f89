/** Mutants of diffusion, flow and the networks that denoise: each edit must make its law fail. */

const steps = "src/families/common/denoising/solvers.ts";
const levels = "src/families/common/denoising/levels.ts";
const edm = "src/families/common/denoising/edm.ts";
const ddpm = "src/families/diffusion/noise_schedule.ts";
const bound = "src/families/diffusion/variational_bound.ts";
const latent = "src/families/diffusion/latent.ts";
const paths = "src/families/flow/paths.ts";
const times = "src/families/flow/time_laws.ts";
const meanFlow = "src/families/flow/objectives/mean_flow.ts";
const consistency = "src/families/flow/objectives/consistency.ts";

const forward = "tests/properties/diffusion/forward_test.ts";
const samplers = "tests/properties/diffusion/sampler_test.ts";
const guidance = "tests/properties/diffusion/guidance_test.ts";
const bounds = "tests/properties/diffusion/bound_test.ts";
const latents = "tests/properties/diffusion/latent_test.ts";
const flowPaths = "tests/properties/flow/path_test.ts";
const flowSteps = "tests/properties/flow/steps_test.ts";
const networks = "tests/backbones/denoiser_test.ts";

export const mutants = [
  {
    id: "alpha-bar-off-by-one",
    file: ddpm,
    find: `const step_B = tf.cast(time_B, "int32");`,
    replace: `const step_B = tf.cast(tf.maximum(tf.sub(time_B, 1), 0), "int32");`,
    law: forward,
  },
  {
    id: "cosine-without-offset",
    file: ddpm,
    find: "const COSINE_OFFSET = 0.008;",
    replace: "const COSINE_OFFSET = 0;",
    law: forward,
  },
  {
    id: "v-of-the-wrong-sign",
    file: levels,
    find: `  out: neg(sigma),
  in: 1,
  data: neg(sigma),`,
    replace: `  out: sigma,
  in: 1,
  data: neg(sigma),`,
    law: forward,
  },
  {
    id: "c-out-wrong",
    file: levels,
    find: "out: div(mul(sigma, sigmaData), norm),",
    replace: "out: div(mul(sigma, sigmaData), mul(norm, norm)),",
    law: forward,
  },
  {
    id: "c-in-without-data",
    file: levels,
    find: `      in: div(1, norm),
      data: div(sigma, mul(norm, sigmaData)),`,
    replace: `      in: div(1, sigma),
      data: div(sigma, mul(norm, sigmaData)),`,
    law: forward,
  },
  {
    id: "target-of-the-wrong-variance",
    file: levels,
    find: "data: div(sigma, mul(norm, sigmaData)),",
    replace: "data: div(sigma, norm),",
    law: forward,
  },
  {
    id: "velocity-of-the-wrong-end",
    file: levels,
    find: `    data: da,
    noise: ds,`,
    replace: `    data: ds,
    noise: da,`,
    law: forward,
  },
  {
    id: "velocity-weight-not-squared",
    file: levels,
    find: "return tf.square(div(mul(determinant, out), sigma)) as tf.Tensor4D;",
    replace: "return tf.abs(div(mul(determinant, out), sigma)) as tf.Tensor4D;",
    law: forward,
  },
  {
    // The ε-loss's weight SNR left out: D's squared error in its place.
    id: "epsilon-loss-weighted-as-x0",
    file: "src/families/diffusion/objective.ts",
    find: "tf.square(tf.div(tf.mul(alpha, out), sigma)) as tf.Tensor4D,",
    replace:
      "tf.square(tf.mul(tf.onesLike(sigma), tf.mul(tf.onesLike(alpha), out))) as tf.Tensor4D,",
    law: forward,
  },
  {
    id: "min-snr-as-max",
    file: "src/families/diffusion/objective.ts",
    find: "tf.minimum(tf.square(tf.div(alpha, sigma)), MOST_SNR)",
    replace: "tf.maximum(tf.square(tf.div(alpha, sigma)), MOST_SNR)",
    law: forward,
  },
  {
    id: "plain-weight-not-one",
    file: "src/families/diffusion/objective.ts",
    find: `"plain": () => 1,`,
    replace: `"plain": ({ alpha }) => alpha,`,
    law: forward,
  },
  {
    id: "rho-upside-down",
    file: edm,
    find: "const [top, bottom] = [pow(sigmaMax, 1 / rho), pow(sigmaMin, 1 / rho)];",
    replace: "const [top, bottom] = [pow(sigmaMax, 1 / rho), pow(sigmaMin, rho)];",
    law: forward,
  },
  {
    id: "first-step-never-trained",
    file: "src/families/diffusion/objective.ts",
    find: "tf.add(tf.floor(tf.mul(share_B, timesteps)), 1)",
    replace: "tf.maximum(2, tf.add(tf.floor(tf.mul(share_B, timesteps)), 1))",
    law: forward,
  },
  {
    id: "log-noise-without-deviation",
    file: edm,
    find: "tf.add(tf.mul(normalPerRow(key, rows_B), noiseDeviation), noiseMean)",
    replace: "tf.add(tf.mul(normalPerRow(key, rows_B), noiseDeviation ** 0), noiseMean)",
    law: forward,
  },
  {
    id: "times-not-spread",
    file: "src/families/common/denoising/time_laws.ts",
    find: "const GOLDEN = 0.6180339887498949;",
    replace: "const GOLDEN = 0.5;",
    law: forward,
  },
  {
    id: "heun-without-correction",
    file: steps,
    find: "if (to.sigma === 0) return [ahead];",
    replace: "if (to.sigma < Infinity) return [ahead];",
    law: samplers,
  },
  {
    id: "heun-takes-one-too-many",
    file: steps,
    find: "if (to.sigma === 0) return [ahead];",
    replace: "if (to.sigma < -1) return [ahead];",
    law: samplers,
  },
  {
    id: "midpoint-with-the-first-slope",
    file: steps,
    find: "const { p, q } = slope(half);",
    replace: "const { p, q } = slope(at);",
    law: samplers,
  },
  {
    id: "multistep-without-the-past",
    file: steps,
    find: "previous: -weight * beyond,",
    replace: "previous: 0 * weight,",
    law: samplers,
  },
  {
    id: "multistep-ratio-upside-down",
    file: steps,
    find: "(logRatio(to) - logRatio(at)) / (2 * past)",
    replace: "past / (2 * (logRatio(to) - logRatio(at)))",
    law: samplers,
  },
  {
    id: "euler-of-the-wrong-sign",
    file: steps,
    find: `  const h = to.time - at.time;
  const { p, q } = slope(at);`,
    replace: `  const h = at.time - to.time;
  const { p, q } = slope(at);`,
    law: samplers,
  },
  {
    id: "last-step-short",
    file: steps,
    find: "if (to.sigma === 0) return { at, to, ...plain, state: 0, data: to.alpha };",
    replace: "if (to.sigma === 0) return { at, to, ...plain, state: 0, data: to.alpha / 2 };",
    law: samplers,
  },
  {
    id: "time-reversed",
    file: "src/families/flow/sample.ts",
    find: "path.point(1 - i / count)",
    replace: "path.point(1e-9 + i / count)",
    law: samplers,
  },
  {
    id: "ddim-eta-ignored",
    file: steps,
    find: "const noise = eta * to.sigma *",
    replace: "const noise = 0 * eta * to.sigma *",
    law: samplers,
  },
  {
    id: "ddim-direction-not-shortened",
    file: steps,
    find: "const direction = Math.sqrt(Math.max(0, to.sigma ** 2 - noise ** 2));",
    replace: "const direction = to.sigma;",
    law: samplers,
  },
  {
    id: "restart-forgets-what-is-there",
    file: steps,
    find: "noise: Math.sqrt(Math.max(0, to.sigma ** 2 - least ** 2)),",
    replace: "noise: to.sigma,",
    law: samplers,
  },
  {
    id: "guidance-on-the-conditional-twice",
    file: "src/families/common/denoising/sample.ts",
    find: "tf.mul(weight, tf.sub(conditional, unconditional))",
    replace: "tf.mul(weight, tf.sub(tf.mul(weight, conditional), unconditional))",
    law: guidance,
  },
  {
    // Ho and Salimans count the weight from 0.
    id: "guidance-weight-less-one",
    file: "src/families/common/denoising/sample.ts",
    find: "return tf.add(unconditional, tf.mul(weight,",
    replace: "return tf.add(conditional, tf.mul(weight,",
    law: guidance,
  },
  {
    id: "guidance-reversed",
    file: "src/families/common/denoising/sample.ts",
    find: "tf.sub(conditional, unconditional)",
    replace: "tf.sub(unconditional, conditional)",
    law: guidance,
  },
  {
    id: "guidance-halves-swapped",
    file: "src/families/common/denoising/sample.ts",
    find: "const [conditional, unconditional] = tf.split(both, 2, 0)",
    replace: "const [unconditional, conditional] = tf.split(both, 2, 0)",
    law: guidance,
  },
  {
    id: "start-of-unit-noise",
    file: "src/families/common/denoising/sample.ts",
    find: "tf.mul(start, plan.scale)",
    replace: "tf.mul(start, plan.scale ** 0)",
    law: guidance,
  },
  {
    id: "sampler-tells-the-next-time",
    file: "src/families/common/denoising/sample.ts",
    find: "time: scalar(at.time),",
    replace: "time: scalar(to.time),",
    law: guidance,
  },
  {
    id: "path-rate-wrong",
    file: paths,
    find: "alphaRate: -0.5 * beta * alpha,",
    replace: "alphaRate: -beta * alpha,",
    law: flowPaths,
  },
  {
    id: "paths-swap-ends",
    file: paths,
    find: "point: (time) => ({ time, alpha: 1 - time, sigma: time, alphaRate: -1, sigmaRate: 1 }),",
    replace:
      "point: (time) => ({ time, alpha: time, sigma: 1 - time, alphaRate: 1, sigmaRate: -1 }),",
    law: flowPaths,
  },
  {
    id: "matching-with-the-noise-alone",
    file: levels,
    find: "return tf.add(tf.mul(data, data_BHWC), tf.mul(noise, noise_BHWC));",
    replace: "return tf.mul(noise, noise_BHWC);",
    law: flowPaths,
  },
  {
    id: "logit-normal-without-mean",
    file: times,
    find: "tf.add(tf.mul(normalPerRow(key, rows_B), timeDeviation), timeMean)",
    replace: "tf.add(tf.mul(normalPerRow(key, rows_B), timeDeviation), 0 * timeMean)",
    law: flowPaths,
  },
  {
    id: "span-not-sorted",
    file: times,
    find: "t_B: tf.maximum(one, two) as tf.Tensor1D",
    replace: "t_B: one",
    law: flowPaths,
  },
  {
    id: "boundary-at-zero",
    file: levels,
    find: "const above = sub(sigma, least);",
    replace: "const above = sub(sigma, 0 * least);",
    law: flowSteps,
  },
  {
    id: "boundary-output-left",
    file: levels,
    find: "const out = div(mul(above, sigmaData), norm);",
    replace: "const out = div(mul(sigma, sigmaData), norm);",
    law: flowSteps,
  },
  {
    id: "neighbours-not-adjacent",
    file: consistency,
    find: "far_B: level(tf.add(from_B, 1)) as tf.Tensor1D,",
    replace: "far_B: level(tf.add(from_B, 2)) as tf.Tensor1D,",
    law: flowSteps,
  },
  {
    id: "neighbours-beyond-the-grid",
    file: consistency,
    find: "const from_B = tf.minimum(place_B, tf.sub(intervals, 1));",
    replace: "const from_B = tf.minimum(place_B, intervals);",
    law: flowSteps,
  },
  {
    id: "consistency-without-stop-gradient",
    file: consistency,
    find: "tf.squaredDifference(said_BHWC, wanted_BHWC)",
    replace:
      "tf.squaredDifference(said_BHWC, tf.add(predict(params, seen(near_B), denoising).data_BHWC, tf.mul(wanted_BHWC, 0)))",
    law: flowSteps,
  },
  {
    id: "mean-flow-without-jvp",
    file: meanFlow,
    find: "return tf.sub(v_BHWC, tf.mul(span, tangent));",
    replace: "return tf.sub(v_BHWC, tf.mul(tf.mul(span, 0), tangent));",
    law: flowSteps,
  },
  {
    id: "mean-flow-jvp-in-time-only",
    file: meanFlow,
    find: "tangents: { x_BHWC: v_BHWC,",
    replace: "tangents: { x_BHWC: tf.zerosLike(v_BHWC),",
    law: flowSteps,
  },
  {
    id: "mean-flow-span-reversed",
    file: meanFlow,
    find: "const span = each(tf.sub(t_B, r_B) as tf.Tensor1D);",
    replace: "const span = each(tf.sub(r_B, t_B) as tf.Tensor1D);",
    law: flowSteps,
  },
  {
    id: "mean-flow-without-stop-gradient",
    file: meanFlow,
    find: "tf.mean(tf.squaredDifference(u_BHWC, target_BHWC), [1, 2, 3])",
    replace:
      "tf.mean(tf.squaredDifference(u_BHWC, meanTarget(velocityOf(params, labels, denoising), { x_BHWC, t_B, r_B, v_BHWC })), [1, 2, 3])",
    law: flowSteps,
  },
  {
    id: "mean-flow-weight-differentiated",
    file: meanFlow,
    find: "loss: adaptive(error_B as tf.Tensor1D),",
    replace: "loss: tf.mean(tf.div(error_B, tf.add(error_B, LEAST_ERROR))) as tf.Scalar,",
    law: flowSteps,
  },
  {
    id: "lattice-window-too-small",
    file: bound,
    find: "const REACH = 8.5;",
    replace: "const REACH = 1;",
    law: bounds,
  },
  {
    id: "lattice-without-edges",
    file: bound,
    find: "sum = tf.add(sum, tf.mul(inside, weight));",
    replace: "sum = tf.add(sum, tf.add(tf.mul(inside, 0), weight));",
    law: bounds,
  },
  {
    id: "lattice-deviation-not-squared",
    file: bound,
    find: "const rate = -1 / (2 * deviation * deviation);",
    replace: "const rate = -1 / (2 * deviation);",
    law: bounds,
  },
  {
    id: "prior-kl-without-half",
    file: bound,
    find: "perPicture(tf.add(squares, ratio - 1 - log(ratio))), 0.5)",
    replace: "perPicture(tf.add(squares, ratio - 1 - log(ratio))), 1)",
    law: bounds,
  },
  {
    id: "bound-without-half",
    file: bound,
    find: "weight[t - 2] = 0.5 * (snr(alphaBar, t - 1) - snr(alphaBar, t)) * ratio;",
    replace: "weight[t - 2] = (snr(alphaBar, t - 1) - snr(alphaBar, t)) * ratio;",
    law: bounds,
  },
  {
    id: "bound-of-the-posterior-variance",
    file: bound,
    find: "(snr(alphaBar, t - 1) - snr(alphaBar, t)) * ratio;",
    replace: "(snr(alphaBar, t - 1) - snr(alphaBar, t));",
    law: bounds,
  },
  {
    id: "bound-of-unscaled-errors",
    file: bound,
    find: "tf.square(tf.div(tf.sub(x_BHWC, denoise(late, sigma_B)), sigma)),",
    replace: "tf.square(tf.sub(x_BHWC, denoise(late, sigma_B))),",
    law: bounds,
  },
  {
    id: "bound-share-not-divided",
    file: bound,
    find: "const weights = Array.from(terms.weight, (weight, i) => weight / share[i]);",
    replace: "const weights = Array.from(terms.weight, (weight) => weight * share.length);",
    law: bounds,
  },
  {
    id: "latent-not-normalised",
    file: latent,
    find: `        tf.mul(tf.sub(raw(state, x_BHWC), state.mean_C), scale),
        deviation(state),`,
    replace: `        tf.mul(tf.sub(raw(state, x_BHWC), state.mean_C), scale),
        tf.onesLike(deviation(state)),`,
    law: latents,
  },
  {
    id: "latent-not-put-back",
    file: latent,
    find: "tf.add(tf.div(tf.mul(z_BhwC, deviation(state)), scale), state.mean_C)",
    replace: "tf.div(tf.mul(z_BhwC, deviation(state)), scale)",
    law: latents,
  },
  {
    id: "latent-variance-of-raw-square",
    file: latent,
    find: "tf.sub(square_C, tf.square(mean_C))",
    replace: "tf.add(square_C, tf.mul(mean_C, 0))",
    law: latents,
  },
  {
    id: "condition-not-told",
    file: "src/backbones/time.ts",
    find: "return tf.add(time_BE, linear(p.condition, condition_BE!));",
    replace: "return tf.add(time_BE, tf.mul(0, linear(p.condition, condition_BE!)));",
    law: networks,
  },
  {
    id: "dit-time-not-told",
    file: "src/backbones/dit.ts",
    find: "return tf.add(tf.mul(normaliseRows(x_BTW), tf.add(1, scale)), shift);",
    replace: "return tf.add(normaliseRows(x_BTW), tf.mul(0, tf.add(scale, shift))) as tf.Tensor3D;",
    law: networks,
  },
  {
    id: "patches-transposed",
    file: "src/backbones/space.ts",
    find: "const cells = tf.reshape(x_BTP, [B * rows, columns, p, p * channels]);",
    replace:
      "const cells = tf.reshape(tf.transpose(tf.reshape(x_BTP, [B, T, p, p, channels]), [0, 1, 3, 2, 4]), [B * rows, columns, p, p * channels]);",
    law: networks,
  },
];
