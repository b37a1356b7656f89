/** Mutants of objectives on what a model writes itself. */

const folder = "src/families/language/objectives/policy";
const laws = "tests/properties/language/policy";
const advantages = `${folder}/equations/advantages.ts`;
const gae = `${folder}/equations/gae.ts`;
const kl = `${folder}/equations/kl.ts`;
const surrogate = `${folder}/equations/surrogate.ts`;
const weights = `${folder}/equations/weights.ts`;
const rollOut = `${folder}/roll_out.ts`;

const advantageLaws = `${laws}/advantages_test.ts`;
const divergenceLaws = `${laws}/divergence_test.ts`;
const surrogateLaws = `${laws}/surrogate_test.ts`;
const rollOutLaws = `${laws}/roll_out_test.ts`;
const family = "tests/families/language/policy/policy_test.ts";

export const mutants = [
  {
    id: "gae-ignoring-done",
    file: gae,
    find: "const goesOn = done[t] ? 0 : 1;",
    replace: "const goesOn = done[t] === undefined ? 0 : 1;",
    law: advantageLaws,
  },
  {
    id: "gae-undiscounted",
    file: gae,
    find: "next = delta + gamma * lambda * goesOn * next;",
    replace: "next = delta + lambda * goesOn * next;",
    law: advantageLaws,
  },
  {
    id: "advantage-not-centred",
    file: advantages,
    find: "advantages[from + i] = (reward - centre) / by",
    replace: "advantages[from + i] = (reward - 0 * centre) / by",
    law: advantageLaws,
  },
  {
    id: "group-spread-of-the-batch",
    file: advantages,
    find: `scale === "batch" ? whole : spread(own) + LEAST_SPREAD`,
    replace: "whole",
    law: advantageLaws,
  },
  {
    id: "baseline-with-itself",
    file: advantages,
    find: "(sum - reward) / (group - 1)",
    replace: "sum / group",
    law: advantageLaws,
  },
  {
    id: "whitened-over-padding",
    file: advantages,
    find: "Array.from(values).filter((_, i) => mask[i])",
    replace: "Array.from(values).filter((_, i) => i < mask.length)",
    law: advantageLaws,
  },
  {
    id: "whitened-always-centred",
    file: advantages,
    find: "const back = centred ? 0 : centre;",
    replace: "const back = centred ? 0 : 0 * centre;",
    law: advantageLaws,
  },
  {
    id: "kl-the-wrong-way",
    file: kl,
    find: "const d = tf.sub(reference, log);",
    replace: "const d = tf.sub(log, reference);",
    law: divergenceLaws,
  },
  {
    id: "kl-of-the-host-the-wrong-way",
    file: rollOut,
    find: "const d = reference - log;",
    replace: "const d = log - reference;",
    law: divergenceLaws,
  },
  {
    id: "k3-of-the-exponential",
    file: kl,
    find: "tf.sub(tf.expm1(d), d)",
    replace: "tf.sub(tf.sub(tf.exp(d), 1), d)",
    law: divergenceLaws,
  },
  {
    id: "exact-kl-of-the-reference",
    file: kl,
    find: "tf.mul(tf.exp(log_NV), tf.sub(log_NV, other_NV))",
    replace: "tf.mul(tf.exp(other_NV), tf.sub(log_NV, other_NV))",
    law: divergenceLaws,
  },
  {
    id: "kl-control-reversed",
    file: kl,
    find: "found / target - 1",
    replace: "1 - found / target",
    law: divergenceLaws,
  },
  {
    id: "kl-control-unbounded",
    file: kl,
    find: "const MOST_ERROR = 0.2;",
    replace: "const MOST_ERROR = 2;",
    law: divergenceLaws,
  },
  {
    id: "surrogate-of-log-ratios",
    file: surrogate,
    find: "return tf.exp(tf.sub(log, old));",
    replace: "return tf.sub(log, old);",
    law: surrogateLaws,
  },
  {
    id: "clip-without-the-minimum",
    file: surrogate,
    find: "tf.neg(tf.minimum(free, held))",
    replace: "tf.neg(held)",
    law: surrogateLaws,
  },
  {
    id: "clip-of-one-side",
    file: surrogate,
    find: "tf.clipByValue(ratio, 1 - clip.low, 1 + clip.high)",
    replace: "tf.clipByValue(ratio, 0, 1 + clip.high)",
    law: surrogateLaws,
  },
  {
    id: "value-unclipped",
    file: surrogate,
    find: "tf.maximum(both[0], both[1])",
    replace: "tf.maximum(both[0], both[0])",
    law: surrogateLaws,
  },
  {
    id: "weights-on-padding",
    file: weights,
    find: "mask.fill(1, i * width, i * width + lengths[i])",
    replace: "mask.fill(1, i * width, (i + 1) * width)",
    law: rollOutLaws,
  },
  {
    id: "weights-of-the-whole-batch",
    file: weights,
    find: "const part = i % parts;",
    replace: "const part = 0 * i;",
    law: rollOutLaws,
  },
  {
    id: "reward-on-padded-tokens",
    file: rollOut,
    find: "rewards[i * width + length - 1] += worth[i]",
    replace: "rewards[i * width + Math.max(width, length) - 1] += worth[i]",
    law: rollOutLaws,
  },
  {
    id: "kl-penalty-as-a-bonus",
    file: rollOut,
    find: "penalty.map((nats) => -nats)",
    replace: "penalty.map((nats) => nats)",
    law: rollOutLaws,
  },
  {
    id: "ratio-from-the-wrong-log-probabilities",
    file: `${folder}/loss.ts`,
    find: "const { old_BA, advantage_BA } = rows;",
    replace: "const { reference_BA: old_BA, advantage_BA } = rows;",
    law: rollOutLaws,
  },
  {
    id: "advantage-of-the-next-row",
    file: rollOut,
    find: "there * own[Math.floor(i / width)]",
    replace: "there * own[(Math.floor(i / width) + 1) % answers.length]",
    law: rollOutLaws,
  },
  {
    id: "mini-batches-of-one-part",
    file: rollOut,
    find: 'tf.cast(tf.sub(done, tf.mul(rounds, parts)), "int32")',
    replace: 'tf.cast(tf.mul(tf.sub(done, rounds), 0), "int32")',
    law: rollOutLaws,
  },
  {
    id: "answers-scored-a-column-late",
    file: `${folder}/rows.ts`,
    find: "tf.sub(first_B, whole(1))",
    replace: "tf.sub(first_B, whole(0))",
    law: family,
  },
  {
    id: "reference-that-follows",
    file: `${folder}/scores.ts`,
    find: "params: state.reference ?? state.params",
    replace: "params: state.params",
    law: family,
  },
  {
    id: "draws-of-one-row",
    file: `${folder}/answers.ts`,
    find: "      row,\n      temperature,",
    replace: "      row: 0 * row,\n      temperature,",
    law: family,
  },
  {
    id: "temperature-not-in-the-loss",
    file: `${folder}/loss.ts`,
    find: "tempered(hidden_NW, policy.temperature)",
    replace: "tempered(hidden_NW, 0 * policy.temperature + 1)",
    law: family,
  },
  {
    id: "rate-falls-by-steps-alone",
    file: "src/families/language/train.ts",
    find: "steps: steps * passes,",
    replace: "steps: steps + 0 * passes,",
    law: family,
  },
  {
    id: "coefficient-not-kept",
    file: `${folder}/objective.ts`,
    find: "return { ...frozen, coefficient: tf.reshape(next, []) };",
    replace: "return { ...frozen, coefficient: tf.add(tf.mul(tf.reshape(next, []), 0), 0.5) };",
    law: family,
  },
] as const;
