/** Mutants of decoders of text and of language models. */

import { need } from "../../needs.ts";

const rotary = "src/backbones/decoder/rotary.ts";
const sight = "src/backbones/decoder/sight.ts";
const forward = "src/backbones/decoder/forward.ts";
const cached = "src/backbones/decoder/cached.ts";
const choose = "src/families/language/decoding/choose.ts";
const train = "src/families/language/train.ts";

const decoderLaws = "tests/properties/language/decoder_test.ts";
const likelihoodLaws = "tests/properties/language/likelihood_test.ts";
const chooseLaws = "tests/properties/language/choose_test.ts";
const family = "tests/families/language/language_test.ts";

export const mutants = [
  {
    id: "labels-not-shifted",
    file: "src/families/language/model.ts",
    find: "targets_BT: tf.slice(tokens_BT, [0, 1],",
    replace: "targets_BT: tf.slice(tokens_BT, [0, 0],",
    law: likelihoodLaws,
  },
  {
    id: "loss-on-padding",
    file: "src/nn/losses.ts",
    find: `tf.cast(tf.greaterEqual(targets_N, tf.scalar(0, "int32")), "float32")`,
    replace: `tf.cast(tf.onesLike(targets_N), "float32")`,
    law: likelihoodLaws,
  },
  {
    id: "token-gradient-without-one-hot",
    file: "src/nn/losses.ts",
    find: "tf.sub(tf.softmax(logits), targetRows(logits, known)), weight_N1",
    replace: "tf.softmax(logits), weight_N1",
    law: decoderLaws,
  },
  {
    id: "rotary-base-by-pairs",
    file: rotary,
    find: "pow(base, -2 * i / headWidth)",
    replace: "pow(base, -i / headWidth)",
    law: decoderLaws,
  },
  {
    id: "rotary-halves-exchanged",
    file: rotary,
    find: "const [a, b] = tf.split(x, 2, x.rank - 1);",
    replace: "const [b, a] = tf.split(x, 2, x.rank - 1);",
    law: decoderLaws,
  },
  {
    id: "rotary-scaling-share-reversed",
    file: rotary,
    find: "(1 - share) * frequency / factor + share * frequency",
    replace: "share * frequency / factor + (1 - share) * frequency",
    law: decoderLaws,
  },
  {
    id: "language-sees-one-ahead",
    file: sight,
    find: "tf.lessEqual(tf.reshape(at, [1, length]), tf.reshape(at, [length, 1]))",
    replace: "tf.lessEqual(tf.reshape(at, [1, length]), tf.add(tf.reshape(at, [length, 1]), 1))",
    law: decoderLaws,
  },
  {
    id: "packed-neighbours-visible",
    file: sight,
    find: "tf.logicalAnd(same, ",
    replace: "tf.logicalAnd(tf.onesLike(same), ",
    law: decoderLaws,
  },
  {
    id: "packed-places-not-restarted",
    file: "src/backbones/decoder/forward.ts",
    find: "through(p.layers, embedded(p, tokens_BT, places_BT), {",
    replace: "through(p.layers, embedded(p, tokens_BT, placed ? places_BT : undefined), {",
    law: decoderLaws,
  },
  {
    id: "queries-of-another-group",
    file: "src/backbones/decoder/forward.ts",
    find: "tf.matMul(tf.reshape(q_MGTD, [m, g * t, d]) as",
    replace: "tf.matMul(tf.reshape(tf.transpose(q_MGTD, [1, 0, 2, 3]), [m, g * t, d]) as",
    law: decoderLaws,
  },
  {
    id: "language-cache-row-off-by-one",
    file: cached,
    find: "keys.push(writeRow(cache.keys[i], k_MTD, pos));",
    replace:
      `keys.push(writeRow(cache.keys[i], k_MTD, tf.sub(pos, tf.scalar(1, "int32")) as tf.Scalar));`,
    law: decoderLaws,
  },
  {
    id: "decoding-sees-left-of-the-beginning",
    file: sight,
    find: 'tf.cast(tf.logicalOr(later, foreign), "float32")',
    replace: 'tf.cast(tf.logicalOr(later, tf.zerosLike(foreign)), "float32")',
    law: decoderLaws,
  },
  {
    id: "prompt-sees-left-of-the-beginning",
    file: sight,
    find: "tf.reshape(own, [batch, 1, 1, length]),",
    replace: "tf.reshape(tf.onesLike(own), [batch, 1, 1, length]),",
    law: decoderLaws,
  },
  {
    id: "decoding-places-from-the-first-column",
    file: cached,
    find: "tf.sub(pos, start_B)",
    replace: "tf.sub(pos, tf.zerosLike(start_B))",
    law: decoderLaws,
  },
  {
    id: "attention-block-sees-a-key-less",
    file: forward,
    find: "seen = before + first + rows;",
    replace: "seen = before + Math.max(rows, first + rows - 1);",
    law: decoderLaws,
  },
  {
    id: "attention-block-masked-as-the-first",
    file: forward,
    find: "part(mask, mask.rank - 2, { first, count: rows })",
    replace: "part(mask, mask.rank - 2, { first: 0, count: rows })",
    law: decoderLaws,
  },
  {
    id: "part-of-the-rows-forgotten",
    file: "src/nn/losses.ts",
    find: "i < Math.ceil(count / rows)",
    replace: "i < Math.floor(count / rows)",
    law: likelihoodLaws,
  },
  {
    id: "part-counts-rows-without-target",
    file: "src/nn/losses.ts",
    find: "nats: tf.sum(tf.mul(nats_N, scored_N)),",
    replace: "nats: tf.sum(nats_N),",
    law: likelihoodLaws,
  },
  {
    id: "part-weighs-rows-without-target",
    file: "src/nn/losses.ts",
    find: "const own_NW = tf.mul(x_NW, scored_N1) as tf.Tensor2D;",
    replace: "const own_NW = x_NW;",
    law: likelihoodLaws,
  },
  {
    id: "micro-batches-averaged",
    file: train,
    find: 'return { loss, aux: aux as Sums["aux"], grads };',
    replace:
      'return { loss, aux: aux as Sums["aux"], grads: mapTree(grads, (g) => tf.div(g, objectiveOf(setting.config).count(inputs))) };',
    law: likelihoodLaws,
  },
  {
    id: "micro-batch-forgotten",
    file: train,
    find: "return i === 0 ? own : added(state.sums!, own);",
    replace: "return i < 2 ? own : added(state.sums!, own);",
    law: likelihoodLaws,
  },
  {
    id: "temperature-on-probabilities",
    file: choose,
    find: "return tf.div(logits_BV, tf.reshape(temperature_B, [-1, 1]));",
    replace: "return tf.div(tf.softmax(logits_BV), tf.reshape(temperature_B, [-1, 1]));",
    law: chooseLaws,
  },
  {
    id: "top-k-of-one-more",
    file: choose,
    find: "tf.less(rank_1V, ",
    replace: "tf.lessEqual(rank_1V, ",
    law: chooseLaws,
  },
  {
    id: "top-p-without-the-last-needed",
    file: choose,
    find: "tf.cumsum(tf.softmax(first_BV), 1, true)",
    replace: "tf.cumsum(tf.softmax(first_BV), 1, false)",
    law: chooseLaws,
  },
  {
    id: "draws-by-place-in-the-batch",
    file: choose,
    find: "return categorical(key, tempered(logits_BV, cut), { rows_B });",
    replace:
      "return categorical(key, tempered(logits_BV, cut), { rows_B: tf.mul(rows_B, 0) as tf.Tensor1D });",
    law: family,
  },
  {
    id: "rows-go-on-after-the-separator",
    file: "src/families/language/sample.ts",
    find: `tf.notEqual(before_B, tf.scalar(separator, "int32")),`,
    replace: `tf.notEqual(before_B, tf.scalar(-5, "int32")),`,
    law: family,
  },
  {
    id: "weights-of-another-tokenizer-taken",
    file: "src/families/language/outside/fit.ts",
    find: "if (mine !== theirs) {",
    replace: "if (mine === undefined) {",
    law: family,
  },
  {
    id: "scores-of-the-neighbour",
    file: "src/families/language/decoding/token_model.ts",
    find: "const from = i * bucket, to = from + own.greedy.length;",
    replace: "const from = Math.max(0, i - 1) * bucket, to = from + own.greedy.length;",
    law: family,
  },
  {
    id: "choices-of-the-neighbour",
    file: "src/families/language/decoding/choices.ts",
    find: "const from = row * most;",
    replace: "const from = Math.max(0, row - 1) * most;",
    law: family,
  },
  {
    id: "choices-a-token-early",
    file: "src/families/language/decoding/choices.ts",
    find: "part[i].before.length - 1 : 0",
    replace: "Math.max(0, part[i].before.length - 2) : 0",
    law: family,
  },
  {
    id: "own-adam-step-without-decay",
    file: "src/nn/optimise/optimiser.ts",
    find: "keep === undefined ? done[0] : tf.mul(done[0], keep)",
    replace: "done[0]",
    law: "tests/engine/tensorflow/language_test.ts",
    needs: await need("tensorflow"),
  },
  {
    id: "muon-without-weight-decay",
    file: "src/nn/optimise/muon.ts",
    find: "weightDecay !== 0 && decays(path, p)",
    replace: "weightDecay < 0 && decays(path, p)",
    law: "tests/nn/muon_test.ts",
  },
];
