import { assertEquals } from "@std/assert";
import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import { mapTree, type TensorTree } from "../../../src/engine/tree.ts";
import { config } from "../../../src/families/autoregressive/config.ts";
import {
  initPrior,
  priorLoss,
  type PriorSetting,
  scaleLogits,
} from "../../../src/families/autoregressive/scales/prior.ts";
import {
  codesOf,
  decompose,
  down,
  placesOf,
  type Scale,
  scalesOf,
  spanOf,
  sumsOf,
  up,
} from "../../../src/families/autoregressive/scales/pyramid.ts";
import { scalePrograms } from "../../../src/families/autoregressive/scales/sample.ts";
import type { ScaleSetting, State } from "../../../src/families/autoregressive/scales/train.ts";
import { hostIntegers, hostKey } from "../../../src/random/host/host.ts";
import { normal } from "../../../src/random/key.ts";
import { close, float32, law } from "../../law.ts";
import { key, rows } from "../../families/small.ts";
import { value, values } from "../../families/on_engine.ts";

const side = fc.integer({ min: 1, max: 7 });
const D = 2;

/** Tables of K vectors a scale, 0 the last of each. */
function tables(seed: number, { scales, codes }: { scales: number; codes: number }): tf.Tensor2D[] {
  return Array.from({ length: scales }, (_, s) => {
    const drawn = normal(key("table", seed, s), [codes - 1, D]);
    return tf.concat([drawn, tf.zeros([1, D])], 0) as tf.Tensor2D;
  });
}

law("going down takes means of cells, and what went up comes down as it was", {
  source: "definition",
  given: { height: side, width: side, count: fc.integer({ min: 1, max: 4 }), seed: fc.nat(1000) },
  cases: 40,
  kills: ["cells-not-averaged", "places-mixed"],
  holds: async ({ height, width, count, seed }) => {
    const finest: Scale = { height, width };
    for (const scale of scalesOf(finest, count)) {
      const shape: [number, number, number] = [2, placesOf(scale), D];
      const before = await values(() => normal(key("x", seed), shape));
      const after = await values(() =>
        down(up(normal(key("x", seed), shape), scale, finest), scale, finest)
      );
      after.forEach((v, i) => close(v, before[i], float32(16, 4), "cell"));
      // Cell (y, x) is the mean of the places that fall into it, by rows and columns.
      const wideData = await values(() => normal(key("y", seed), [1, height * width, D]));
      const cells = await values(() =>
        down(normal(key("y", seed), [1, height * width, D]) as tf.Tensor3D, scale, finest)
      );
      for (let y = 0; y < scale.height; y++) {
        for (let x = 0; x < scale.width; x++) {
          const own = Array.from({ length: height * width }, (_, m) => m).filter((m) =>
            Math.floor(Math.floor(m / width) * scale.height / height) === y &&
            Math.floor((m % width) * scale.width / width) === x
          );
          const mean = own.reduce((sum, m) => sum + wideData[m * D], 0) / own.length;
          close(cells[(y * scale.width + x) * D], mean, float32(64, 4), `cell ${y}, ${x}`);
        }
      }
      // The mean of all places stays.
      const wide: [number, number, number] = [2, height * width, D];
      const means = await values(() => {
        const x = normal(key("y", seed), wide) as tf.Tensor3D;
        const back = up(down(x, scale, finest), scale, finest);
        return tf.stack([tf.mean(x, 1), tf.mean(back, 1)]);
      });
      const half = means.length / 2;
      for (let i = 0; i < half; i++) close(means[i], means[half + i], float32(64, 4), "mean");
    }
  },
});

law("what is left over never grows from scale to scale where each codebook holds 0", {
  source: "INVARIANTS: residual quantisation; Tian et al. 2024, algorithm 1",
  given: { height: side, width: side, count: fc.integer({ min: 1, max: 4 }), seed: fc.nat(1000) },
  cases: 40,
  kills: ["scale-quantises-the-whole", "scale-of-the-wrong-table"],
  holds: async ({ height, width, count, seed }) => {
    const scales = scalesOf({ height, width }, count);
    const errors = await values(() => {
      const z_BMD = normal(key("z", seed), [2, height * width, D]) as tf.Tensor3D;
      const own = tables(seed, { scales: count, codes: 5 });
      const parts = decompose(z_BMD, own, scales);
      const codes_BT = codesOf(parts, 2);
      assertEquals(codes_BT.shape, [2, spanOf(scales, count - 1).to]);
      const sums = sumsOf(codes_BT, own, scales);
      const error = (sum: tf.Tensor) => tf.sum(tf.squaredDifference(z_BMD, sum));
      const same = tf.sum(tf.abs(tf.sub(sums[count - 1], parts.sum_BMD)));
      return tf.stack([same, tf.sum(tf.square(z_BMD)), ...sums.map(error)]);
    });
    const [same, ...falling] = errors;
    assertEquals(same, 0);
    falling.slice(1).forEach((error, s) => {
      if (error > falling[s] + float32(64, falling[0])) {
        throw new Error(`scale ${s}: ${falling[s]} became ${error}`);
      }
    });
  },
});

const small = { form: "scales", width: 8, heads: 2, layers: 2, codes: 4, codeLength: D };

function settingOf(scales: Scale[], codes = 4): PriorSetting {
  return {
    config: config.parse({ ...small, codes, scales: scales.length }),
    scales,
    conditions: [],
  };
}

function awake<T extends TensorTree>(tree: T, seed: number): T {
  return mapTree(
    tree,
    (leaf, path) => tf.add(leaf, tf.mul(normal(key("wake", seed, path), leaf.shape), 0.4)),
  ) as unknown as T;
}

const threeScales = scalesOf({ height: 3, width: 4 }, 3);

law("codes of a scale depend on every code of the coarser scales and on no other", {
  source: "Tian et al. 2024, eq. 5",
  given: { seed: fc.nat(1000) },
  cases: 3,
  kills: ["finer-scales-seen", "scale-given-its-own-sum", "own-scale-unseen"],
  holds: async ({ seed }) => {
    const setting = settingOf(threeScales);
    const { to: T } = spanOf(threeScales, 2);
    const codes = Array.from(hostIntegers(hostKey(seed, "codes"), T, 4));
    const logits = (changed?: number) =>
      values(() => {
        const own = codes.map((k, t) => t === changed ? (k + 1) % 4 : k);
        const known = {
          codes_BT: tf.tensor2d([own], [1, T], "int32"),
          tables: tables(seed, { scales: 3, codes: 4 }),
          batch: 1,
        };
        const prior = awake(initPrior(key("prior", seed), setting), seed);
        return tf.concat(scaleLogits(prior, known, { s: 2, setting }), 1);
      });
    const before = await logits();
    const scaleOf = (t: number) => threeScales.findIndex((_, s) => t < spanOf(threeScales, s).to);
    for (let source = 0; source < T; source++) {
      const after = await logits(source);
      for (let target = 0; target < T; target++) {
        const differs = [0, 1, 2, 3].some((k) => before[4 * target + k] !== after[4 * target + k]);
        if (differs !== scaleOf(source) < scaleOf(target)) {
          throw new Error(`code ${source} ${differs ? "reaches" : "doesn't reach"} ${target}`);
        }
      }
    }
    // Places of one scale hear of each other's inputs: without that the first scale's place alone
    // would have to tell them what is coarser.
    const own = await ownScaleSlopes(setting, seed);
    if (own.some((slope) => slope === 0)) throw new Error("a place doesn't see its own scale");
  },
});

/** |∂ what place 3 of the second scale sees / ∂ positions of places of that scale|. */
async function ownScaleSlopes(setting: PriorSetting, seed: number): Promise<number[]> {
  const { from, to } = spanOf(threeScales, 1);
  const slopes = await values(() => {
    const prior = awake(initPrior(key("prior", seed), setting), seed);
    const known = {
      codes_BT: tf.zeros([1, 1], "int32") as tf.Tensor2D,
      tables: tables(seed, { scales: 3, codes: 4 }),
      batch: 1,
    };
    const f = (weight: tf.Tensor) => {
      const own = { ...prior, positions: { weight: weight as tf.Tensor2D } };
      const second = scaleLogits(own, known, { s: 1, setting })[1];
      return tf.sum(tf.slice(second, [0, 3, 0], [1, 1, 1]));
    };
    return tf.sum(tf.abs(tf.grad(f)(prior.positions.weight)), 1);
  });
  return slopes.slice(from, to);
}

law("telling a picture scale by scale is the start of telling it at once", {
  source: "definition",
  given: { seed: fc.nat(1000) },
  cases: 4,
  kills: ["finer-scales-seen"],
  holds: async ({ seed }) => {
    const setting = settingOf(threeScales);
    const { to: T } = spanOf(threeScales, 2);
    const codes = Int32Array.from(hostIntegers(hostKey(seed, "codes"), 2 * T, 4));
    const run = (s: number, scale: number) =>
      values(() => {
        const prior = awake(initPrior(key("prior", seed), setting), seed);
        const codes_BT = tf.slice(tf.tensor2d(codes, [2, T], "int32"), [0, 0], [
          2,
          s === 0 ? 1 : spanOf(threeScales, s - 1).to,
        ]);
        const known = { codes_BT, tables: tables(seed, { scales: 3, codes: 4 }), batch: 2 };
        return scaleLogits(prior, known, { s, setting })[scale];
      });
    for (const scale of [0, 1]) {
      const [alone, whole] = [await run(scale, scale), await run(2, scale)];
      alone.forEach((v, i) => close(v, whole[i], float32(64, 8), `logit ${i} of scale ${scale}`));
    }
  },
});

Deno.test("a fresh prior finds all codes alike: its loss is ln K", async () => {
  const setting = settingOf(threeScales);
  const { to: T } = spanOf(threeScales, 2);
  const loss = await value(() =>
    priorLoss(initPrior(key("prior"), setting), {
      codes_BT: tf.ones([2, T], "int32") as tf.Tensor2D,
      tables: tables(1, { scales: 3, codes: 4 }),
      batch: 2,
    }, setting)
  );
  close(loss, Math.log(4), float32(16, 2));
});

law("codes are drawn scale by scale with the probabilities that the prior says (χ²)", {
  source: "definition",
  given: { seed: fc.nat(1000) },
  cases: 2,
  kills: ["places-drawn-alike"],
  holds: async ({ seed }) => {
    const N = 800;
    const scales = scalesOf({ height: 2, width: 2 }, 2);
    const { config: own, conditions } = settingOf(scales, 2);
    const setting: ScaleSetting = {
      config: own,
      scales,
      conditions,
      sample: { height: 16, width: 16, channels: 1 },
      steps: { networks: 1, prior: 1 },
    };
    const all = Array.from({ length: 32 }, (_, i) => [16, 8, 4, 2, 1].map((b) => (i & b) ? 1 : 0));
    const state = () => ({
      ema: { prior: awake(initPrior(key("prior", seed), setting), seed) },
      books: tables(seed, { scales: 2, codes: 2 }).map((vectors_KD) => ({ vectors_KD })),
    });
    const logP = await values(() => {
      const { ema, books } = state();
      const codes_BT = tf.tensor2d(all, [32, 5], "int32");
      const known = { codes_BT, tables: books.map((b) => b.vectors_KD), batch: 32 };
      const logits = tf.concat(scaleLogits(ema.prior, known, { s: 1, setting }), 1);
      const chosen = tf.cast(tf.oneHot(codes_BT, 2), "float32");
      return tf.sum(tf.mul(tf.logSoftmax(logits), chosen), [1, 2]);
    });
    close(logP.reduce((sum, l) => sum + Math.exp(l), 0), 1, float32(256), "sum");
    const programs = scalePrograms(setting);
    const drawn = await values(() => {
      const inputs = { rows_B: rows(N) };
      const own = state() as unknown as State;
      const [, first] = programs.scale_0(own, inputs, key("draw", seed));
      return programs.scale_1(own, { ...inputs, ...first }, key("draw", seed))[1]
        .codes_BT as tf.Tensor;
    });
    const seen = new Array<number>(32).fill(0);
    for (let n = 0; n < N; n++) {
      seen[drawn.slice(5 * n, 5 * n + 5).reduce((at, k) => 2 * at + k, 0)]++;
    }
    let [statistic, cells, rest, restSeen] = [0, 0, 0, 0];
    logP.forEach((l, i) => {
      const expected = N * Math.exp(l);
      if (expected < 6) {
        rest += expected;
        restSeen += seen[i];
      } else {
        statistic += (seen[i] - expected) ** 2 / expected;
        cells++;
      }
    });
    if (rest > 0) statistic += (restSeen - rest) ** 2 / Math.max(rest, 1);
    if (!(statistic < cells + 5 * Math.sqrt(2 * cells) + 6)) {
      throw new Error(`χ² of ${statistic} over ${cells} cells`);
    }
  },
});

law("scales draw apart: the first code of one says nothing of the first code of the next", {
  source: "definition",
  given: { seed: fc.nat(1000) },
  cases: 1,
  kills: ["scales-drawn-alike"],
  holds: async ({ seed }) => {
    const scales = scalesOf({ height: 2, width: 2 }, 2);
    const { config: own, conditions } = settingOf(scales, 2);
    const sample = { kind: "image" as const, height: 16, width: 16, channels: 1 as const };
    const steps = { networks: 1, prior: 1 };
    const setting: ScaleSetting = { config: own, scales, conditions, sample, steps };
    const programs = scalePrograms(setting);
    let alike = 0;
    const draws = 24;
    for (let i = 0; i < draws; i++) {
      const codes = await values(() => {
        // A fresh prior finds both codes alike everywhere.
        const state = {
          ema: { prior: initPrior(key("prior"), setting) },
          books: tables(seed, { scales: 2, codes: 2 }).map((vectors_KD) => ({ vectors_KD })),
        } as unknown as State;
        const inputs = { rows_B: rows(1) };
        const [, first] = programs.scale_0(state, inputs, key("draw", seed, i));
        return programs.scale_1(state, { ...inputs, ...first }, key("draw", seed, i))[1]
          .codes_BT as tf.Tensor;
      });
      if (codes[0] === codes[1]) alike++;
    }
    // 12 ± 2.4 of 24 where they are independent.
    if (alike < 1 || alike > 23) throw new Error(`${alike} of ${draws} are alike`);
  },
});

Deno.test("scales: coarse first, each with sides half the next one's", () => {
  assertEquals(scalesOf({ height: 8, width: 8 }, 4).map(({ height }) => height), [1, 2, 4, 8]);
  assertEquals(scalesOf({ height: 7, width: 10 }, 3), [
    { height: 2, width: 3 },
    { height: 4, width: 5 },
    { height: 7, width: 10 },
  ]);
});
