/** Mutants of adapters and of packed weights. */

const attach = "src/families/language/adapters/attach.ts";
const parameters = "src/families/language/adapters/parameters.ts";
const adapted = "src/backbones/decoder/adapted.ts";
const forward = "src/backbones/decoder/forward.ts";
const cached = "src/backbones/decoder/cached.ts";
const pack = "src/nn/quantised/pack.ts";
const codes = "src/nn/quantised/code_book.ts";

const laws = "tests/properties/language/adapters_test.ts";
const training = "tests/families/language/adapters/training_test.ts";
const peft = "tests/families/language/adapters/peft_test.ts";
const packedTests = "tests/nn/quantised_test.ts";

export const mutants = [
  {
    id: "lora-scale-dropped",
    file: attach,
    find: "tf.mul(up, scale) as tf.Tensor2D;",
    replace: "tf.mul(up, 1) as tf.Tensor2D;",
    law: laws,
  },
  {
    id: "rslora-scale-of-lora",
    file: "src/families/language/adapters/settings.ts",
    find: "alpha / (rsLora ? Math.sqrt(rank) : rank)",
    replace: "alpha / rank",
    law: peft,
  },
  {
    id: "lora-beside-another-map",
    file: attach,
    find: "beside(layer[name], own,",
    replace: 'beside(layer[name], name === "query" && maps.out ? maps.out : own,',
    law: laws,
  },
  {
    id: "dora-without-its-size",
    file: parameters,
    find: "return { value: tf.sqrt(tf.maximum(square, 1e-24)), gradFunc: () => [] };",
    replace: "return { value: tf.sqrt(tf.maximum(own, 1e-24)), gradFunc: () => [] };",
    law: laws,
  },
  {
    id: "base-trained-beside-the-adapter",
    file: "src/families/language/model.ts",
    find: "{ adapter: movingPart(adapter) }",
    replace: "{ params, adapter: movingPart(adapter) }",
    law: training,
  },
  {
    id: "adapter-without-steps",
    file: "src/families/language/train.ts",
    find: "    ...wholeOf(state, moving),\n    ...(state.ema",
    replace: "    ...wholeOf(state, movingOf(state)),\n    ...(state.ema",
    law: training,
  },
  {
    id: "dropout-at-evaluation",
    file: "src/families/language/model.ts",
    find: "const { shape, noise } = setting, own = noise && adapterIn(setting);",
    replace:
      'const { shape, noise = tf.tensor1d([1, 2], "int32") } = setting, own = adapterIn(setting);',
    law: laws,
  },
  {
    id: "dropout-never",
    file: adapted,
    find: "tf.matMul(dropped(x_NI, low), low.down)",
    replace: "tf.matMul(x_NI, low.down)",
    law: laws,
  },
  {
    id: "dropped-not-scaled-up",
    file: adapted,
    find: 'tf.mul(x_NI, tf.div(tf.cast(kept, "float32"), drop.keep))',
    replace: 'tf.mul(x_NI, tf.cast(kept, "float32"))',
    law: laws,
  },
  {
    id: "prompt-at-the-text's-places",
    file: forward,
    find: "turnsOf(shape, length, -length)",
    replace: "turnsOf(shape, length, 0)",
    law: laws,
  },
  {
    id: "prefix-not-seen",
    file: forward,
    find: "before = s - t;",
    replace: "before = 0;",
    law: laws,
  },
  {
    id: "prefix-not-seen-by-the-cache",
    file: cached,
    find: "v_MSD: afterPrefix(lookedAt(values[i]), layer.prefix?.values),",
    replace:
      "v_MSD: afterPrefix(lookedAt(values[i]), layer.prefix && tf.zerosLike(layer.prefix.values)),",
    law: laws,
  },
  {
    id: "prefix-far-from-later-documents",
    file: forward,
    find: "placed || (p.layers[0]?.prefix !== undefined && places_BT !== undefined)",
    replace: "placed",
    law: laws,
  },
  {
    id: "nf4-nearest-above",
    file: codes,
    find: "if (x > BOUNDS[middle]) low = middle + 1;",
    replace: "if (x > NF4[middle]) low = middle + 1;",
    law: laws,
  },
  {
    id: "nf4-scale-of-the-neighbour",
    file: "src/engine/packed.ts",
    find: "scales[row + (i >> 6)]",
    replace: "scales[row + ((i + 1) >> 6)]",
    law: laws,
  },
  {
    id: "int8-rounded-down",
    file: pack,
    find: "clamped(halfToEven(x))",
    replace: "clamped(Math.floor(x))",
    law: laws,
  },
  {
    id: "packed-sign-lost",
    file: "src/nn/quantised/product.ts",
    find: 'tf.add(x, tf.mul(tf.cast(tf.less(x, 0), "float32"), HALF))',
    replace: "tf.abs(x)",
    law: packedTests,
  },
  {
    id: "peft-product-not-turned",
    file: "src/families/language/adapters/peft_folder.ts",
    find: "up: turned(await read(`${stem}.lora_B.weight`, [out, rank]), [out, rank]),",
    replace: "up: await read(`${stem}.lora_B.weight`, [out, rank]),",
    law: peft,
  },
  {
    id: "merged-without-the-adapter",
    file: "src/families/language/outside/held.ts",
    find: "if (at === undefined) return weight;",
    replace: 'if (at === undefined || at.map === "value") return weight;',
    law: training,
  },
  {
    id: "frozen-head-without-its-targets",
    file: "src/nn/losses.ts",
    find: "if (frozen) return { nats, gradients: [byX] };",
    replace: "if (frozen) return { nats, gradients: [tf.mul(mean_NW, scored_N1)] };",
    law: laws,
  },
];
