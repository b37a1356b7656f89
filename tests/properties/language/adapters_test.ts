import { assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import {
  decoder,
  type DecoderParameters,
  type DecoderShape,
  mapsOf,
} from "../../../src/backbones/mod.ts";
import { linear } from "../../../src/backbones/decoder/adapted.ts";
import { disposeTree, leaves, type TensorTree } from "../../../src/engine/tree.ts";
import { merged, mergedValues } from "../../../src/families/language/adapters/merge.ts";
import {
  type AdapterTensors,
  columnSizes,
  type LowRankTensors,
  movingPart,
} from "../../../src/families/language/adapters/parameters.ts";
import {
  type LowRankAdapter,
  MAPS,
  mapsIn,
  scaleOf,
} from "../../../src/families/language/adapters/settings.ts";
import {
  adapterIn,
  decoderOf,
  type Setting,
  type Trained,
  weightsOf,
  windowLogits,
} from "../../../src/families/language/model.ts";
import { windowNats } from "../../../src/families/language/objective.ts";
import { NF4 } from "../../../src/nn/quantised/code_book.ts";
import { packedShape, packMatrix, unpackMatrix } from "../../../src/nn/quantised/pack.ts";
import { projectedCrossEntropy, valueAndGrad } from "../../../src/nn/mod.ts";
import { assertGradient } from "../../backbones/gradient_check.ts";
import {
  adaptedSetting,
  freshAdapter,
  kept,
  type Kind,
  KINDS,
  kinds,
  packedOf,
  trainedOf,
} from "../../families/language/adapters/small.ts";
import {
  FORMS,
  integers,
  parametersOf,
  stepwiseLogits,
  tokensOf,
  windowsOf,
} from "../../families/language/small.ts";
import { key } from "../../families/small.ts";
import { engine, normals, values } from "../../families/on_engine.ts";
import { close, float32, law } from "../../law.ts";

const seed = fc.nat(1000);
const form = fc.constantFrom(...FORMS);
const TOLERANCE = float32(400, 8);
const LENGTH = 6;

function allClose(found: readonly number[], expected: readonly number[], what: string) {
  assertEquals(found.length, expected.length, what);
  found.forEach((v, i) => close(v, expected[i], TOLERANCE, `${what} ${i}`));
}

/** Logits of two rows of tokens. */
const logits = (params: () => DecoderParameters, seed: number, shape: DecoderShape) =>
  values(() => decoder(params(), integers(tokensOf(seed, [2, LENGTH]), [2, LENGTH]), { shape }));

law("a fresh adapter that adds nothing leaves every logit its bits: LoRA, DoRA, bottlenecks", {
  source: "Hu et al. 2021, section 4.1; Liu et al. 2024, eq. 5; Houlsby et al. 2019, section 2.1",
  given: { seed, form, kind: fc.constantFrom<Kind>("lora", "dora", "bottleneck") },
  cases: 24,
  holds: async ({ seed, form, kind }) => {
    const setting = adaptedSetting(KINDS[kind], { form }), { shape } = setting;
    const bare = await logits(() => parametersOf(shape, seed), seed, shape);
    const found = await logits(
      () => {
        const params = parametersOf(shape, seed);
        return decoderOf({ params, adapter: freshAdapter(setting, params, seed) }, setting);
      },
      seed,
      shape,
    );
    assertEquals(found, bare);
  },
});

/** Leaves of the weights beside which something stands, by layer and map. */
const mapsOfLayers = (setting: Setting) => {
  const { targets } = adapterIn(setting) as LowRankAdapter;
  return Array.from({ length: setting.shape.layers }, (_, i) => targets.map((map) => ({ i, map })))
    .flat();
};

law("merged weights say what the adapter beside them says, on the engine and on the host", {
  source: "Hu et al. 2021, section 4.1; Liu et al. 2024, eq. 5",
  given: {
    seed,
    form,
    kind: fc.constantFrom<"lora" | "dora">("lora", "dora"),
    targets: fc.uniqueArray(fc.constantFrom("query", "key", "value", "out", "up", "down"), {
      minLength: 1,
    }),
    rsLora: fc.boolean(),
  },
  cases: 24,
  kills: ["lora-scale-dropped", "lora-beside-another-map", "dora-without-its-size"],
  holds: async ({ seed, form, kind, targets, rsLora }) => {
    const settings = { rank: 3, alpha: 7, targets, rsLora };
    const setting = adaptedSetting({ [kind]: settings }, { form, keyValueHeads: 2 });
    const { shape } = setting, adapter = adapterIn(setting) as LowRankAdapter;
    const beside = await logits(() => decoderOf(trainedOf(setting, seed), setting), seed, shape);
    const whole = (trained: Trained) => merged(trained.params, trained.adapter!, shape);
    const taken = await logits(() => whole(trainedOf(setting, seed)), seed, shape);
    allClose(taken, beside, "logit");
    const held = kept(() => {
      const trained = trainedOf(setting, seed);
      return { trained, whole: whole(trained) };
    });
    for (const { i, map } of mapsOfLayers(setting)) {
      const low = held.trained.adapter.layers![i][map]!;
      const [weight, down, up, magnitude, expected] = await Promise.all(
        [
          held.trained.params.layers[i][map]!.weight!,
          low.down,
          low.up,
          low.magnitude,
          held.whole.layers[i][map]!.weight!,
        ].map((t) => t && engine.read(t) as Promise<Float32Array>),
      );
      const found = mergedValues(weight!, { down: down!, up: up!, magnitude }, {
        adapter,
        size: mapsOf(shape)[map],
      });
      found.forEach((v, at) => close(v, expected![at], float32(20, 4), `weight ${at}`));
    }
    disposeTree(held as unknown as TensorTree);
  },
});

/** How many rows of a matrix are no sums of the others', by elimination with the largest pivot. */
function rankOf(rows: number[][], tolerance: number): number {
  const a = rows.map((row) => [...row]);
  let rank = 0;
  for (let column = 0; column < a[0].length && rank < a.length; column++) {
    let best = rank;
    for (let r = rank; r < a.length; r++) {
      if (Math.abs(a[r][column]) > Math.abs(a[best][column])) best = r;
    }
    if (Math.abs(a[best][column]) <= tolerance) continue;
    [a[rank], a[best]] = [a[best], a[rank]];
    for (let r = rank + 1; r < a.length; r++) {
      const share = a[r][column] / a[rank][column];
      for (let c = column; c < a[0].length; c++) a[r][c] -= share * a[rank][c];
    }
    rank++;
  }
  return rank;
}

law("what LoRA adds to a map has its rank at most, and is α/r (rsLoRA: α/√r) times its product", {
  source: "Hu et al. 2021, section 4.1; Kalajdzievski 2023 (arXiv:2312.03732)",
  given: { seed, rank: fc.integer({ min: 1, max: 4 }), rsLora: fc.boolean() },
  cases: 12,
  kills: ["lora-scale-dropped"],
  holds: async ({ seed, rank, rsLora }) => {
    const setting = adaptedSetting({ lora: { rank, alpha: 5, targets: "all", rsLora } });
    const { shape } = setting, width = shape.width;
    const held = kept(() => {
      const trained = trainedOf(setting, seed);
      const { query } = decoderOf(trained, setting).layers[0];
      const { down, up } = query.low!;
      return { added: tf.matMul(down, up), low: trained.adapter.layers![0].query! };
    });
    const added = Array.from(await engine.read(held.added));
    const rows = Array.from({ length: width }, (_, i) => added.slice(i * width, (i + 1) * width));
    assertEquals(rankOf(rows, 1e-5), Math.min(rank, width));
    const [down, up] = await Promise.all([held.low.down, held.low.up].map((t) => engine.read(t)));
    const scale = 5 / (rsLora ? Math.sqrt(rank) : rank);
    assertEquals(scaleOf(adapterIn(setting) as LowRankAdapter), scale);
    rows.forEach((row, i) =>
      row.forEach((v, o) => {
        let sum = 0;
        for (let r = 0; r < rank; r++) sum += down[i * rank + r] * up[r * width + o];
        close(v, scale * sum, float32(rank, 8), `${i}, ${o}`);
      })
    );
    disposeTree(held as unknown as TensorTree);
  },
});

law("DoRA: every output's weights have the size that was learnt for it, whole or packed", {
  source: "Liu et al. 2024 (arXiv:2402.09353), eq. 5",
  given: { seed, packed: fc.constantFrom(undefined, "int8" as const, "nf4" as const) },
  cases: 9,
  kills: ["dora-without-its-size"],
  holds: async ({ seed, packed }) => {
    const setting = adaptedSetting(KINDS.dora), { shape } = setting;
    const own = kept(() => trainedOf(setting, seed));
    const params = packed === undefined ? own.params : await packedOf(own.params, packed);
    const whole = kept(() => merged(params, own.adapter, shape));
    for (const { i, map } of mapsOfLayers(setting)) {
      const [inner, out] = mapsOf(shape)[map];
      const weight = await engine.read(whole.layers[i][map]!.weight!);
      const { magnitude } = own.adapter.layers![i][map] as LowRankTensors;
      const sizes = await engine.read(magnitude!);
      for (let o = 0; o < out; o++) {
        let square = 0;
        for (let r = 0; r < inner; r++) square += weight[r * out + o] ** 2;
        close(Math.sqrt(square), Math.abs(sizes[o]), float32(4 * inner, 4), `${map} ${o}`);
      }
    }
    disposeTree({ own, params, whole } as unknown as TensorTree);
  },
});

law("vectors before a text that are tokens' embeddings say what the tokens themselves say", {
  source: "Lester et al. 2021 (arXiv:2104.08691), section 2",
  given: {
    seed,
    form: fc.constantFrom("llama", "qwen2", "qwen3"),
    length: fc.integer({ min: 1, max: 4 }),
  },
  cases: 12,
  kills: ["prompt-at-the-text's-places", "prefix-not-seen"],
  holds: async ({ seed, form, length }) => {
    const setting = adaptedSetting({ prompt: { length } }, {
      form: form as "llama",
      context: 12,
      keyValueHeads: 1,
    });
    const { shape } = setting, tokens = tokensOf(seed, [1, length + LENGTH]);
    const whole = await values(() =>
      decoder(parametersOf(shape, seed), integers(tokens, [1, tokens.length]), { shape })
    );
    const found = await values(() => {
      const params = parametersOf(shape, seed);
      const first = tf.tensor1d(tokens.slice(0, length), "int32");
      const soft = tf.reshape(tf.gather(params.tokens.weight, first), [1, length, -1]);
      return decoder(
        decoderOf({ params, adapter: { soft: soft as tf.Tensor3D } }, setting),
        integers(tokens.slice(length), [1, LENGTH]),
        { shape },
      );
    });
    allClose(found, whole.slice(length * shape.vocabulary), "logit");
  },
});

law("a prefix of no keys and values changes nothing", {
  source: "definition",
  given: { seed, form },
  cases: 8,
  holds: async ({ seed, form }) => {
    const { shape } = adaptedSetting(KINDS.prefix, { form });
    const bare = await logits(() => parametersOf(shape, seed), seed, shape);
    const none = await logits(
      () => {
        const params = parametersOf(shape, seed);
        const nothing = () => tf.zeros([shape.keyValueHeads, 0, shape.headWidth]) as tf.Tensor3D;
        const prefix = { keys: nothing(), values: nothing() };
        return { ...params, layers: params.layers.map((layer) => ({ ...layer, prefix })) };
      },
      seed,
      shape,
    );
    assertEquals(none, bare);
  },
});

law("with any adapter, decoding with a cache is the full pass, whatever stands left of a row", {
  source: "definition",
  given: {
    seed,
    form,
    kind: fc.constantFrom(...kinds),
    left: fc.integer({ min: 0, max: 3 }),
    prompt: fc.integer({ min: 1, max: 4 }),
  },
  cases: 30,
  kills: ["prefix-not-seen-by-the-cache"],
  holds: async ({ seed, form, kind, left, prompt }) => {
    const setting = adaptedSetting(KINDS[kind], { form, keyValueHeads: 1 });
    const { shape } = setting, batch = 2, columns = 12, length = LENGTH;
    const tokens = tokensOf(seed, [batch, length]);
    const full = await values(() =>
      decoder(decoderOf(trainedOf(setting, seed), setting), integers(tokens, [batch, length]), {
        shape,
      })
    );
    const stepwise = await values(() =>
      stepwiseLogits(
        decoderOf(trainedOf(setting, seed), setting),
        integers(tokens, [batch, length]),
        { shape, prompt, left, columns, seen: () => columns },
      )
    );
    const rows = Array.from(
      { length: batch },
      (_, b) =>
        full.slice(
          (b * length + prompt - 1) * shape.vocabulary,
          (b + 1) * length * shape.vocabulary,
        ),
    );
    allClose(stepwise, rows.flat(), "logit");
  },
});

law("with any adapter, a document packed behind another says what it says alone", {
  source: "definition",
  given: { seed, form, kind: fc.constantFrom(...kinds), before: fc.integer({ min: 1, max: 3 }) },
  cases: 20,
  kills: ["prefix-far-from-later-documents"],
  holds: async ({ seed, form, kind, before }) => {
    const setting = adaptedSetting(KINDS[kind], { form, context: 12 });
    const { shape: { vocabulary }, tokenizer: { separator } } = setting;
    const own = [separator, ...tokensOf(seed, [1, 4])];
    const first = [separator, ...tokensOf(seed + 1, [1, before])];
    const said = (tokens: readonly number[]) =>
      values(() =>
        windowLogits(
          decoderOf(trainedOf(setting, seed), setting),
          integers(tokens, [1, tokens.length]),
          setting,
        )
      );
    const alone = await said(own), packed = await said([...first, ...own]);
    allClose(packed.slice(first.length * vocabulary), alone, "logit");
  },
});

law("what a training step leaves out, evaluation has", {
  source: "Hu et al. 2021, appendix D; definition",
  given: { seed, kind: fc.constantFrom<"lora" | "dora">("lora", "dora") },
  cases: 8,
  kills: ["dropout-at-evaluation", "dropout-never"],
  holds: async ({ seed, kind }) => {
    const own = { rank: 3, targets: "all" };
    const dropping = adaptedSetting({ [kind]: { ...own, dropout: 0.5 } });
    const plain = adaptedSetting({ [kind]: own }), { shape } = plain;
    const said = (setting: Setting) =>
      logits(() => weightsOf(trainedOf(setting, seed) as never, setting), seed, shape);
    const expected = await said(plain);
    assertEquals(await said(dropping), expected);
    const noisy = (step: number) =>
      logits(
        () =>
          decoderOf(trainedOf(dropping, seed), { ...dropping, noise: key("noise", seed, step) }),
        seed,
        shape,
      );
    const [one, again, two] = [await noisy(1), await noisy(1), await noisy(2)];
    assertEquals(one, again);
    for (const other of [expected, two]) {
      assertEquals(one.some((v, i) => Math.abs(v - other[i]) > 1e-3), true);
    }
  },
});

law("dropped inputs are kept with their probability, and what is added stays itself on average", {
  source: "Srivastava et al. 2014; definition",
  given: { seed },
  cases: 2,
  holds: async ({ seed }) => {
    // One map that passes its inputs on: what it adds is what is left of them.
    const width = 400, keep = 0.7;
    const left = await values(() => {
      const eye = tf.eye(width) as tf.Tensor2D;
      return linear({
        weight: tf.zeros([width, width]),
        low: { down: eye, up: eye, drop: { key: key("drop", seed), keep: tf.scalar(keep) } },
      }, tf.ones([20, width]) as tf.Tensor2D);
    });
    const stays = left.filter((v) => v !== 0);
    stays.forEach((v) => close(v, 1 / keep, float32(2, 2)));
    // Five standard errors of a share.
    close(
      stays.length / left.length,
      keep,
      5 * Math.sqrt(keep * (1 - keep) / left.length),
      "share",
    );
  },
});

// No gradient flows through DoRA's sizes: its slope is another's.
for (const kind of kinds.filter((kind) => kind !== "dora")) {
  law(`${kind}: the gradient is the loss's slope and reaches every number of the adapter`, {
    source: "definition",
    given: {
      seed: fc.nat(100),
      packed: fc.constantFrom(undefined, "int8" as const, "nf4" as const),
    },
    cases: 3,
    holds: async ({ seed, packed }) => {
      const setting = adaptedSetting(KINDS[kind], { keyValueHeads: 1 });
      const windows = windowsOf(seed, 2, setting);
      windows[4] = setting.tokenizer.separator;
      const own = kept(() => trainedOf(setting, seed));
      const params = packed === undefined ? own.params : await packedOf(own.params, packed);
      await assertGradient({
        params: () => movingPart(trainedOf(setting, seed).adapter) as unknown as TensorTree,
        loss: (adapter) =>
          windowNats(
            decoderOf({
              params,
              adapter: { ...own.adapter, ...adapter as unknown as AdapterTensors },
            }, setting),
            integers(windows, [2, 9]),
            setting,
          ),
        step: 0.004,
        tolerance: 2e-3,
      });
      disposeTree({ own, params } as unknown as TensorTree);
    },
  });
}

law("DoRA: the gradient is that at sizes that don't move, and reaches every number", {
  source: "Liu et al. 2024 (arXiv:2402.09353), section 4.3",
  given: { seed: fc.nat(100) },
  cases: 3,
  holds: async ({ seed }) => {
    const setting = adaptedSetting(KINDS.dora, { keyValueHeads: 1 }),
      windows = windowsOf(seed, 2, setting);
    const scale = scaleOf(adapterIn(setting) as LowRankAdapter), paths: string[] = [];
    const gradients = (
      decoderAt: (trained: Trained) => (adapter: AdapterTensors) => DecoderParameters,
    ) =>
      values(() => {
        const trained = trainedOf(setting, seed), at = decoderAt(trained);
        const { grads } = valueAndGrad((adapter: AdapterTensors) => ({
          loss: windowNats(at(adapter), integers(windows, [2, 9]), setting),
        }), movingPart(trained.adapter));
        const found = leaves(grads as TensorTree);
        paths.splice(0, Infinity, ...found.flatMap(([path, { size }]) => Array(size).fill(path)));
        return tf.concat(found.map(([, leaf]) => tf.reshape(leaf, [-1])));
      });
    const own = await gradients(({ params, adapter: { scale } = {} }) => (adapter) =>
      decoderOf({ params, adapter: { ...adapter, scale } }, setting)
    );
    const still = await gradients(({ params, adapter: start }) => {
      const sizes = params.layers.map((layer, i) =>
        Object.fromEntries(
          mapsIn(setting.shape).map((map) => {
            const { down, up } = start!.layers![i][map]!;
            return [map, columnSizes(layer[map], { down, up: tf.mul(up, scale) as tf.Tensor2D })];
          }),
        )
      );
      return (adapter) => ({
        ...params,
        layers: params.layers.map((layer, i) => ({
          ...layer,
          ...Object.fromEntries(
            mapsIn(setting.shape).map((map) => {
              const { down, up, magnitude } = adapter.layers![i][map]!;
              const ratio = tf.div(magnitude!, sizes[i][map]) as tf.Tensor1D;
              return [map, {
                ...layer[map],
                low: { down, up: tf.mul(up, scale) as tf.Tensor2D, ratio },
              }];
            }),
          ),
        })),
      });
    });
    allClose(own, still, "gradient");
    for (const path of new Set(paths)) {
      assertEquals(own.some((v, i) => paths[i] === path && v !== 0), true, `none reaches ${path}`);
    }
  },
});

law("a head that isn't trained has the same nats and the same gradient to what it is given", {
  source: "definition",
  given: { seed, transposed: fc.boolean() },
  cases: 4,
  kills: ["frozen-head-without-its-targets"],
  holds: async ({ seed, transposed }) => {
    // So many logits that they are made in two parts.
    const rows = 150, width = 4, vocabulary = 5000;
    const told = (frozen: boolean) =>
      values(() => {
        const size: [number, number] = transposed ? [vocabulary, width] : [width, vocabulary];
        const weight = tf.tensor2d(normals(seed, vocabulary * width), size);
        const targets = tokensOf(seed, [1, rows], vocabulary).map((t, i) => i % 5 === 0 ? -1 : t);
        const { loss, grads } = valueAndGrad(({ x }: { x: tf.Tensor }) => ({
          loss: projectedCrossEntropy(
            { x_NW: x as tf.Tensor2D, weight, transposed, frozen },
            tf.tensor1d(targets, "int32"),
          ),
        }), { x: tf.tensor(normals(seed + 1, rows * width), [rows, width]) as tf.Tensor });
        return tf.concat([tf.reshape(loss, [1]), tf.reshape(grads.x, [-1])]);
      });
    assertEquals(await told(true), await told(false));
  },
});

law("packed and made whole, a number moves by half a step at most; packed again it stays", {
  source: "Dettmers et al. 2022 (arXiv:2208.07339), eq. 2; 2023 (arXiv:2305.14314), section 3",
  given: {
    seed,
    form: fc.constantFrom("int8" as const, "nf4" as const),
    rows: fc.integer({ min: 1, max: 4 }),
    width: fc.integer({ min: 1, max: 140 }),
    size: fc.constantFrom(1e-6, 1, 1e6),
  },
  cases: 60,
  kills: ["nf4-nearest-above", "nf4-scale-of-the-neighbour", "int8-rounded-down"],
  holds: ({ seed, form, rows, width, size }) => {
    const own = Float32Array.from(normals(seed, rows * width, size));
    const shape = [rows, width] as const, made = packMatrix(own, { form, size: shape });
    const whole = unpackMatrix(made, { form, size: shape });
    const { scales: [, blocks] } = packedShape(form, shape);
    own.forEach((v, at) => {
      const r = Math.floor(at / width), i = at % width;
      const scale = made.scales[r * blocks + (form === "int8" ? 0 : i >> 6)];
      const step = form === "int8" ? scale : stepAround(v / scale) * scale;
      close(whole[at], v, (0.5 + 1e-5) * step, `${form} ${at}`);
    });
    const again = packMatrix(whole, { form, size: shape });
    unpackMatrix(again, { form, size: shape }).forEach((v, at) =>
      close(v, whole[at], 1e-6 * size * 8, `again ${at}`)
    );
  },
});

/** The gap between the values of NF4 about x. */
function stepAround(x: number): number {
  const above = NF4.findIndex((value) => value >= x);
  if (above <= 0) return above === 0 ? NF4[1] - NF4[0] : NF4[15] - NF4[14];
  return NF4[above] - NF4[above - 1];
}

Deno.test("all kinds and forms have a setting, and maps are named as they are", () => {
  assertEquals(new Set(kinds).size, 5);
  for (const kind of kinds) {
    const setting = adaptedSetting(KINDS[kind]);
    const tensors = kept(() => freshAdapter(setting, parametersOf(setting.shape, 1), 1));
    assertEquals(leaves(tensors as TensorTree).length > 0, true);
    disposeTree(tensors as TensorTree);
  }
  assertEquals([...MAPS], ["query", "key", "value", "out", "gate", "up", "down"]);
});
