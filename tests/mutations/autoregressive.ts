/** Mutants of autoregressive models and of the mixture of logistics. */

const mixture = "src/nn/logistic_mixture.ts";
const folder = "src/families/autoregressive";

const mixtureLaws = "tests/properties/autoregressive_mixture_test.ts";
const causality = "tests/properties/autoregressive_causality_test.ts";
const likelihood = "tests/properties/autoregressive_likelihood_test.ts";

export const mutants = [
  {
    id: "mixture-edge-bins-like-the-others",
    file: mixture,
    find: `notTop: tf.cast(tf.less(x, 1 - half), "float32"),`,
    replace: "notTop: tf.onesLike(x),",
    law: mixtureLaws,
  },
  {
    id: "mixture-bin-of-another-width",
    file: mixture,
    find: "tf.log(tf.neg(tf.expm1(tf.mul(h, -2))))",
    replace: "tf.log(tf.neg(tf.expm1(tf.mul(h, -1))))",
    law: mixtureLaws,
  },
  {
    id: "mixture-weights-not-normalised",
    file: mixture,
    find: "tf.addN([logSoftmax(logits), ...terms])",
    replace: "tf.addN([logits, ...terms])",
    law: mixtureLaws,
  },
  {
    id: "sub-pixel-sees-itself",
    file: mixture,
    find: "tf.sub(before[b], 0.5)",
    replace: "tf.sub(before[b + 1], 0.5)",
    law: mixtureLaws,
  },
  {
    id: "sub-pixel-of-the-wrong-channel",
    file: mixture,
    find: "tf.sub(before[b], 0.5)",
    replace: "tf.sub(before[slopes.length - 1 - b], 0.5)",
    law: mixtureLaws,
  },
  {
    id: "mixture-scale-of-the-wrong-channel",
    file: mixture,
    find: "logScale_NK: logScales[c],",
    replace: "logScale_NK: logScales[0],",
    law: mixtureLaws,
  },
  {
    id: "bin-gradient-without-width",
    file: mixture,
    find: "tf.neg(tf.add(tf.mul(byZ, z), tf.mul(byH, h)))",
    replace: "tf.neg(tf.mul(byZ, z))",
    law: mixtureLaws,
  },
  {
    id: "bin-gradient-of-the-wrong-sign",
    file: mixture,
    find: "tf.neg(byX),",
    replace: "byX,",
    law: mixtureLaws,
  },
  {
    id: "drawn-sub-pixel-is-deaf",
    file: mixture,
    find: "ofChosen(given(locations[c], slopes[c], x))",
    replace: "ofChosen(locations[c])",
    law: mixtureLaws,
  },
  {
    id: "draw-without-scale",
    file: mixture,
    find: "tf.mul(scale, logit[c])",
    replace: "logit[c]",
    law: mixtureLaws,
  },
  {
    id: "vertical-stack-sees-its-row",
    file: `${folder}/pixelcnn.ts`,
    find: `causalConv(p.down, x, { stack: "down", mask: "A" })`,
    replace: `causalConv(p.down, x, { stack: "down", mask: "B" })`,
    law: causality,
  },
  {
    id: "horizontal-stem-sees-itself",
    file: `${folder}/pixelcnn.ts`,
    find: `causalConv(p.right, x, { stack: "right", mask: "A" })`,
    replace: `causalConv(p.right, x, { stack: "right", mask: "B" })`,
    law: causality,
  },
  {
    // Then only the horizontal stem hears what is above, and not far to the right.
    id: "stacks-not-linked",
    file: `${folder}/pixelcnn.ts`,
    find: "          linear(layer.link, down),\n",
    replace: "          tf.mul(linear(layer.link, down), 0),\n",
    law: causality,
  },
  {
    id: "mask-a-in-every-layer",
    file: `${folder}/causal_conv.ts`,
    find: `const cut = mask === "A" ? 1 : 0;`,
    replace: `const cut = mask === "A" ? 1 : 1;`,
    law: causality,
  },
  {
    id: "mask-a-in-every-layer-of-the-head",
    file: `${folder}/head.ts`,
    find: `mask === "A" ? tf.less(j, i) : tf.lessEqual(j, i)`,
    replace: `mask === "A" ? tf.less(j, i) : tf.less(j, i)`,
    law: causality,
  },
  {
    id: "mask-lets-itself-through",
    file: `${folder}/head.ts`,
    find: `mask === "A" ? tf.less(j, i) : tf.lessEqual(j, i)`,
    replace: `mask === "A" ? tf.lessEqual(j, i) : tf.lessEqual(j, i)`,
    law: causality,
  },
  {
    id: "transformer-not-given-the-last-patch",
    file: `${folder}/transformer.ts`,
    find: "tf.concat([last_BTF, around_BTG], 2)",
    replace: "tf.concat([tf.mul(last_BTF, 0), around_BTG], 2)",
    law: causality,
  },
  {
    id: "neighbour-of-the-row-below",
    file: `${folder}/around.ts`,
    find: "[[0, -1], [-1, -1], [-1, 0], [-1, 1]] as const",
    replace: "[[0, -1], [-1, -1], [-1, 0], [0, 1]] as const",
    law: causality,
  },
  {
    id: "decoding-cache-off-by-one",
    file: `${folder}/pixelcnn.ts`,
    find: "tf.slice(three, [0, 1, 0], [B, 2, W])",
    replace: "tf.slice(three, [0, 0, 0], [B, 2, W])",
    law: causality,
  },
  {
    id: "vertical-cache-of-the-wrong-row",
    file: `${folder}/pixelcnn.ts`,
    find: "kept.push(flat(from));",
    replace: "kept.push(flat(last));",
    law: causality,
  },
  {
    id: "left-cache-not-emptied",
    file: `${folder}/pixelcnn.ts`,
    find: "left: cache.left.map((left) => tf.zeros(left.shape))",
    replace: "left: cache.left",
    law: causality,
  },
  {
    id: "stem-sees-across-the-edge",
    file: `${folder}/pixelcnn.ts`,
    find: "tf.greaterEqual(tf.sub(column, back), whole(0))",
    replace: "tf.greaterEqual(tf.sub(patch, back), whole(0))",
    law: causality,
  },
  {
    id: "pixel-weights-not-masked",
    file: `${folder}/head.ts`,
    find: "const { told, first, guess, layers, out } = maskHead(p, size);",
    replace: "const { told, first, guess, layers, out } = p;",
    law: causality,
  },
  {
    id: "patches-mix-rows",
    file: `${folder}/patches.ts`,
    find:
      "return tf.reshape(tf.transpose(cells, [0, 2, 1, 3]), [-1, height * width, sample.channels]);",
    replace: "return tf.reshape(cells, [-1, height * width, sample.channels]);",
    law: causality,
  },
  {
    id: "beyond-the-picture-counted",
    file: `${folder}/model.ts`,
    find: "const counted = inside === undefined ? logP",
    replace: "const counted = inside !== null ? logP",
    law: likelihood,
  },
  {
    id: "every-pixel-drawn-alike",
    file: `${folder}/sample.ts`,
    find: "key: fold(key, number)",
    replace: "key",
    law: likelihood,
  },
  {
    id: "canvas-not-centred",
    file: `${folder}/sample.ts`,
    find: "tf.mul(centred(x_BC), inside)",
    replace: "tf.mul(x_BC, inside)",
    law: likelihood,
  },
];
