/** Mutants of vector-quantised autoencoders and of the metric of their codes. */
import type { Mutant } from "../run.ts";

const codebook = "src/families/vqvae/quantisers/codebook.ts";
const objective = "src/families/vqvae/objective.ts";
const finite = "src/families/vqvae/quantisers/finite_scalar.ts";
const quantiser = "src/families/vqvae/quantisers/quantiser.ts";
const model = "src/families/vqvae/model.ts";
const train = "src/families/vqvae/train.ts";
const prior = "src/families/vqvae/prior.ts";
const sample = "src/families/vqvae/sample.ts";
const codes = "src/metrics/latents/codes.ts";

const codebooks = "tests/properties/vqvae/codebook_test.ts";
const rounding = "tests/properties/vqvae/finite_test.ts";
const networks = "tests/properties/vqvae/network_test.ts";
const priors = "tests/properties/vqvae/prior_test.ts";
const sampling = "tests/properties/vqvae/sampling_test.ts";
const metric = "tests/properties/metrics/codes_test.ts";

/** Bugs that the laws of vector quantisation must notice. */
export const mutants: readonly Mutant[] = [
  {
    id: "nearest-without-norms",
    file: codebook,
    find: "tf.mul(tf.sum(tf.square(vectors_KD), 1), 0.5)",
    replace: "tf.mul(tf.sum(tf.square(vectors_KD), 1), 0)",
    law: codebooks,
  },
  {
    id: "nearest-is-farthest",
    file: codebook,
    find: "return tf.argMax(tf.sub(",
    replace: "return tf.argMin(tf.sub(",
    law: codebooks,
  },
  {
    id: "straight-through-by-adding",
    file: objective,
    find: "forward: (_z, q) => tf.clone(q),",
    replace: "forward: (z, q) => tf.add(z, tf.sub(q, z)),",
    law: codebooks,
  },
  {
    id: "straight-through-broken",
    file: objective,
    find: "backward: (dy, [, q]) => [dy, tf.zerosLike(q)],",
    replace: "backward: (dy, [, q]) => [tf.zerosLike(dy), tf.zerosLike(q)],",
    law: codebooks,
  },
  {
    id: "straight-through-reaches-codes",
    file: objective,
    find: "backward: (dy, [, q]) => [dy, tf.zerosLike(q)],",
    replace: "backward: (dy) => [dy, dy],",
    law: codebooks,
  },
  {
    id: "fade-turned-round",
    file: objective,
    find: "tf.add(tf.mul(q, share), tf.mul(z, tf.sub(1, share)))",
    replace: "tf.add(tf.mul(z, share), tf.mul(q, tf.sub(1, share)))",
    law: codebooks,
  },
  {
    id: "fade-never-ends",
    file: train,
    find: `return tf.minimum(1, tf.div(tf.cast(step, "float32"), rising)) as tf.Scalar;`,
    replace: `return tf.minimum(0.5, tf.div(tf.cast(step, "float32"), rising)) as tf.Scalar;`,
    law: networks,
  },
  {
    id: "commitment-moves-the-codes",
    file: objective,
    find: `    tf.mul(tf.sub(z, q), tf.mul(dy, 2 / z.size)),
    tf.zerosLike(q),`,
    replace: `    tf.mul(tf.sub(z, q), tf.mul(dy, 2 / z.size)),
    tf.mul(tf.sub(q, z), tf.mul(dy, 2 / z.size)),`,
    law: codebooks,
  },
  {
    id: "commitment-gradient-halved",
    file: objective,
    find: "tf.mul(tf.sub(z, q), tf.mul(dy, 2 / z.size))",
    replace: "tf.mul(tf.sub(z, q), tf.mul(dy, 1 / z.size))",
    law: codebooks,
  },
  {
    id: "ema-sums-without-counts",
    file: codebook,
    find: "const means_KD = tf.div(sums, tf.maximum(counts_K1, NO_USE));",
    replace: "const means_KD = tf.div(sums, tf.onesLike(counts_K1));",
    law: codebooks,
  },
  {
    id: "ema-moves-unused-codes",
    file: codebook,
    find: "tf.where(tf.greater(counts_K1, NO_USE), means_KD, vectors_KD)",
    replace: "tf.where(tf.greater(counts_K1, -1), means_KD, vectors_KD)",
    law: codebooks,
  },
  {
    id: "ema-decay-turned-round",
    file: codebook,
    find: `  { z_ND, index_N }: Assigned,
  decay: number | tf.Scalar,
): Codebook {`,
    replace: `  { z_ND, index_N }: Assigned,
  rest: number | tf.Scalar,
): Codebook {
  const decay = tf.sub(1, rest) as tf.Scalar;`,
    law: codebooks,
  },
  {
    id: "reset-touches-used-codes",
    file: codebook,
    find: "tf.less(book.counts_K, below * meanUse)",
    replace: "tf.less(book.counts_K, 8 * meanUse)",
    law: codebooks,
  },
  {
    id: "reset-keeps-dead-codes",
    file: codebook,
    find: "tf.less(book.counts_K, below * meanUse)",
    replace: "tf.less(book.counts_K, below)",
    law: codebooks,
  },
  {
    id: "reset-forgets-the-sums",
    file: codebook,
    find: "tf.where(dead_K1, tf.mul(fresh_KD, use), book.sums_KD)",
    replace: "tf.where(dead_K1, fresh_KD, book.sums_KD)",
    law: codebooks,
  },
  {
    id: "perplexity-in-bits",
    file: objective,
    find: "return tf.exp(tf.neg(tf.sum(terms_K))) as tf.Scalar;",
    replace: "return tf.exp(tf.neg(tf.div(tf.sum(terms_K), Math.LN2))) as tf.Scalar;",
    law: codebooks,
  },
  {
    id: "perplexity-of-counts",
    file: objective,
    find: "const p_K = tf.div(counts_K, tf.sum(counts_K));",
    replace: "const p_K = tf.div(counts_K, tf.mul(tf.sum(counts_K), 2));",
    law: codebooks,
  },
  {
    id: "residual-not-subtracted",
    file: quantiser,
    find: "left_ND = tf.sub(left_ND, tf.gather(vectors_KD, assigned.index_N));",
    replace: "left_ND = tf.add(left_ND, tf.mul(tf.gather(vectors_KD, assigned.index_N), 0));",
    law: codebooks,
  },
  {
    id: "residual-sum-forgets-a-stage",
    file: quantiser,
    find: "return parts.length === 1 ? parts[0] : tf.addN(parts);",
    replace: "return parts.length === 1 ? parts[0] : tf.addN(parts.slice(1));",
    law: codebooks,
  },
  {
    id: "finite-number-off-by-one",
    file: finite,
    find: "const digit_ND = tf.add(level_ND, row(levels.map((L) => Math.floor(L / 2))));",
    replace: "const digit_ND = tf.add(level_ND, row(levels.map((L) => Math.floor(L / 2) + 1)));",
    law: rounding,
  },
  {
    id: "finite-strides-alike",
    file: finite,
    find: "    stride *= L;",
    replace: "    stride *= levels[0];",
    law: rounding,
  },
  {
    id: "finite-without-offset",
    file: finite,
    find: "return levels.map((L) => L % 2 === 0 ? 0.5 : 0);",
    replace: "return levels.map((L) => L % 2 === 0 ? 0 : 0);",
    law: rounding,
  },
  {
    id: "finite-margin-outwards",
    file: finite,
    find: "(L - 1) / 2 * (1 - MARGIN)",
    replace: "(L - 1) / 2 * (1 + 200 * MARGIN)",
    law: rounding,
  },
  {
    id: "finite-gradient-stopped",
    file: quantiser,
    find: "q_ND: scaled(fadedThrough(bounded_ND, level_ND, share), bins),",
    replace: "q_ND: scaled(tf.add(level_ND, tf.mul(bounded_ND, 0)), bins),",
    law: rounding,
  },
  {
    id: "ema-codebook-updated-before-quantising",
    file: train,
    find: `  const books = booksOf(state, setting);
  const part = groupOf<Parameters, "networks">(state, "networks");
  const share = shareAt(part.step, setting);`,
    replace: `  const part = groupOf<Parameters, "networks">(state, "networks");
  const share = shareAt(part.step, setting);
  const old = booksOf(state, setting);
  const ahead = encodeGrids(part.params, x_BHWC, (z_ND, grid) => quantiser.pass(old[grid], z_ND, share).q_ND);
  const books = old.map((own, grid) =>
    quantiser.follow(own, ahead.z[grid], {
      decay: emaDecay(part.step, config.codebookDecay),
      below: config.dead,
      all: tf.equal(part.step, tf.scalar(0, "int32")) as tf.Scalar,
      key: fold(fold(key, "fresh codes"), grid),
    })
  );`,
    law: networks,
  },
  {
    id: "codebooks-never-follow",
    file: train,
    find: "state.books === undefined ? trained : { ...trained, books: followed }",
    replace: "state.books === undefined ? { ...trained, books: followed } : trained",
    law: networks,
  },
  {
    id: "first-batch-leaves-the-codes",
    file: train,
    find: `all: tf.equal(part.step, tf.scalar(0, "int32")) as tf.Scalar,`,
    replace: `all: tf.less(part.step, tf.scalar(0, "int32")) as tf.Scalar,`,
    law: networks,
  },
  {
    id: "fine-grid-not-told",
    file: model,
    find: "through(applyHead(coarse.fine, tf.add(h_BhwC, crop(told, { height, width }))));",
    replace:
      "through(applyHead(coarse.fine, tf.add(h_BhwC, tf.mul(crop(told, { height, width }), 0))));",
    law: networks,
  },
  {
    id: "decoder-hears-one-grid",
    file: model,
    find: "conv(coarse.lift, q[0])",
    replace: "conv(coarse.lift, tf.zerosLike(q[0]))",
    law: networks,
  },
  {
    id: "prior-step-of-another-book",
    file: prior,
    find: "const before = tf.zeros([prefixLength(setting) - 1, rows_Tb.shape[1]]);",
    replace: "const before = tf.zeros([prefixLength(setting), rows_Tb.shape[1]]);",
    law: priors,
  },
  {
    id: "prior-tokens-of-one-book",
    file: prior,
    find: "const codes_BC = tf.slice(tf.add(codes_BT, tokenOffsets(setting)), [0, 0], [B, T - 1]);",
    replace: "const codes_BC = tf.slice(codes_BT, [0, 0], [B, T - 1]);",
    law: priors,
  },
  {
    id: "prior-logits-shifted",
    file: prior,
    find: "tf.slice(logits_BLV, [0, before - 1, 0], [B, T, options.vocabulary])",
    replace: "tf.slice(logits_BLV, [0, 0, 0], [B, T, options.vocabulary])",
    law: priors,
  },
  {
    id: "prior-ignores-labels",
    file: prior,
    find: `const told = tf.greaterEqual(label_B, tf.scalar(0, "int32"));`,
    replace: `const told = tf.greater(label_B, tf.scalar(9, "int32"));`,
    law: priors,
  },
  {
    id: "layout-by-columns",
    file: "src/families/vqvae/code_order.ts",
    find: `        row: Math.floor(at / width),
        column: at % width,`,
    replace: `        row: at % height,
        column: Math.floor(at / height),`,
    law: priors,
  },
  {
    id: "sampler-draws-from-one-key",
    file: sample,
    find: `fold(fold(key, "codes"), pos),`,
    replace: `fold(key, "codes"),`,
    law: sampling,
  },
  {
    id: "sampler-without-temperature",
    file: sample,
    find: "tf.div(logits_BK, setting.config.temperature)",
    replace: "logits_BK",
    law: sampling,
  },
  {
    id: "sampler-starts-late",
    file: sample,
    find: `tf.greaterEqual(at_S, tf.scalar(before, "int32")),`,
    replace: `tf.greater(at_S, tf.scalar(before, "int32")),`,
    law: sampling,
  },
  {
    id: "code-perplexity-of-means",
    file: codes,
    find: "return { perplexity: exp(entropy(data)), used: new Set(data).size / size };",
    replace: "return { perplexity: exp(entropy(data) / 2), used: new Set(data).size / size };",
    law: metric,
  },
  {
    id: "code-use-of-positions",
    file: codes,
    find: "used: new Set(data).size / size };",
    replace: "used: new Set(data).size / data.length };",
    law: metric,
  },
  {
    id: "nmi-without-two",
    file: codes,
    find: "Math.max(0, 2 * mutualInformation(x, y) / sum)",
    replace: "Math.max(0, mutualInformation(x, y) / sum)",
    law: metric,
  },
  {
    id: "nmi-by-one-entropy",
    file: codes,
    find: "const sum = entropy(x) + entropy(y);",
    replace: "const sum = 2 * entropy(x);",
    law: metric,
  },
  {
    id: "laplace-forgotten",
    file: codes,
    find: "log((n + 1) / (rows[c] + size))",
    replace: "log(n / rows[c])",
    law: metric,
  },
  {
    id: "bayes-first-position-only",
    file: codes,
    find: "for (let t = 0; t < perPicture; t++) sum += own",
    replace: "for (let t = 0; t < 1; t++) sum += own",
    law: metric,
  },
  {
    id: "informative-position-chosen-on-the-read-half",
    file: codes,
    find: "const value = normalisedInformation(at(fit.codes, t), fit.labels);",
    replace: "const value = normalisedInformation(at(read.codes, t), read.labels);",
    law: metric,
  },
  {
    id: "grid-decoder-keeps-the-padding",
    file: "src/backbones/grid.ts",
    find: "crop(depthToSpace(conv(p.head, silu(groupNorm(p.norm, h_BHWC)))), options.sample)",
    replace: "depthToSpace(conv(p.head, silu(groupNorm(p.norm, h_BHWC))))",
    law: "tests/backbones/grid_test.ts",
  },
];
