import { assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import type { DecoderParameters } from "../../../../src/backbones/mod.ts";
import { disposeTree, leaves } from "../../../../src/engine/tree.ts";
import type { TensorRecord } from "../../../../src/families/family.ts";
import type { Config } from "../../../../src/families/language/config.ts";
import type { Setting, State } from "../../../../src/families/language/model.ts";
import { exchanged } from "../../../../src/families/language/objectives/preference/exchange.ts";
import {
  preferenceLosses,
  type PreferenceName,
} from "../../../../src/families/language/objectives/preference/losses.ts";
import {
  referenceOf,
  referenceProgram,
} from "../../../../src/families/language/objectives/preference/reference.ts";
import { answerScores, answerTokens } from "../../../../src/families/language/objectives/rows.ts";
import { objectiveOf } from "../../../../src/families/language/objectives/table.ts";
import { key, read } from "../../../families/small.ts";
import { values } from "../../../families/on_engine.ts";
import {
  drawnPairs,
  type Exchange,
  type Pair,
  pairInputs,
  scoredRows,
} from "../../../families/language/pairs.ts";
import { modelOf, parametersOf, settingOf } from "../../../families/language/small.ts";
import { close, float32, law } from "../../../law.ts";

const seed = fc.nat(1000);
const referenced = (Object.keys(preferenceLosses) as PreferenceName[])
  .filter((name) => preferenceLosses[name].reference);

/** What `reference` says of pairs, by weights. */
function referenceOfPairs(params: DecoderParameters, inputs: TensorRecord, setting: Setting) {
  const [, outputs] = referenceProgram(setting)({ params }, inputs, key("none"));
  return outputs.log_B2 as tf.Tensor2D;
}

/** Loss and told sums of pairs, by a policy and a reference. */
async function toldOf(
  config: Partial<Config>,
  pairs: readonly Pair[],
  { policy, reference }: { readonly policy: number; readonly reference: number },
): Promise<{ loss: number; told: Map<string, number[]> }> {
  const setting = settingOf(config), { sums, count } = objectiveOf(setting.config);
  const tree = tf.tidy(() => {
    const inputs = pairInputs(pairs, setting);
    const params = parametersOf(setting.shape, policy);
    const other = parametersOf(setting.shape, reference);
    const frozen = { log_N2: referenceOfPairs(other, inputs, setting), params: other };
    const state = { params, frozen } as unknown as State;
    const context = { state, setting, key: key("none"), whole: inputs };
    const { loss, aux } = sums({ params }, inputs, context);
    const mean = (x: tf.Scalar) => tf.div(x, count(inputs));
    return {
      loss: mean(loss),
      ...Object.fromEntries(Object.entries(aux!).map(([name, told]) => [name, mean(told)])),
    } as unknown as tf.TensorContainer;
  }) as unknown as TensorRecord;
  const told = await read(tree);
  disposeTree(tree);
  return { loss: told.get("loss")![0], told };
}

/** Losses where policy and reference are one model. */
const atReference: Readonly<Partial<Record<PreferenceName, number>>> = {
  dpo: Math.log(2),
  ipo: 25,
  hinge: 1,
  robust: Math.log(2),
  nca_pair: 2 * Math.log(2),
  sppo_hard: 50,
  apo_zero: 1,
  apo_down: 1,
  kto: 0.5,
};

law("a policy that is its reference has the loss of no difference, whatever the pairs", {
  source: "Rafailov et al. 2023 (arXiv:2305.18290): log 2; the other papers' likewise at c = r = 0",
  given: { seed, name: fc.constantFrom(...referenced.filter((n) => atReference[n] !== undefined)) },
  cases: 20,
  kills: ["preference-without-reference", "reference-sides-exchanged"],
  holds: async ({ seed, name }) => {
    const pairs = drawnPairs(seed, 3);
    const { loss, told } = await toldOf({ objective: name }, pairs, {
      policy: seed,
      reference: seed,
    });
    close(loss, atReference[name]!, 2e-6 * Math.max(1, atReference[name]!), name);
    close(told.get("margin")![0], 0, 2e-6, "margin");
  },
});

law(
  "rewards are β times what the policy says beyond its reference, by sums or means over answers",
  {
    source: "Rafailov et al. 2023, eq. 5",
    given: { seed, mean: fc.boolean() },
    cases: 8,
    kills: ["preference-sums-in-place-of-means", "preference-without-reference"],
    holds: async ({ seed, mean }) => {
      const pairs = drawnPairs(seed, 4), setting = settingOf();
      const models = { policy: seed, reference: seed + 1 };
      const { loss, told } = await toldOf(
        { objective: "dpo", preference: { beta: 0.5, mean } },
        pairs,
        models,
      );
      const of = async (side: "chosen" | "rejected", model: number) => {
        const exchanges = pairs.map((pair): Exchange => ({
          prompt: pair.prompt,
          answer: pair[side],
        }));
        const logs = await values(() =>
          answerScores(parametersOf(setting.shape, model), scoredRows(exchanges, setting), setting)
            .log_B
        );
        return logs.map((log, i) => mean ? log / pairs[i][side].length : log);
      };
      const rewards = async (side: "chosen" | "rejected") => {
        const [own, other] = [await of(side, seed), await of(side, seed + 1)];
        return own.map((log, i) => 0.5 * (log - other[i]));
      };
      const [chosen, rejected] = [await rewards("chosen"), await rewards("rejected")];
      const average = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0) / xs.length;
      close(told.get("reward_chosen")![0], average(chosen), 1e-4, "chosen");
      close(told.get("reward_rejected")![0], average(rejected), 1e-4, "rejected");
      const margins = chosen.map((c, i) => c - rejected[i]);
      close(told.get("margin")![0], average(margins), 1e-4, "margin");
      assertEquals(told.get("accuracy")![0], average(margins.map((m) => m > 0 ? 1 : 0)));
      close(loss, average(margins.map((m) => Math.log1p(Math.exp(-m)))), 1e-4, "loss");
    },
  },
);

law("what the reference said is looked up by the numbers of pairs", {
  source: "definition",
  given: { numbers: fc.array(fc.nat(9), { minLength: 1, maxLength: 6 }) },
  cases: 20,
  kills: ["reference-by-place-in-the-batch"],
  holds: async ({ numbers }) => {
    const said = Array.from({ length: 10 }, (_, i) => [i, -i - 0.5]);
    const found = await values(() => {
      const { chosen_B, rejected_B } = referenceOf(
        { log_N2: tf.tensor2d(said) },
        tf.tensor1d(numbers),
      );
      return tf.concat([chosen_B, rejected_B]);
    });
    assertEquals(found, [...numbers, ...numbers.map((n) => -n - 0.5)]);
  },
});

law("answers to other prompts: each prompt with the answer of the row before it", {
  source: "Ethayarajh et al. 2024 (arXiv:2402.01306), section 4.2",
  given: {
    rows: fc.array(
      fc.record({
        prompt: fc.array(fc.nat(5), { minLength: 0, maxLength: 4 }),
        answer: fc.array(fc.nat(5), { minLength: 1, maxLength: 4 }),
      }),
      { minLength: 1, maxLength: 5 },
    ),
  },
  kills: ["kto-own-answers", "kto-answers-from-the-row's-begin"],
  holds: async ({ rows }) => {
    const setting = settingOf(), columns = setting.shape.context + 1;
    const other = rows.map(({ prompt }, i) => ({
      prompt,
      answer: rows[(i + rows.length - 1) % rows.length].answer,
    }));
    const both = (make: () => { tokens_BT: tf.Tensor2D; scored_BT: tf.Tensor2D }) =>
      values(() => {
        const { tokens_BT, scored_BT } = make();
        return tf.concat([tokens_BT, scored_BT]);
      });
    const found = await both(() => exchanged(scoredRows(rows, setting)));
    const wanted = await both(() => scoredRows(other, setting));
    assertEquals(found.length, 2 * rows.length * columns);
    assertEquals(found, wanted);
  },
});

law("KTO's divergence is the mean log-ratio of answers to other prompts, and not below 0", {
  source: "Ethayarajh et al. 2024 (arXiv:2402.01306), section 4.2",
  given: { seed },
  cases: 8,
  kills: ["kto-own-answers"],
  holds: async ({ seed }) => {
    const pairs = drawnPairs(seed, 3), setting = settingOf();
    const { told } = await toldOf({ objective: "kto" }, pairs, {
      policy: seed,
      reference: seed + 1,
    });
    const all = [
      ...pairs.map(({ prompt, chosen }) => ({ prompt, answer: chosen })),
      ...pairs.map(({ prompt, rejected }) => ({ prompt, answer: rejected })),
    ];
    const rows = all.map(({ prompt }, i) => ({
      prompt,
      answer: all[(i + all.length - 1) % all.length].answer,
    }));
    const of = (model: number) =>
      values(() =>
        answerScores(parametersOf(setting.shape, model), scoredRows(rows, setting), setting).log_B
      );
    const [own, other] = [await of(seed), await of(seed + 1)];
    const mean = own.reduce((sum, log, i) => sum + log - other[i], 0) / own.length;
    close(told.get("divergence")![0], Math.max(0, mean), 1e-4, "divergence");
  },
});

law("an answer's score hangs on its own row alone, up to its end", {
  source: "definition",
  given: { seed },
  cases: 8,
  holds: async ({ seed }) => {
    const pairs = drawnPairs(seed, 3), setting = settingOf();
    const rows = pairs.map(({ prompt, chosen }) => ({ prompt, answer: chosen }));
    const of = (some: readonly Exchange[]) =>
      values(() => {
        const scored = scoredRows(some, setting);
        const { log_B } = answerScores(parametersOf(setting.shape, seed), scored, setting);
        return tf.concat([log_B, answerTokens(scored)]);
      });
    const together = await of(rows);
    for (const [i, row] of rows.entries()) {
      const [log, tokens] = await of([row]);
      close(log, together[i], float32(100, 8), `row ${i}`);
      assertEquals([tokens, together[3 + i]], [row.answer.length, row.answer.length]);
    }
  },
});

/** A step of training on pairs: its scalars, and the parameters after it. */
async function step(setting: Setting, pairs: readonly Pair[]) {
  const { model, programs } = modelOf(setting, 40, pairs.length);
  let state = tf.tidy(() => model.init(key("init")) as tf.TensorContainer) as TensorRecord;
  let scalars = new Map<string, number[]>();
  const inputs = pairInputs(pairs, setting);
  for (const name of model.driver.schedule!(0)) {
    const [next, outputs] = programs.step(name, state, { inputs, key: key(name) });
    state = next;
    scalars = await read(outputs);
  }
  return { scalars, params: await read((state as unknown as State).params) };
}

law("pairs in parts are the whole batch, whatever the lengths of answers in its parts", {
  source: "definition",
  given: {
    seed,
    // KTO's divergence is each part's own.
    name: fc.constantFrom<PreferenceName>("dpo", "ipo", "orpo", "cpo", "simpo"),
  },
  cases: 10,
  kills: ["micro-batches-averaged", "likelihood-by-part"],
  holds: async ({ seed, name }) => {
    const whole = settingOf({ optimiser: "adam", objective: name, warmup: 0 });
    const parts = { ...whole, config: { ...whole.config, microBatches: 2 } };
    const pairs = drawnPairs(seed, 4, { answers: [1, 4, 4, 1, 2, 3] });
    const [one, many] = [await step(whole, pairs), await step(parts, pairs)];
    assertEquals([...one.scalars.keys()].sort(), [...many.scalars.keys()].sort());
    assertEquals(one.scalars.get("pairs"), [4]);
    for (const [scalar, [value]] of one.scalars) {
      close(many.scalars.get(scalar)![0], value, 2e-5 * Math.max(1, Math.abs(value)), scalar);
    }
  },
});

law("a step of DPO raises what it is given as chosen over what it is given as rejected", {
  source: "Rafailov et al. 2023, eq. 7",
  given: { seed },
  cases: 4,
  kills: ["preference-sign-of-difference"],
  holds: async ({ seed }) => {
    const setting = settingOf({
      optimiser: "adam",
      objective: "dpo",
      warmup: 0,
      learningRate: 1e-3,
    });
    const pairs = drawnPairs(seed, 2), { model, programs } = modelOf(setting, 40, 2);
    const state = tf.tidy(() => model.init(key("init")) as tf.TensorContainer) as TensorRecord;
    const inputs = pairInputs(pairs, setting);
    const margins: number[] = [];
    let now = state;
    for (let i = 0; i < 3; i++) {
      const [next, outputs] = programs.step("train", now, { inputs, key: key("train") });
      now = next;
      margins.push((await read(outputs)).get("margin")![0]);
    }
    assertEquals(leaves(now).length, leaves(state).length);
    if (!(margins[2] > margins[0])) throw new Error(`margins ${margins}`);
  },
});
