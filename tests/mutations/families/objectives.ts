/** Mutants of the objectives of language models: answers, preferences, rewards. */

const objectives = "src/families/language/objectives";
const losses = `${objectives}/preference/losses.ts`;
const preference = `${objectives}/preference/preference.ts`;
const exchange = `${objectives}/preference/exchange.ts`;
const reference = `${objectives}/preference/reference.ts`;

const laws = "tests/properties/language/objectives";
const lossLaws = `${laws}/losses_test.ts`;
const preferenceLaws = `${laws}/preference_test.ts`;
const rewardLaws = `${laws}/reward_test.ts`;
const projection = "tests/properties/language/likelihood_test.ts";

export const mutants = [
  {
    id: "preference-without-reference",
    file: preference,
    find: "reference === undefined ? sums[side] : tf.sub(sums[side], reference[side])",
    replace: "sums[side]",
    law: preferenceLaws,
  },
  {
    id: "preference-sign-of-difference",
    file: losses,
    find: "tf.sub(chosen_B, rejected_B) as tf.Tensor1D;",
    replace: "tf.sub(rejected_B, chosen_B) as tf.Tensor1D;",
    law: lossLaws,
  },
  {
    id: "preference-sums-in-place-of-means",
    file: preference,
    find: "(mean ? tf.div(ratio, tokens[side]) : ratio)",
    replace: "(mean && tokens === undefined ? tf.div(ratio, 1) : ratio)",
    law: lossLaws,
  },
  {
    id: "robust-not-scaled",
    file: losses,
    find: "tf.mul(flipped, smoothing)), 1 - 2 * smoothing)",
    replace: "tf.mul(flipped, smoothing)), 1)",
    law: lossLaws,
  },
  {
    id: "kto-divergence-left-out",
    file: losses,
    find: "tf.mul(tf.sub(divergence, chosen_B), beta)",
    replace: "tf.mul(tf.neg(chosen_B), beta)",
    law: lossLaws,
  },
  {
    id: "orpo-ratio-in-place-of-odds",
    file: losses,
    find: "return scaled(surprise(tf.sub(delta(pairs), rest) as tf.Tensor1D), beta);",
    replace:
      "return scaled(surprise(tf.sub(delta(pairs), tf.zerosLike(rest)) as tf.Tensor1D), beta);",
    law: lossLaws,
  },
  {
    id: "reference-sides-exchanged",
    file: reference,
    find: "return { chosen_B: column(0), rejected_B: column(1) };",
    replace: "return { chosen_B: column(1), rejected_B: column(0) };",
    law: preferenceLaws,
  },
  {
    id: "reference-by-place-in-the-batch",
    file: reference,
    find: `tf.gather(log_N2, tf.cast(number_B, "int32") as tf.Tensor1D)`,
    replace: `tf.gather(log_N2, tf.range(0, number_B.size, 1, "int32") as tf.Tensor1D)`,
    law: preferenceLaws,
  },
  {
    id: "kto-own-answers",
    file: exchange,
    find: "return tf.concat([tf.slice(x_B, batch - 1, 1), tf.slice(x_B, 0, batch - 1)]);",
    replace: "return tf.clone(x_B);",
    law: preferenceLaws,
  },
  {
    id: "kto-answers-from-the-row's-begin",
    file: exchange,
    find: "tf.add(tf.sub(at_1T, prompt_B1), column(turned(prompt_B)))",
    replace: "tf.sub(at_1T, prompt_B1)",
    law: preferenceLaws,
  },
  {
    id: "likelihood-by-part",
    file: preference,
    find: "whole: whole as unknown as Pairs,",
    replace: "whole: inputs as unknown as Pairs,",
    law: preferenceLaws,
  },
  {
    id: "prompts-scored",
    file: `${objectives}/dialogues.ts`,
    find: `tf.equal(scored_BT as tf.Tensor2D, tf.scalar(1, "int32"))`,
    replace: `tf.greaterEqual(tokens, tf.scalar(0, "int32"))`,
    law: `${laws}/dialogues_test.ts`,
  },
  {
    id: "rewards-of-the-wrong-order",
    file: `${objectives}/reward/bradley_terry.ts`,
    find: "softplus(tf.sub(rejected_B, chosen_B))",
    replace: "softplus(tf.sub(chosen_B, rejected_B))",
    law: rewardLaws,
  },
  {
    id: "judged-on-padding",
    file: `${objectives}/reward/head.ts`,
    find: `tf.cast(tf.greaterEqual(tokens_BT, tf.scalar(0, "int32")), "float32")`,
    replace: `tf.cast(tf.onesLike(tokens_BT), "float32")`,
    law: rewardLaws,
  },
  {
    id: "judged-a-token-early",
    file: `${objectives}/reward/head.ts`,
    find: "tf.sub(tf.sum(there_BT, 1), 1)",
    replace: "tf.sub(tf.sum(there_BT, 1), 2)",
    law: rewardLaws,
  },
  {
    id: "attributes-without-their-least",
    file: `${objectives}/reward/scales.ts`,
    find: "return tf.add(tf.mul(shares_BA, range_A), least_A) as tf.Tensor2D;",
    replace: "return tf.add(tf.mul(shares_BA, range_A), tf.zerosLike(least_A)) as tf.Tensor2D;",
    law: rewardLaws,
  },
  {
    id: "projected-nats-without-the-row's-weight",
    file: "src/nn/losses.ts",
    find: "tf.reshape(tf.mul(scored(own_N), tf.slice(dy_N, first, count)), [-1, 1])",
    replace: "tf.reshape(scored(own_N), [-1, 1])",
    law: projection,
  },
];
