/** Mutants of energy and score models. */

const objective = "src/families/energy/objective.ts";
const model = "src/families/energy/model.ts";
const laws = "tests/properties/energy/score_test.ts";

export const mutants = [
  {
    id: "denoising-towards-the-noise",
    file: objective,
    find: "tf.add(tf.mul(score(noised_BD), sigma_B1), noise_BD)",
    replace: "tf.sub(tf.mul(score(noised_BD), sigma_B1), noise_BD)",
    law: laws,
  },
  {
    id: "denoising-of-clean-data",
    file: objective,
    find: "tf.mul(score(noised_BD), sigma_B1)",
    replace: "tf.mul(score(tf.add(v_BD, tf.mul(noised_BD, 0)) as tf.Tensor2D), sigma_B1)",
    law: laws,
  },
  {
    id: "sliced-without-half",
    file: objective,
    find: "tf.mul(tf.sum(tf.square(score(v_BD)), 1), 0.5)",
    replace: "tf.mul(tf.sum(tf.square(score(v_BD)), 1), 1)",
    law: laws,
  },
  {
    id: "sliced-along-ones",
    file: objective,
    find: "return tf.sum(tf.mul(valueAndGrad(along, v_BD).grads, w_BD), 1);",
    replace: "return tf.sum(valueAndGrad(along, v_BD).grads, 1);",
    law: laws,
  },
  {
    id: "sliced-without-its-weight",
    file: objective,
    find: "tf.mul(tf.add(bend_B, size_B), weight_B)",
    replace: "tf.add(tf.mul(bend_B, weight_B), size_B)",
    law: laws,
  },
  {
    id: "contrastive-the-wrong-way-round",
    file: objective,
    find: "tf.sub(tf.mean(data_B), tf.mean(samples_N))",
    replace: "tf.sub(tf.mean(samples_N), tf.mean(data_B))",
    law: laws,
  },
  {
    id: "langevin-drifts-twice",
    file: "src/families/energy/langevin.ts",
    find: "tf.mul(score_BD, tf.div(step, 2))",
    replace: "tf.mul(score_BD, step)",
    law: laws,
  },
  {
    id: "langevin-kick-without-root",
    file: "src/families/energy/langevin.ts",
    find: "tf.sqrt(tf.mul(step, temperature))",
    replace: "tf.mul(step, temperature)",
    law: laws,
  },
  {
    id: "langevin-never-hot",
    file: "src/families/energy/langevin.ts",
    find: "tf.sqrt(tf.mul(step, temperature))",
    replace: "tf.sqrt(tf.mul(step, tf.pow(temperature, 0)))",
    law: laws,
  },
  {
    id: "score-uphill",
    file: model,
    find: "return tf.neg(grads);",
    replace: "return grads;",
    law: laws,
  },
  {
    // The energy over σ once more: no slope of it is the score then.
    id: "energy-not-over-sigma",
    file: model,
    find: "(v: tf.Tensor2D) => ({ loss: tf.sum(energy(p, v, noise)) as tf.Scalar }),",
    replace: "(v: tf.Tensor2D) => ({ loss: tf.sum(raw(p, v, noise)) as tf.Scalar }),",
    law: laws,
  },
  {
    id: "vectors-back-to-the-nearest-value",
    file: "src/families/energy/dequantise.ts",
    find: "tf.floor(tf.mul(tf.add(v_BD, 1), LEVELS / 2))",
    replace: "tf.round(tf.mul(tf.add(v_BD, 1), LEVELS / 2))",
    law: laws,
  },
];
