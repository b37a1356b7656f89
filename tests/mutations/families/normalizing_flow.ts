/** Mutants of the normalising flow. */

const volume = "tests/properties/normalizing_flow/volume_test.ts";
const bound = "tests/properties/normalizing_flow/bound_test.ts";

export const mutants = [
  {
    id: "flow-inverse-forgets-the-shift",
    file: "src/families/normalizing_flow/coupling.ts",
    find: "return tf.mul(tf.sub(y_N, shift), tf.exp(tf.neg(logScale)));",
    replace: "return tf.sub(tf.mul(y_N, tf.exp(tf.neg(logScale))), shift);",
    law: volume,
  },
  {
    id: "flow-inverse-not-transposed",
    file: "src/families/normalizing_flow/rotation.ts",
    find: "tf.matMul(centred, m.w_CC, false, true)",
    replace: "tf.matMul(centred, m.w_CC)",
    law: volume,
  },
  {
    id: "flow-volume-of-one-place",
    file: "src/families/normalizing_flow/rotation.ts",
    find: "tf.mul(tf.sum(m.logScale_C), H * W)",
    replace: "tf.mul(tf.sum(m.logScale_C), H)",
    law: volume,
  },
  {
    id: "flow-volume-without-scales",
    file: "src/families/normalizing_flow/model.ts",
    find: "volumes.push(tf.add(coupled.logDet_B, mixed.logDet));",
    replace: "volumes.push(tf.add(coupled.logDet_B, tf.mul(mixed.logDet, 0)));",
    law: volume,
  },
  {
    id: "flow-last-level-only",
    file: "src/families/normalizing_flow/model.ts",
    find: "logDet_B: tf.addN(volumes) as tf.Tensor1D,",
    replace: "logDet_B: tf.addN(volumes.slice(-setting.config.steps)) as tf.Tensor1D,",
    law: volume,
  },
  {
    id: "mirror-of-another-length",
    file: "src/families/normalizing_flow/rotation.ts",
    find: "tf.div(2, tf.add(tf.sum(tf.square(v_K1C), 2, true), 1e-12))",
    replace: "tf.div(2, tf.add(tf.sum(tf.square(v_K1C), 2, true), 1))",
    law: volume,
  },
  {
    id: "spline-wrong-root",
    file: "src/families/normalizing_flow/spline.ts",
    find: "tf.div(tf.mul(c, 2), tf.sub(tf.neg(b), root))",
    replace: "tf.div(tf.mul(c, 2), tf.add(tf.neg(b), root))",
    law: volume,
  },
  {
    id: "spline-slope-upside-down",
    file: "src/families/normalizing_flow/spline.ts",
    find: "tf.mul(tf.sub(tf.log(m), tf.log(den)), 2)",
    replace: "tf.mul(tf.sub(tf.log(den), tf.log(m)), 2)",
    law: volume,
  },
  {
    id: "spline-tails-not-straight",
    file: "src/families/normalizing_flow/spline.ts",
    find: "logSlope_N: tf.where(bends, logSlope, tf.zerosLike(x_N)) as tf.Tensor1D,",
    replace: "logSlope_N: logSlope as tf.Tensor1D,",
    law: volume,
  },
  {
    id: "flow-prior-without-constant",
    file: "src/families/normalizing_flow/objective.ts",
    find: "tf.sub(tf.mul(tf.square(z_BD), -0.5), HALF_LOG_TWO_PI)",
    replace: "tf.mul(tf.square(z_BD), -0.5)",
    law: volume,
  },
  {
    id: "dequantised-by-half-the-noise",
    file: "src/families/normalizing_flow/dequantise.ts",
    find: "tf.add(tf.mul(x_BHWC, LEVELS - 1), noise_BHWC)",
    replace: "tf.add(tf.mul(x_BHWC, LEVELS - 1), tf.mul(noise_BHWC, 0.5))",
    law: bound,
  },
  {
    id: "dequantised-volume-of-the-line-alone",
    file: "src/families/normalizing_flow/objective.ts",
    find: "tf.addN([logNormal(z_BD), logDet_B, line.logDet_B])",
    replace: "tf.addN([logNormal(z_BD), logDet_B])",
    law: bound,
  },
  {
    id: "logit-volume-without-its-slope",
    file: "src/families/normalizing_flow/dequantise.ts",
    find: "log(1 - 2 * alpha) - log(LEVELS)",
    replace: "-log(LEVELS)",
    law: bound,
  },
  {
    id: "line-back-to-the-nearest-value",
    file: "src/families/normalizing_flow/dequantise.ts",
    find: "tf.floor(tf.mul(y_BHWC, LEVELS))",
    replace: "tf.round(tf.mul(y_BHWC, LEVELS))",
    law: bound,
  },
];
