import { assertEquals } from "@std/assert";
import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import { emptyCache } from "../../../src/backbones/transformer.ts";
import { mapTree, type TensorTree } from "../../../src/engine/tree.ts";
import { config } from "../../../src/families/vqvae/config.ts";
import { codePlaces } from "../../../src/families/vqvae/code_order.ts";
import {
  assembled,
  initPrior,
  prefixLength,
  prefixTokens,
  type Prior,
  priorLogits,
  priorLoss,
  type PriorSetting,
  priorStepLogits,
  tokenOffsets,
  transformerOptions,
} from "../../../src/families/vqvae/prior.ts";
import { quantisers } from "../../../src/families/vqvae/quantisers/quantiser.ts";
import { hostIntegers, hostKey } from "../../../src/random/host/host.ts";
import { normal } from "../../../src/random/key.ts";
import { close, float32, law } from "../../law.ts";
import { key } from "../../families/small.ts";
import { value, values } from "../../families/on_engine.ts";

const seed = fc.integer({ min: 1, max: 1e6 });
const form = fc.record({
  grids: fc.constantFrom(1, 2),
  stages: fc.integer({ min: 1, max: 2 }),
  conditions: fc.integer({ min: 0, max: 2 }),
});

/** A prior over a few codes of `K` symbols. */
function settingOf(
  { grids, stages, conditions }: { grids: number; stages: number; conditions: number },
): PriorSetting {
  const c = config.parse({
    quantiser: "residual",
    codes: 5,
    dimensions: 3,
    stages,
    priorLayers: 2,
    priorWidth: 8,
    priorHeads: 2,
  });
  const fine = { height: 2, width: 3 };
  return {
    config: c,
    quantiser: quantisers.residual(c),
    places: codePlaces(grids === 1 ? [fine] : [{ height: 1, width: 2 }, fine], stages),
    conditions: [{ name: "gender", classes: 2 }, { name: "expression", classes: 3 }]
      .slice(0, conditions),
  };
}

/** Every leaf moved, so that what starts at zero takes part. */
function awake(seed: number, setting: PriorSetting): Prior {
  return mapTree(
    initPrior(key("prior", seed), setting) as TensorTree,
    (leaf, path) => tf.add(leaf, tf.mul(normal(key("wake", seed, path), leaf.shape), 0.3)),
  ) as Prior;
}

function batchOf(seed: number, setting: PriorSetting, B = 2) {
  const T = setting.places.length;
  const K = setting.quantiser.size;
  const books = 1 + Math.max(...setting.places.map(({ book }) => book));
  const codes = Int32Array.from(hostIntegers(hostKey(seed, "codes"), B * T, K));
  const label = (name: string, classes: number) =>
    Int32Array.from(hostIntegers(hostKey(seed, name), B, classes + 1), (v) => v - 1);
  return {
    codes,
    tensors: () => ({
      codes_BT: tf.tensor2d(codes, [B, T], "int32"),
      tables: Array.from(
        { length: books },
        (_, b) => normal(key("table", seed, b), [K, setting.quantiser.dimensions]) as tf.Tensor2D,
      ),
      labels: Object.fromEntries(
        setting.conditions.map(({ name, classes }) => [
          name,
          tf.tensor1d(label(name, classes), "int32"),
        ]),
      ),
    }),
  };
}

law("prior: decoding with a cache is the full forward pass, for every book and condition", {
  source: "definition",
  given: { seed, form },
  kills: ["prior-step-of-another-book", "prior-logits-shifted", "prior-tokens-of-one-book"],
  cases: 20,
  holds: async ({ seed, form }) => {
    const setting = settingOf(form);
    const { tensors } = batchOf(seed, setting);
    const full = await values(() => priorLogits(awake(seed, setting), tensors(), setting));
    const before = prefixLength(setting);
    const stepwise = await values(() => {
      const { codes_BT, tables, labels } = tensors();
      const plain = assembled(awake(seed, setting), tables, setting);
      const tokens_BS = tf.concat([
        prefixTokens(labels, 2, setting),
        tf.add(codes_BT, tokenOffsets(setting)),
      ], 1);
      const columns = tf.unstack(tokens_BS, 1) as tf.Tensor1D[];
      let cache = emptyCache(2, transformerOptions(setting));
      const logits = columns.slice(0, -1).map((token_B, i) => {
        const pos = tf.scalar(i, "int32");
        const step = priorStepLogits(plain, { cache, token_B, pos }, setting);
        cache = step.cache;
        return step.logits_BK;
      });
      return tf.stack(logits.slice(before - 1), 1);
    });
    assertEquals(stepwise.length, full.length);
    stepwise.forEach((x, i) => close(x, full[i], float32(64, 16), `logit ${i}`));
  },
});

law("prior: a code changes no logits of those before it and its own, and its label changes all", {
  source: "definition of an autoregressive model",
  given: { seed, form, at: fc.integer({ min: 0, max: 5 }) },
  kills: ["prior-logits-shifted", "prior-ignores-labels"],
  cases: 20,
  holds: async ({ seed, form, at }) => {
    const setting = settingOf(form);
    const K = setting.quantiser.size;
    const { codes, tensors } = batchOf(seed, setting, 1);
    const run = (changed: Int32Array, told?: number) =>
      values(() => {
        const batch = tensors();
        const labels = Object.fromEntries(
          Object.entries(batch.labels).map(([name, label]) => [
            name,
            told === undefined ? label : tf.fill([1], told, "int32") as tf.Tensor1D,
          ]),
        );
        const codes_BT = tf.tensor2d(changed, [1, codes.length], "int32");
        return priorLogits(awake(seed, setting), { ...batch, labels, codes_BT }, setting);
      });
    const other = codes.slice();
    other[at] = (other[at] + 1) % K;
    const [plain, moved] = [await run(codes), await run(other)];
    const first = plain.findIndex((x, i) => x !== moved[i]);
    assertEquals(first < 0 ? codes.length : Math.floor(first / K), at + 1);
    if (setting.conditions.length > 0) {
      const [untold, told] = [await run(codes, -1), await run(codes, 1)];
      assertEquals(untold.slice(0, K).some((x, i) => x !== told[i]), true);
    }
  },
});

law(
  "prior: fresh, its loss is ln K a code; its loss is the mean of −ln softmax of the codes that are",
  {
    source: "definition",
    given: { seed, form },
    cases: 15,
    holds: async ({ seed, form }) => {
      const setting = settingOf(form);
      const K = setting.quantiser.size;
      const { codes, tensors } = batchOf(seed, setting);
      const fresh = await value(() =>
        priorLoss(initPrior(key("fresh", seed), setting), tensors(), setting)
      );
      close(fresh, Math.log(K), float32(16, 2), "fresh loss");
      const logits = await values(() => priorLogits(awake(seed, setting), tensors(), setting));
      let sum = 0;
      codes.forEach((code, i) => {
        const own = logits.slice(i * K, (i + 1) * K);
        sum += Math.log(own.reduce((s, v) => s + Math.exp(v), 0)) - own[code];
      });
      const loss = await value(() => priorLoss(awake(seed, setting), tensors(), setting));
      close(loss, sum / codes.length, float32(codes.length * K, 8), "loss");
    },
  },
);

law(
  "the order of codes: every grid, row, column and stage once, coarse first, and one book a grid and stage",
  {
    source: "Razavi et al. 2019 (arXiv:1906.00446), section 3.2",
    given: {
      height: fc.integer({ min: 1, max: 4 }),
      width: fc.integer({ min: 1, max: 4 }),
      stages: fc.integer({ min: 1, max: 3 }),
    },
    kills: ["layout-by-columns"],
    holds: ({ height, width, stages }) => {
      const places = codePlaces([{ height: 1, width: 2 }, { height, width }], stages);
      assertEquals(places.length, (2 + height * width) * stages);
      let i = 0;
      for (const [grid, [h, w]] of [[1, 2], [height, width]].entries()) {
        for (let row = 0; row < h; row++) {
          for (let column = 0; column < w; column++) {
            for (let stage = 0; stage < stages; stage++) {
              assertEquals(places[i++], { grid, row, column, stage, book: grid * stages + stage });
            }
          }
        }
      }
    },
  },
);
