import { assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { UsageError } from "../../../../src/base/mod.ts";
import type { Factor } from "../../../../src/data/mod.ts";
import { disposeTree } from "../../../../src/engine/tree.ts";
import type { TensorRecord } from "../../../../src/families/family.ts";
import type { Setting, State } from "../../../../src/families/language/model.ts";
import { pairwiseLoss } from "../../../../src/families/language/objectives/reward/bradley_terry.ts";
import { judged } from "../../../../src/families/language/objectives/reward/head.ts";
import {
  attributesOf,
  sharesOf,
  valuesOf,
} from "../../../../src/families/language/objectives/reward/scales.ts";
import { objectiveOf } from "../../../../src/families/language/objectives/table.ts";
import { compilePrograms, sampleContext } from "../../../../src/run/model/programs.ts";
import { key, read } from "../../../families/small.ts";
import { engine, normals, values } from "../../../families/on_engine.ts";
import {
  drawnPairs,
  drawnTokens,
  pairInputs,
  scoredRows,
} from "../../../families/language/pairs.ts";
import {
  integers,
  modelOf,
  parametersOf,
  settingOf,
  tokensOf,
} from "../../../families/language/small.ts";
import { close, float32, law } from "../../../law.ts";

const seed = fc.nat(1000);
const reward = fc.integer({ min: -40, max: 40 }).map((n) => n / 4);
const number = (name: string, minimum: number, maximum: number) =>
  ({ name, kind: "number", unit: "", minimum, maximum }) as const satisfies Factor;
const FACTORS = [
  { name: "language", kind: "class", classes: ["en"] },
  number("helpful", 0, 4),
  number("verbose", -1, 3),
] as const satisfies readonly Factor[];

const losses = (rewards: readonly (readonly [number, number])[], centring = 0) =>
  values(() =>
    pairwiseLoss({
      chosen_B: tf.tensor1d(rewards.map(([c]) => c)),
      rejected_B: tf.tensor1d(rewards.map(([, r]) => r)),
    }, { centring })
  );

law(
  "Bradley–Terry: a constant on both rewards changes nothing, and both orders' probabilities add up to one",
  {
    source: "Bradley & Terry 1952",
    given: { c: reward, r: reward, by: fc.integer({ min: -16, max: 16 }) },
    kills: ["rewards-of-the-wrong-order"],
    holds: async ({ c, r, by }) => {
      const [own, shifted, turned] = await losses([[c, r], [c + by, r + by], [r, c]]);
      close(shifted, own, 0, "shifted");
      close(Math.exp(-own) + Math.exp(-turned), 1, 1e-6, "probabilities");
      close(
        own,
        c > r
          ? Math.log1p(Math.exp(r - c))
          : c - r === 0
          ? Math.log(2)
          : r - c + Math.log1p(Math.exp(c - r)),
        4e-6 * Math.max(1, Math.abs(c - r)),
        "loss",
      );
      const [free, held] = [own, (await losses([[c, r]], 0.5))[0]];
      close(held - free, 0.5 * (c + r) ** 2, 1e-5 * Math.max(1, (c + r) ** 2), "centring");
    },
  },
);

/** A judge with every number awake. */
function judgeOf(setting: Setting, model: number, attributes = 1) {
  const { width } = setting.shape;
  return {
    params: parametersOf(setting.shape, model),
    head: {
      weight: tf.tensor2d(normals(model, width * attributes, 0.5), [width, attributes]),
      ...(attributes > 1 && { bias: tf.tensor1d(normals(model + 1, attributes)) }),
    },
  };
}

law("a text is judged at its last token: what pads its row changes nothing, its own tokens do", {
  source: "definition; Ouyang et al. 2022 (arXiv:2203.02155), section 3.5",
  given: { seed, length: fc.integer({ min: 1, max: 8 }), wider: fc.integer({ min: 0, max: 4 }) },
  cases: 16,
  kills: ["judged-on-padding", "judged-a-token-early"],
  holds: async ({ seed, length, wider }) => {
    const setting = settingOf({ context: 12 }), row = tokensOf(seed, [1, length]);
    const of = (tokens: ArrayLike<number>, columns: number) =>
      values(() => {
        const padded = new Int32Array(columns).fill(-1);
        padded.set(Array.from(tokens));
        return judged(judgeOf(setting, seed), integers(padded, [1, columns]), setting);
      });
    const [bare] = await of(row, length), [padded] = await of(row, length + wider);
    close(padded, bare, float32(100, 4), "padded");
    const other = Int32Array.from(row);
    other[length - 1] = (row[length - 1] + 1) % 6;
    const [changed] = await of(other, length + wider);
    if (Math.abs(changed - bare) < 1e-6) throw new Error("the last token changes nothing");
  },
});

law("attributes are learnt as shares of their ranges, and said in their own units", {
  source: "Wang et al. 2023 (arXiv:2311.09528)",
  given: { helpful: fc.integer({ min: 0, max: 4 }), verbose: fc.integer({ min: -1, max: 3 }) },
  cases: 25,
  kills: ["attributes-without-their-least"],
  holds: async ({ helpful, verbose }) => {
    const attributes = attributesOf(FACTORS);
    assertEquals(attributes.map(({ name }) => name), ["helpful", "verbose"]);
    const labels = () => ({ helpful: tf.tensor1d([helpful]), verbose: tf.tensor1d([verbose]) });
    const shares = await values(() => sharesOf(labels(), attributes));
    assertEquals(shares, [helpful / 4, (verbose + 1) / 4]);
    assertEquals(await values(() => valuesOf(sharesOf(labels(), attributes), attributes)), [
      helpful,
      verbose,
    ]);
  },
});

/** Inputs of dialogues with attributes. */
function judgedInputs(seed: number, count: number, setting: Setting): TensorRecord {
  const rows = Array.from({ length: count }, (_, i) => ({
    prompt: drawnTokens(seed + i, 1 + i % 3),
    answer: drawnTokens(seed + i + 50, 1 + (i + seed) % 3),
  }));
  const labels = {
    helpful: tf.tensor1d(rows.map((_, i) => (i + seed) % 5)),
    verbose: tf.tensor1d(rows.map((_, i) => (2 * i + seed) % 5 - 1)),
  };
  return { ...scoredRows(rows, setting), labels };
}

law(
  "attributes: the loss is the mean square of shares, errors and biases are in the data's units",
  {
    source: "definition",
    given: { seed },
    cases: 8,
    holds: async ({ seed }) => {
      const attributes = attributesOf(FACTORS);
      const setting = { ...settingOf({ objective: "attributes" }), attributes };
      const { sums, count } = objectiveOf(setting.config);
      const tree = tf.tidy(() => {
        const inputs = judgedInputs(seed, 3, setting), judge = judgeOf(setting, seed, 2);
        const state = judge as unknown as State;
        const { loss, aux } = sums(judge, inputs, {
          state,
          setting,
          key: key("none"),
          whole: inputs,
        });
        const said = valuesOf(judged(judge, inputs.tokens_BT as tf.Tensor2D, setting), attributes);
        const labels = inputs.labels as unknown as Record<string, tf.Tensor1D>;
        const known = tf.stack([labels.helpful, labels.verbose], 1);
        const off = tf.sub(said, known);
        return {
          loss: tf.div(loss, count(inputs)),
          wanted: tf.mean(tf.square(tf.div(off, 4))),
          bias: tf.div(aux!.helpful_bias, 3),
          wantedBias: tf.mean(tf.slice(off, [0, 0], [3, 1])),
          error: tf.div(aux!.verbose_error, 3),
          wantedError: tf.mean(tf.abs(tf.slice(off, [0, 1], [3, 1]))),
        } as unknown as tf.TensorContainer;
      }) as unknown as TensorRecord;
      const told = await read(tree);
      disposeTree(tree);
      for (
        const [one, other] of [["loss", "wanted"], ["bias", "wantedBias"], ["error", "wantedError"]]
      ) {
        const [own, wanted] = [told.get(one)![0], told.get(other)![0]];
        close(own, wanted, 1e-4 * Math.max(1, Math.abs(wanted)), one);
      }
    },
  },
);

for (const objective of ["reward", "attributes"] as const) {
  Deno.test(`${objective}: training lowers the loss, in parts as in the whole; the judge says what was learnt`, async () => {
    const attributes = objective === "attributes" ? { attributes: attributesOf(FACTORS) } : {};
    const small = { objective, optimiser: "adam", warmup: 0, learningRate: 0.02 } as const;
    const setting = { ...settingOf({ ...small, context: 10 }), ...attributes };
    const halves = { ...setting, config: { ...setting.config, microBatches: 2 } };
    const inputs = objective === "reward"
      ? pairInputs(drawnPairs(3, 4), setting)
      : judgedInputs(3, 4, setting);
    const trained = async (own: Setting, steps: number) => {
      const { model, programs } = modelOf(own, 40, 4), series: Map<string, number[]>[] = [];
      let state = tf.tidy(() => model.init(key("init")) as tf.TensorContainer) as TensorRecord;
      for (let i = 0; i < steps; i++) {
        for (const name of model.driver.schedule!(i)) {
          const [next, outputs] = programs.step(name, state, { inputs, key: key(name, i) });
          state = next;
          if (name === "train") series.push(await read(outputs));
          disposeTree(outputs);
        }
      }
      return { model, state, series };
    };
    const { model, state, series } = await trained(setting, 60);
    const [first, last] = [series[0].get("loss")![0], series.at(-1)!.get("loss")![0]];
    if (!(last < 0.3 * first)) throw new Error(`loss went from ${first} to ${last}`);
    if (objective === "reward") close(first, Math.log(2), 1e-6, "the loss of a head of zeros");
    const parts = await trained(halves, 1);
    for (const [name, [value]] of series[0]) {
      close(parts.series[0].get(name)![0], value, 2e-5 * Math.max(1, Math.abs(value)), name);
    }
    assertEquals(model.capabilities, {
      likelihood: "none",
      latent: "none",
      reconstructs: false,
      samples: false,
    });
    const programs = compilePrograms(engine, model, { label: "test" });
    const judge = model.driver.judge!(state, {
      ...sampleContext(engine, programs),
      read: (tensor) => engine.read(tensor),
      key: () => key("judge"),
    });
    assertEquals(judge.attributes, objective === "reward" ? ["reward"] : ["helpful", "verbose"]);
    const tokens = await engine.read(inputs.tokens_BT as tf.Tensor);
    const rows = Array.from({ length: 4 }, (_, i) => {
      const row = Int32Array.from(tokens.subarray(11 * i, 11 * (i + 1)));
      return row.subarray(0, row.indexOf(-1));
    });
    const before = engine.memory().tensors;
    const said = await judge.judge(rows);
    assertEquals(engine.memory().tensors, before);
    const size = judge.attributes.length;
    for (const [i, row] of rows.entries()) {
      const alone = await judge.judge([row]);
      assertEquals(Array.from(alone), Array.from(said.subarray(size * i, size * (i + 1))));
    }
    if (objective === "attributes") {
      const helpful = [3, 4, 0, 1];
      helpful.forEach((value, i) => close(said[size * i], value, 0.8, `helpful of row ${i}`));
    }
  });
}

Deno.test("attributes: data without numbers, or without one that is asked for, are refused", () => {
  assertThrows(() => attributesOf([FACTORS[0]]), UsageError, "these data have none");
  assertThrows(
    () => attributesOf(FACTORS, { attributes: ["polite"] }),
    UsageError,
    "`polite` was asked for, and these data have helpful, verbose",
  );
  assertEquals(attributesOf(FACTORS, { attributes: ["verbose"] }).map(({ name }) => name), [
    "verbose",
  ]);
});
