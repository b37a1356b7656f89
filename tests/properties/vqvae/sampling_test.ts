import { assertEquals } from "@std/assert";
import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import { mapTree, type TensorTree } from "../../../src/engine/tree.ts";
import { config } from "../../../src/families/vqvae/config.ts";
import { codePlaces } from "../../../src/families/vqvae/code_order.ts";
import {
  initPrior,
  prefixLength,
  type Prior,
  priorLogits,
} from "../../../src/families/vqvae/prior.ts";
import { quantisers } from "../../../src/families/vqvae/quantisers/quantiser.ts";
import { priorStart, priorStep, type Sampler } from "../../../src/families/vqvae/sample.ts";
import type { Setting, State } from "../../../src/families/vqvae/train.ts";
import { normal } from "../../../src/random/key.ts";
import { close, law } from "../../law.ts";
import { key, rows } from "../../families/small.ts";
import { values } from "../../families/on_engine.ts";

/** Three codes of three symbols, in one row; nothing of the networks is used. */
function settingOf(temperature: number, told: boolean): Setting {
  const c = config.parse({
    codes: 3,
    dimensions: 2,
    temperature,
    priorLayers: 1,
    priorWidth: 8,
    priorHeads: 2,
  });
  const grids = [{ height: 1, width: 3 }];
  return {
    config: c,
    quantiser: quantisers.vector(c),
    grids,
    places: codePlaces(grids, 1),
    conditions: told ? [{ name: "gender", classes: 2 }] : [],
  } as unknown as Setting;
}

function stateOf(seed: number, setting: Setting): State {
  const prior = mapTree(
    initPrior(key("prior", seed), setting) as TensorTree,
    (leaf, path) => tf.add(leaf, tf.mul(normal(key("wake", seed, path), leaf.shape), 0.4)),
  ) as Prior;
  return {
    ema: { prior },
    books: [setting.quantiser.init(key("books", seed))],
  } as unknown as State;
}

/** The codes of `count` samples from row `first` on: [count·3] */
async function draws(
  seed: number,
  setting: Setting,
  { count, first = 0, label = -1 }: { count: number; first?: number; label?: number },
): Promise<number[]> {
  return await values(() => {
    const rows_B = rows(count, first);
    const labels = { gender: tf.fill([count], label, "int32") as tf.Tensor1D };
    let sampler: Sampler = priorStart(stateOf(seed, setting), { rows_B, labels }, setting);
    for (let i = 0; i < prefixLength(setting) + 2; i++) {
      sampler = priorStep(sampler, { rows_B, key: key("draw", seed) }, setting);
    }
    return tf.slice(sampler.tokens_BS, [0, prefixLength(setting)], [count, 3]);
  });
}

/** p of all 27 sequences by the full forward pass, softmax in float64. */
async function exact(seed: number, setting: Setting, label = -1): Promise<number[]> {
  const sequences = Array.from(
    { length: 27 },
    (_, i) => [Math.floor(i / 9), Math.floor(i / 3) % 3, i % 3],
  );
  const logits = await values(() => {
    const { ema, books } = stateOf(seed, setting);
    return priorLogits(ema.prior, {
      codes_BT: tf.tensor2d(sequences, [27, 3], "int32"),
      tables: setting.quantiser.tables(books![0]),
      labels: { gender: tf.fill([27], label, "int32") as tf.Tensor1D },
    }, setting);
  });
  return sequences.map((codes, i) =>
    codes.reduce((p, code, t) => {
      const own = logits.slice((i * 3 + t) * 3, (i * 3 + t + 1) * 3)
        .map((l) => Math.exp(l / setting.config.temperature));
      return p * own[code] / own.reduce((a, b) => a + b);
    }, 1)
  );
}

law(
  "samples of the prior follow it: Σ p = 1 over all codes, and frequencies pass χ² against them",
  {
    source: "definition of ancestral sampling; Pearson's χ² of 26 degrees of freedom",
    given: {
      seed: fc.integer({ min: 1, max: 1e6 }),
      temperature: fc.constantFrom(1, 0.7),
      told: fc.boolean(),
    },
    kills: ["sampler-draws-from-one-key", "sampler-without-temperature", "sampler-starts-late"],
    cases: 4,
    holds: async ({ seed, temperature, told }) => {
      const setting = settingOf(temperature, told);
      const label = told ? 1 : -1;
      const p = await exact(seed, setting, label);
      close(p.reduce((a, b) => a + b), 1, 1e-9, "Σ p");
      const count = 1200;
      const drawn = await draws(seed, setting, { count, label });
      const counts = new Array(27).fill(0);
      for (let n = 0; n < count; n++) {
        counts[9 * drawn[3 * n] + 3 * drawn[3 * n + 1] + drawn[3 * n + 2]]++;
      }
      // Classes that are expected fewer than 5 times are put together.
      let [chi, few, fewDrawn, classes] = [0, 0, 0, 0];
      p.forEach((q, i) => {
        if (q * count < 5) [few, fewDrawn] = [few + q * count, fewDrawn + counts[i]];
        else [chi, classes] = [chi + (counts[i] - q * count) ** 2 / (q * count), classes + 1];
      });
      if (few > 0) [chi, classes] = [chi + (fewDrawn - few) ** 2 / Math.max(few, 1), classes + 1];
      const freedom = classes - 1;
      // Mean and five standard deviations of χ².
      if (!(chi < freedom + 5 * Math.sqrt(2 * freedom) + 5)) {
        throw new Error(
          `χ² ${chi} of ${freedom}`,
        );
      }
    },
  },
);

law("a sample depends on its row's number alone, not on the batch", {
  source: "definition",
  given: { seed: fc.integer({ min: 1, max: 1e6 }), first: fc.integer({ min: 1, max: 7 }) },
  cases: 10,
  holds: async ({ seed, first }) => {
    const setting = settingOf(1, false);
    const all = await draws(seed, setting, { count: 8 });
    assertEquals(await draws(seed, setting, { count: 8 - first, first }), all.slice(3 * first));
  },
});
