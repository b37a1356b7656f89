/** Mutants of autoencoder and VAE: each edit must make its law fail. */

const objective = "src/families/vae/objectives/bounds.ts";
const likelihood = "src/families/vae/likelihood.ts";
const correlation = "src/families/vae/objectives/total_correlation.ts";
const bound = "src/families/vae/objective.ts";
const mixture = "src/families/common/mixture/gaussian_mixture.ts";

const kl = "tests/properties/vae/kl_test.ts";
const evidence = "tests/properties/vae/bound_test.ts";
const likelihoods = "tests/properties/vae/likelihood_test.ts";
const totalCorrelation = "tests/properties/vae/total_correlation_test.ts";
const networks = "tests/properties/vae/objective_test.ts";

const fittedPrior = "src/families/common/mixture/prior.ts";
const priors = "tests/families/common/mixture/prior_test.ts";

export const mutants = [
  {
    id: "vae-mirror-image-not-seen",
    file: "src/families/vae/model.ts",
    find: "tf.concat([x_BHWC, tf.reverse(x_BHWC, 2)])",
    replace: "tf.concat([x_BHWC, x_BHWC])",
    law: "tests/families/vae/vae_test.ts",
  },
  {
    id: "vae-log-variance-turns-its-sign",
    file: "src/families/vae/model.ts",
    find: "i >= latent - antisymmetric && i < latent ? -0.5 : 0.5",
    replace: "i >= 2 * latent - antisymmetric ? -0.5 : 0.5",
    law: "tests/families/vae/vae_test.ts",
  },
  {
    id: "mixture-density-without-determinant",
    file: fittedPrior,
    find: "for (let d = 0; d < Z; d++) peaks[k] -= log(factor[d * Z + d]);",
    replace: "for (let d = 0; d < 0; d++) peaks[k] -= log(factor[d * Z + d]);",
    law: priors,
  },
  {
    id: "mixture-density-with-inverse-transposed",
    file: fittedPrior,
    find: "tf.matMul(away_KBZ, mixture.inverses_KZZ, false, true)",
    replace: "tf.matMul(away_KBZ, mixture.inverses_KZZ)",
    law: priors,
  },
  {
    // KL(N(0, 1) ‖ q) = ½((1 + μ²)/σ² − 1 + ln σ²).
    id: "kl-of-the-wrong-direction",
    file: objective,
    find: `  const spread_BZ = tf.sub(tf.expm1(logVariance_BZ), logVariance_BZ);
  return tf.mul(tf.add(tf.square(mean_BZ), spread_BZ), 0.5);`,
    replace: `  const precision = tf.exp(tf.neg(logVariance_BZ));
  const scaled = tf.mul(tf.add(tf.square(mean_BZ), 1), precision);
  return tf.mul(tf.add(tf.sub(scaled, 1), logVariance_BZ), 0.5);`,
    law: kl,
  },
  {
    id: "kl-without-half",
    file: objective,
    find: "return tf.mul(tf.add(tf.square(mean_BZ), spread_BZ), 0.5);",
    replace: "return tf.mul(tf.add(tf.square(mean_BZ), spread_BZ), 1);",
    law: kl,
  },
  {
    id: "kl-by-exp-minus-one",
    file: objective,
    find: "tf.sub(tf.expm1(logVariance_BZ), logVariance_BZ)",
    replace: "tf.sub(tf.sub(tf.exp(logVariance_BZ), 1), logVariance_BZ)",
    law: kl,
  },
  {
    id: "standard-deviation-without-half",
    file: objective,
    find: "tf.exp(tf.mul(tf.expandDims(posterior.logVariance_BZ, 1), 0.5))",
    replace: "tf.exp(tf.mul(tf.expandDims(posterior.logVariance_BZ, 1), 1))",
    law: kl,
  },
  {
    id: "noise-not-scaled",
    file: objective,
    find: "tf.add(mean_B1Z, tf.mul(deviation_B1Z, noise_BKZ))",
    replace: "tf.add(mean_B1Z, noise_BKZ)",
    law: kl,
  },
  {
    id: "elbo-adds-the-kl",
    file: objective,
    find: "return tf.sub(logLikelihood_B, tf.mul(kl_B, beta));",
    replace: "return tf.add(logLikelihood_B, tf.mul(kl_B, beta));",
    law: evidence,
  },
  {
    id: "beta-never-used",
    file: objective,
    find: "return tf.sub(logLikelihood_B, tf.mul(kl_B, beta));",
    replace: "return tf.sub(logLikelihood_B, tf.mul(kl_B, beta === undefined ? 0 : 1));",
    law: networks,
  },
  {
    id: "beta-on-the-likelihood",
    file: objective,
    find: "return tf.sub(logLikelihood_B, tf.mul(kl_B, beta));",
    replace: "return tf.mul(tf.sub(logLikelihood_B, kl_B), beta);",
    law: networks,
  },
  {
    id: "free-bits-a-picture",
    file: objective,
    find: "tf.sum(tf.maximum(tf.mean(kl_BZ, 0), lambda))",
    replace: "tf.mean(tf.maximum(tf.sum(kl_BZ, 1), lambda))",
    law: networks,
  },
  {
    id: "free-bits-summed-over-the-batch",
    file: objective,
    find: "tf.sum(tf.maximum(tf.mean(kl_BZ, 0), lambda))",
    replace: "tf.sum(tf.maximum(tf.sum(kl_BZ, 0), lambda))",
    law: networks,
  },
  {
    id: "free-bits-ignored",
    file: bound,
    find: "tf.mul(freeBits(kl_BZ, config.freeBits), beta)",
    replace: "tf.mul(freeBits(kl_BZ, 0), beta)",
    law: networks,
  },
  {
    id: "log-weight-without-prior",
    file: objective,
    find: "tf.sub(surprise_BKZ, tf.square(draws.z_BKZ))",
    replace: "tf.sub(surprise_BKZ, tf.zerosLike(draws.z_BKZ))",
    law: evidence,
  },
  {
    id: "log-weight-without-entropy",
    file: objective,
    find: "tf.add(tf.square(draws.noise_BKZ), logVariance_B1Z);",
    replace: "tf.square(draws.noise_BKZ);",
    law: evidence,
  },
  {
    id: "importance-sum-not-mean",
    file: objective,
    find: "tf.div(tf.sum(tf.exp(tf.sub(logWeight_BK, top_B1)), 1), K)",
    replace: "tf.div(tf.sum(tf.exp(tf.sub(logWeight_BK, top_B1)), 1), K / K)",
    law: evidence,
  },
  {
    id: "importance-bound-overflows",
    file: objective,
    find: "const top_B1 = tf.max(logWeight_BK, 1, true);",
    replace: "const top_B1 = tf.zeros([logWeight_BK.shape[0], 1]);",
    law: evidence,
  },
  {
    // The sum over the batch beside the mean KL.
    id: "summed-reconstruction",
    file: bound,
    find: "const logLikelihood_B = tf.mean(logLikelihood_BK, 1) as tf.Tensor1D;",
    replace:
      "const logLikelihood_B = tf.mul(tf.mean(logLikelihood_BK, 1), logLikelihood_BK.shape[0]) as tf.Tensor1D;",
    law: networks,
  },
  {
    id: "gaussian-without-log-scale",
    file: likelihood,
    find: "tf.add(logScale, HALF_LOG_TWO_PI)",
    replace: "tf.add(tf.zerosLike(logScale), HALF_LOG_TWO_PI)",
    law: likelihoods,
  },
  {
    id: "bernoulli-of-grey-pixels",
    file: likelihood,
    find: "tf.mul(binarise(x_B1D), output_BKD)",
    replace: "tf.mul(x_B1D, output_BKD)",
    law: likelihoods,
  },
  {
    id: "logistic-edge-bins-like-the-others",
    file: likelihood,
    find: 'const notTop_B1D = tf.cast(tf.less(x_B1D, 1 - HALF_BIN), "float32");',
    replace: "const notTop_B1D = tf.onesLike(x_B1D);",
    law: likelihoods,
  },
  {
    id: "logistic-bin-of-another-width",
    file: likelihood,
    find: "tf.log(tf.neg(tf.expm1(tf.mul(rate, -2 * HALF_BIN))))",
    replace: "tf.log(tf.neg(tf.expm1(tf.mul(rate, -HALF_BIN))))",
    law: likelihoods,
  },
  {
    id: "logistic-draw-without-scale",
    file: likelihood,
    find: "tf.mul(tf.exp(logScale), logit)",
    replace: "logit",
    law: likelihoods,
  },
  {
    id: "tc-marginals-not-summed-apart",
    file: correlation,
    find: "const logProduct_B = tf.sum(logMarginal_BZ, 1);",
    replace: "const logProduct_B = tf.mean(logMarginal_BZ, 1);",
    law: totalCorrelation,
  },
  {
    id: "tc-mutual-information-against-prior",
    file: correlation,
    find: "tf.sub(logConditional_B, logJoint_B)",
    replace: "tf.sub(logConditional_B, logPrior_B)",
    law: totalCorrelation,
  },
  {
    id: "tc-beta-on-everything",
    file: correlation,
    find: `    tf.add(tf.add(parts.mutualInformation_B, weighted), parts.dimensionwiseKl_B),`,
    replace:
      `    tf.add(tf.mul(parts.mutualInformation_B, beta), tf.add(weighted, parts.dimensionwiseKl_B)),`,
    law: totalCorrelation,
  },
  {
    id: "stratified-without-last-weight",
    file: correlation,
    find: "const last = log((dataset - M) / (dataset * M));",
    replace: "const last = -log(M);",
    law: totalCorrelation,
  },
  {
    id: "weighted-without-data-size",
    file: correlation,
    find: "fill(-log(batch) - log(dataset))",
    replace: "fill(-log(batch))",
    law: totalCorrelation,
  },
  {
    id: "em-prior-left-out-of-covariance",
    file: mixture,
    find: "covariance[d * Z + d] += prior.weight * prior.variances[d];",
    replace: "covariance[d * Z + d] += 1e-6 * prior.weight * prior.variances[d];",
    law: "tests/families/common/mixture/gaussian_mixture_test.ts",
  },
  {
    id: "em-mean-not-normalised",
    file: mixture,
    find: "if (mass > 0) { for (let d = 0; d < Z; d++) mean[d] /= mass; }",
    replace: "if (mass > 0) { for (let d = 0; d < Z; d++) mean[d] /= mass + 1; }",
    law: "tests/families/common/mixture/gaussian_mixture_test.ts",
  },
  {
    id: "slerp-as-lerp",
    file: "src/families/common/latents/latents.ts",
    find: `const straight = path === "linear" || !(sin(angle) > 1e-6);`,
    replace: `const straight = path === "linear" || sin(angle) > -2;`,
    law: "tests/families/common/latents_test.ts",
  },
  {
    id: "space-to-depth-mixes-rows",
    file: "src/backbones/space.ts",
    find: "const rows = tf.reshape(even, [B * h, 2, w, 2 * C]);",
    replace: "const rows = tf.reshape(even, [B * h, w, 2, 2 * C]).transpose([0, 2, 1, 3]);",
    law: "tests/backbones/conv_test.ts",
  },
];
