/** Mutants of GANs and of the metrics of critics: each edit must make its law fail. */

const objective = "src/families/gan/objective.ts";
const penalty = "src/families/gan/gradient_penalty.ts";
const spectral = "src/families/gan/networks/spectral_norm.ts";
const weights = "src/families/gan/networks/equalised_rate.ts";
const style = "src/families/gan/networks/stylegan2.ts";
const critic = "src/families/gan/networks/discriminator.ts";
const augment = "src/families/gan/augment.ts";
const training = "src/families/gan/train.ts";
const turns = "src/families/gan/player_gradients.ts";
const sample = "src/families/gan/sample.ts";
const plain = "src/families/gan/networks/dcgan.ts";

const game = "tests/properties/gan/game_test.ts";
const slopes = "tests/properties/gan/penalty_test.ts";
const both = "tests/properties/gan/turns_test.ts";
const networks = "tests/properties/gan/networks_test.ts";
const augmentation = "tests/properties/gan/augment_test.ts";
const family = "tests/families/gan/gan_test.ts";
const metrics = "tests/metrics/critic_test.ts";

const linearStart = "src/families/common/mixture/linear_start.ts";
const starts = "tests/families/common/mixture/linear_start_test.ts";

export const mutants = [
  {
    id: "linear-start-not-centred",
    file: linearStart,
    find: "const centred_BP = tf.sub(x_BP, mean_P) as tf.Tensor2D;",
    replace: "const centred_BP = x_BP;",
    law: starts,
  },
  {
    id: "linear-start-factor-transposed",
    file: linearStart,
    find: "const l = lower[j * rows + i];",
    replace: "const l = lower[i * rows + j];",
    law: starts,
  },
  {
    id: "linear-start-one-round",
    file: linearStart,
    find: "const ROUNDS = 4;",
    replace: "const ROUNDS = 1;",
    law: starts,
  },
  {
    // It must be carried from step to step.
    id: "gan-linear-start-lost",
    file: training,
    find: "...(state.linear === undefined ? {} : { linear: state.linear }),",
    replace: "",
    law: family,
    filter: "gan: from a linear start",
  },
  {
    id: "gan-generator-rate-of-both",
    file: training,
    find: "grads, { ...step, learningRate });",
    replace: "grads, step);",
    law: family,
    filter: "gan: a generator rate of a half",
  },
  {
    id: "gan-logistic-real-sign",
    file: objective,
    find: "return tf.add(softplus(tf.neg(real_B)), softplus(fake_B));",
    replace: "return tf.add(softplus(real_B), softplus(fake_B));",
    law: game,
  },
  {
    id: "gan-logistic-fake-sign",
    file: objective,
    find: "return tf.add(softplus(tf.neg(real_B)), softplus(fake_B));",
    replace: "return tf.add(softplus(tf.neg(real_B)), softplus(tf.neg(fake_B)));",
    law: game,
  },
  {
    id: "gan-saturating-swapped",
    file: objective,
    find: "generator: ({ fake_B }) => softplus(tf.neg(fake_B)),",
    replace: "generator: ({ fake_B }) => tf.neg(softplus(fake_B)),",
    law: game,
  },
  {
    id: "gan-generator-sign",
    file: objective,
    find: "generator: ({ fake_B }) => tf.neg(softplus(fake_B)),",
    replace: "generator: ({ fake_B }) => softplus(fake_B),",
    law: game,
  },
  {
    id: "gan-wasserstein-sign",
    file: objective,
    find: "tf.add(tf.sub(fake_B, real_B), tf.mul(DRIFT, tf.square(real_B))),",
    replace: "tf.add(tf.sub(real_B, fake_B), tf.mul(DRIFT, tf.square(real_B))),",
    law: game,
  },
  {
    id: "gan-hinge-wrong-side",
    file: objective,
    find: "tf.add(relu(tf.sub(1, real_B)), relu(tf.add(1, fake_B))),",
    replace: "tf.add(relu(tf.add(1, real_B)), relu(tf.sub(1, fake_B))),",
    law: game,
  },
  {
    id: "gan-hinge-without-margin",
    file: objective,
    find: "tf.add(relu(tf.sub(1, real_B)), relu(tf.add(1, fake_B))),",
    replace: "tf.add(relu(tf.neg(real_B)), relu(fake_B)),",
    law: game,
  },
  {
    id: "gan-relativistic-without-difference",
    file: objective,
    find: "discriminator: ({ real_B, fake_B }) => softplus(tf.sub(fake_B, real_B)),",
    replace: "discriminator: ({ real_B, fake_B }) => logistic({ real_B, fake_B }),",
    law: game,
  },
  {
    id: "gan-relativistic-players-swapped",
    file: objective,
    find: `    discriminator: ({ real_B, fake_B }) => softplus(tf.sub(fake_B, real_B)),
    generator: ({ real_B, fake_B }) => softplus(tf.sub(real_B, fake_B)),`,
    replace: `    discriminator: ({ real_B, fake_B }) => softplus(tf.sub(real_B, fake_B)),
    generator: ({ real_B, fake_B }) => softplus(tf.sub(fake_B, real_B)),`,
    law: game,
  },
  {
    id: "gan-exchange-of-the-saturating-game",
    file: objective,
    find: "exchange: ({ fake_B }) => oddsAgainst(fake_B),",
    replace: "exchange: opposite,",
    law: game,
  },
  {
    id: "gan-exchange-without-the-real",
    file: objective,
    find: "exchange: ({ real_B, fake_B }) => oddsAgainst(tf.sub(fake_B, real_B)),",
    replace: "exchange: ({ fake_B }) => oddsAgainst(fake_B),",
    law: game,
  },
  {
    id: "gan-generator-slopes-not-exchanged",
    file: turns,
    find: "return tf.mul(slopes_BHWC, tf.reshape(game.exchange(scores), [-1, 1, 1, 1]));",
    replace: "return tf.neg(slopes_BHWC);",
    law: both,
  },
  {
    // A slope through the batch's moments is no multiple of the discriminator's.
    id: "gan-slopes-exchanged-across-the-batch",
    file: turns,
    find: "game.exchange !== undefined && state.discriminator.params.plain === undefined",
    replace: "game.exchange !== undefined",
    law: both,
  },
  {
    id: "dcgan-halves-normalised-together",
    file: turns,
    find: "if (layers.plain === undefined) {",
    replace: "if (layers !== undefined) {",
    law: family,
  },
  {
    id: "dcgan-samples-by-their-batch",
    file: plain,
    find: 'if (by !== undefined && "kept" in by) return',
    replace: 'if (by !== undefined && "kept" in by && layer > 9) return',
    law: family,
  },
  {
    id: "dcgan-moments-of-one-half",
    file: turns,
    find: "moments: emaUpdate(real.moments, fake.moments, 0.5),",
    replace: "moments: real.moments,",
    law: family,
    filter: "gan: dcgan's discriminator",
  },
  {
    id: "dcgan-moments-forget-at-once",
    file: training,
    find: "{ moments: emaUpdate(moments, seen, decay) }",
    replace: "{ moments: seen }",
    law: family,
    filter: "gan: dcgan keeps averages",
  },
  {
    id: "dcgan-pictures-without-bounds",
    file: plain,
    find: "tf.tanh(crop(up(head, h_BHWC), sample))",
    replace: "crop(up(head, h_BHWC), sample)",
    law: family,
    filter: "gan: dcgan draws",
  },
  {
    id: "dcgan-bias-before-its-normalisation",
    file: plain,
    find: "tf.matMul(input_BI, stem.weight)",
    replace: "tf.add(tf.matMul(input_BI, stem.weight), tf.max(stem.norm.gain))",
    law: family,
    filter: "gan: dcgan draws",
  },
  {
    id: "gan-generator-climbs",
    file: turns,
    find: "tf.sum(tf.mul(fake_BHWC, slopes_BHWC)) as tf.Scalar",
    replace: "tf.neg(tf.sum(tf.mul(fake_BHWC, slopes_BHWC))) as tf.Scalar",
    law: both,
  },
  {
    id: "gan-accuracy-of-real-alone",
    file: objective,
    find: "const right = tf.concat([tf.greater(real_B, at), tf.less(fake_B, at)]);",
    replace: "const right = tf.greater(real_B, at);",
    law: game,
  },
  {
    id: "gan-boundary-at-zero",
    file: objective,
    find: "if (anchored) return tf.scalar(0);",
    replace: "if (anchored !== undefined) return tf.scalar(0);",
    law: game,
  },
  {
    id: "gan-r1-without-half",
    file: penalty,
    find: "penalty: tf.mul(tf.mean(squares_B), 0.5) as tf.Scalar,",
    replace: "penalty: tf.mean(squares_B) as tf.Scalar,",
    law: slopes,
  },
  {
    id: "gan-r1-on-fakes",
    file: penalty,
    find: "r1: (critic, { real_BHWC }) => zeroCentred(squaredSlopes(critic, real_BHWC)),",
    replace: "r1: (critic, { fake_BHWC }) => zeroCentred(squaredSlopes(critic, fake_BHWC)),",
    law: slopes,
  },
  {
    id: "gan-r2-on-the-data",
    file: penalty,
    find: "const r2 = zeroCentred(squaredSlopes(critic, fake_BHWC));",
    replace:
      "const r2 = zeroCentred(squaredSlopes(critic, fake_BHWC === null ? fake_BHWC : real_BHWC));",
    law: slopes,
  },
  {
    id: "gan-gradient-penalty-at-zero",
    file: penalty,
    find: "tf.mean(tf.square(tf.sub(length_B, 1)))",
    replace: "tf.mean(tf.square(length_B))",
    law: slopes,
  },
  {
    id: "gan-gradient-penalty-on-the-data",
    file: penalty,
    find: "tf.mul(fake_BHWC, tf.sub(1, share_B111)),",
    replace: "tf.mul(real_BHWC, tf.sub(tf.onesLike(fake_BHWC), share_B111)),",
    law: slopes,
  },
  {
    id: "gan-lazy-penalty-not-multiplied",
    file: training,
    find: "factor: config.penaltyEvery,",
    replace: "factor: 1,",
    law: slopes,
  },
  {
    id: "gan-penalty-weight-ignored",
    file: turns,
    find: "tf.mul(found.penalty, penaltyWeight * factor)",
    replace: "tf.mul(found.penalty, Math.min(1, penaltyWeight) * factor)",
    law: slopes,
  },
  {
    id: "gan-spectral-not-divided",
    file: spectral,
    find: "return tf.div(leaf, tf.maximum(singularValue(leaf, pairs[next++]), SMALLEST));",
    replace: "return tf.div(leaf, tf.maximum(tf.mul(pairs[next++].u.size, 1), SMALLEST));",
    law: networks,
  },
  {
    id: "gan-spectral-frobenius",
    file: spectral,
    find: "return tf.div(leaf, tf.maximum(singularValue(leaf, pairs[next++]), SMALLEST));",
    replace:
      "return tf.div(leaf, tf.maximum(tf.norm(tf.add(leaf, tf.mul(0, singularValue(leaf, pairs[next++])))), SMALLEST));",
    law: networks,
  },
  {
    // The norm as a constant: no gradient through it.
    id: "gan-spectral-constant-norm",
    file: spectral,
    find: "return tf.sum(tf.mul(v, tf.matMul(matrix(weight), u))) as tf.Scalar;",
    replace:
      "return tf.customGrad((w) => ({ value: tf.sum(tf.mul(v, tf.matMul(w as tf.Tensor2D, u))), gradFunc: () => tf.zeros(matrix(weight).shape) }))(matrix(weight)) as tf.Scalar;",
    law: networks,
  },
  {
    id: "gan-tables-scaled-like-layers",
    file: weights,
    find: "if (/(^|\\/)classes\\//.test(path))",
    replace: "if (path === undefined)",
    law: networks,
  },
  {
    id: "gan-weights-unscaled",
    file: weights,
    find: "isWeight(leaf, path) ? tf.div(leaf, scaleOf(leaf, path)) : leaf,",
    replace: "isWeight(leaf, path) ? tf.div(leaf, 1) : leaf,",
    law: networks,
  },
  {
    id: "gan-style-not-demodulated",
    file: style,
    find: "return addBias(tf.mul(y_BHWC, channel(norm_BO)) as tf.Tensor4D, bias);",
    replace: "return addBias(tf.mul(y_BHWC, channel(tf.onesLike(norm_BO))) as tf.Tensor4D, bias);",
    law: networks,
  },
  {
    id: "gan-style-norm-without-style",
    file: style,
    find: "tf.matMul(tf.square(scale_BI), power_IO)",
    replace: "tf.matMul(tf.onesLike(scale_BI), power_IO)",
    law: networks,
  },
  {
    id: "gan-style-z-not-normalised",
    file: style,
    find: "let w_BW = tf.mul(input_BI, tf.rsqrt(size)) as tf.Tensor2D;",
    replace: "let w_BW = tf.mul(input_BI, tf.rsqrt(tf.onesLike(size))) as tf.Tensor2D;",
    law: networks,
  },
  {
    id: "gan-projection-ignored",
    file: critic,
    find: "return tf.add(score_B, tf.sum(tf.mul(class_BF, features_BF), 1));",
    replace: "return tf.add(score_B, tf.sum(class_BF, 1));",
    law: networks,
  },
  {
    id: "gan-half-life-as-time-constant",
    file: training,
    find: "return halfLife === 0 ? 0 : pow(2, -batch / halfLife);",
    replace: "return halfLife === 0 ? 0 : pow(2.718281828459045, -batch / halfLife);",
    law: networks,
  },
  {
    id: "gan-augments-untouched",
    file: augment,
    find: 'const touched_B1 = () => tf.cast(tf.less(draw_B1(), p), "float32");',
    replace: 'const touched_B1 = () => tf.cast(tf.greaterEqual(draw_B1(), p), "float32");',
    law: augmentation,
  },
  {
    // An even flip of every touched picture: at p = ½ the data's law couldn't be told from its mirror's.
    id: "gan-flip-without-identity",
    file: augment,
    find: `tf.mul(touched_B1(), tf.cast(tf.less(draw_B1(), 0.5), "float32"));`,
    replace: `tf.mul(touched_B1(), tf.cast(tf.less(draw_B1(), 2), "float32"));`,
    law: augmentation,
  },
  {
    id: "gan-adapt-wrong-way",
    file: augment,
    find: "tf.sign(tf.sub(next, target))",
    replace: "tf.sign(tf.sub(target, next))",
    law: augmentation,
  },
  {
    id: "gan-adapt-without-cap",
    file: augment,
    find: "tf.clipByValue(tf.add(p, step), 0, MOST)",
    replace: "tf.clipByValue(tf.add(p, step), 0, 1)",
    law: augmentation,
  },
  {
    id: "gan-augmentation-leaks-into-scores",
    file: sample,
    find: "{ x_BHWC: centred(x_BHWC), labels, by }",
    replace: "{ x_BHWC: tf.mul(centred(x_BHWC), tf.sub(1, state.augmentation.p)), labels, by }",
    law: augmentation,
  },
  {
    id: "gan-augmentation-leaks-into-samples",
    file: sample,
    find: "return uncentred(generate(atHeScale(ema), given, generatorOptions(setting)));",
    replace:
      "return uncentred(tf.mul(generate(atHeScale(ema), given, generatorOptions(setting)), tf.sub(1, state.augmentation.p)));",
    law: augmentation,
  },
  {
    id: "gan-average-unused",
    file: sample,
    find: "generate(atHeScale(ema)",
    replace: "generate(atHeScale(state.generator.params)",
    law: family,
    filter: "averaged",
  },
  {
    id: "gan-label-of-minus-one-as-class-zero",
    file: "src/families/common/conditioning.ts",
    find: 'const row_B = tf.where(told, label_B, tf.fill(label_B.shape, classes, "int32"));',
    replace: 'const row_B = tf.where(told, label_B, tf.fill(label_B.shape, 0, "int32"));',
    law: family,
    filter: "labels",
  },
  {
    id: "gan-directions-forgotten",
    file: training,
    find: "directions: pairs.map(({ u }) => u)",
    replace: "directions: pairs.map(({ u }) => tf.zerosLike(u))",
    law: family,
    filter: "directions",
  },
  {
    id: "roc-ties-as-losses",
    file: "src/metrics/copies/discriminator.ts",
    find: "wins += (less + atMost) / 2;",
    replace: "wins += less;",
    law: metrics,
  },
  {
    id: "roc-sides-swapped",
    file: "src/metrics/copies/discriminator.ts",
    find: "return wins / (scores.length * below.length);",
    replace: "return 1 - wins / (scores.length * below.length);",
    law: metrics,
  },
  {
    id: "overfitting-of-the-generated",
    file: "src/metrics/copies/discriminator.ts",
    find: "(train - heldOut) / (train - generated)",
    replace: "(heldOut - generated) / (train - generated)",
    law: metrics,
  },
  {
    id: "shares-without-half",
    file: "src/metrics/labels/shares.ts",
    find: "Math.abs(v - q[i]), 0) / 2;",
    replace: "Math.abs(v - q[i]), 0);",
    law: metrics,
  },
  {
    id: "shares-against-the-truth",
    file: "src/metrics/labels/shares.ts",
    find: "value: totalVariation(found, heldOut), beside",
    replace: "value: totalVariation(found, truth), beside",
    law: metrics,
  },
];
