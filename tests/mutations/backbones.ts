/** Mutants of the shared backbones and of the comparison with peers. */
export const mutants = [
  {
    id: "cache-writes-the-row-before",
    file: "src/engine/wasm/cache_kernels.ts",
    find: "(n * length + at) * width",
    replace: "(n * length + Math.max(0, at - 1)) * width",
    law: "tests/nn/cache_test.ts",
  },
  {
    id: "composed-cache-keeps-the-old-row",
    file: "src/engine/cache_write.ts",
    find: "tf.mul(cache, tf.sub(1, here))",
    replace: "tf.mul(cache, 1)",
    law: "tests/nn/cache_test.ts",
  },
  {
    id: "decoding-sees-the-future",
    file: "src/nn/attention.ts",
    find: 'tf.greater(tf.range(0, length, 1, "int32"), pos)',
    replace: 'tf.greater(tf.range(0, length, 1, "int32"), tf.add(pos, 1))',
    law: "tests/backbones/transformer_test.ts",
  },
  {
    id: "decoding-forgets-its-position",
    file: "src/backbones/transformer.ts",
    find: "tf.reshape(pos, [1]) as tf.Tensor1D",
    replace: "tf.reshape(tf.mul(pos, 0), [1]) as tf.Tensor1D",
    law: "tests/backbones/transformer_test.ts",
  },
  {
    id: "heads-not-merged",
    file: "src/nn/attention.ts",
    find: "t === 1 ? x_BHTD : tf.transpose(x_BHTD, [0, 2, 1, 3])",
    replace: "t > 0 ? x_BHTD : tf.transpose(x_BHTD, [0, 2, 1, 3])",
    law: "tests/backbones/transformer_test.ts",
  },
  {
    id: "attention-is-not-causal",
    file: "src/backbones/transformer.ts",
    find:
      "attention({ q_NTD, k_NSD, v_NSD, mask }), heads);\n    x_BTW = rest(layer, x_BTW, seen);\n  }\n  return",
    replace:
      "attention({ q_NTD, k_NSD, v_NSD, mask: tf.mul(mask, 0) }), heads);\n    x_BTW = rest(layer, x_BTW, seen);\n  }\n  return",
    law: "tests/backbones/transformer_test.ts",
  },
  {
    id: "time-not-told",
    file: "src/backbones/unet.ts",
    find: "tf.add(h_BHWC, told_B11C)",
    replace: "tf.add(h_BHWC, tf.mul(0, told_B11C))",
    law: "tests/backbones/unet_test.ts",
  },
  {
    id: "rmsnorm-gradient-without-projection",
    file: "src/nn/norms.ts",
    find: "tf.mul(hat, along)",
    replace: "tf.mul(hat, tf.mul(0, along))",
    law: "tests/engine/conformance_test.ts",
  },
  {
    id: "cross-entropy-gradient-not-averaged",
    file: "src/nn/losses.ts",
    find: "tf.div(dy, logits.shape[0])",
    replace: "dy",
    law: "tests/engine/conformance_test.ts",
  },
  {
    id: "only-the-last-loss-compared",
    file: "src/peers/agreement.ts",
    find: "worst = Math.max(worst, share);",
    replace: "worst = share;",
    law: "tests/peers/agreement_test.ts",
  },
  {
    id: "ratio-upside-down",
    file: "src/peers/ratio.ts",
    find: "median(of) / median(to)",
    replace: "median(to) / median(of)",
    law: "tests/peers/agreement_test.ts",
  },
  {
    id: "ratio-interval-not-paired",
    file: "src/peers/ratio.ts",
    find: "log(seconds / to[i])",
    replace: "log(seconds / to[0])",
    law: "tests/peers/agreement_test.ts",
  },
];
