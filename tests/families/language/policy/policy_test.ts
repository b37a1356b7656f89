/** Policies that learn by what their own answers are worth: on the wasm engine, in seconds. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { DataError, UsageError } from "../../../../src/base/mod.ts";
import { disposeTree, leaves } from "../../../../src/engine/tree.ts";
import type { TensorRecord } from "../../../../src/families/family.ts";
import { type Config, config, language } from "../../../../src/families/language/mod.ts";
import { languageModel } from "../../../../src/families/language/family.ts";
import type { Setting, State } from "../../../../src/families/language/model.ts";
import { judgeSetting } from "../../../../src/families/language/outside/judge.ts";
import { said } from "../../../../src/families/language/objectives/policy/loss.ts";
import type { RollOut } from "../../../../src/families/language/objectives/policy/roll_out.ts";
import { compilePrograms } from "../../../../src/run/model/programs.ts";
import {
  answerOf,
  writeAnswers,
} from "../../../../src/families/language/objectives/policy/answers.ts";
import {
  type PolicyMethod,
  policyMethods,
  policyOf,
} from "../../../../src/families/language/objectives/policy/settings.ts";
import { worthOf } from "../../../../src/families/language/objectives/policy/worth.ts";
import { TEMPLATES } from "../../../../src/tokenizers/chat/mod.ts";
import { bytesTokenizer } from "../../../../src/tokenizers/mod.ts";
import { engine, values } from "../../on_engine.ts";
import { key, read, reloaded } from "../../small.ts";
import { begun, DIGITS, echoes, prompts, settingOf, stepContext, trained } from "./toy.ts";

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

const answers = { group: 8, answer: 3, truncated: 0.1, kl: { coefficient: 0.01 } };
const twice = { ...answers, passes: 2, miniBatches: 2 };
const learns: Record<PolicyMethod, Parameters<typeof settingOf>[0]> = {
  grpo: { learningRate: 0.01, policy: twice },
  rloo: { learningRate: 0.006, policy: twice },
  reinforce: { learningRate: 0.015, policy: answers },
  ppo: {
    learningRate: 0.01,
    policy: { ...twice, kl: { coefficient: 0.02, target: 2.5, gain: 0.5 } },
  },
};
const STEPS = 30;

/** ln of all that could be answered: what a policy can be from one that is uniform. */
const FARTHEST = 3 * Math.log(DIGITS + 1);

for (const method of policyMethods) {
  Deno.test(`policy: ${method} raises what the rule says, and stays near where it began`, async () => {
    const setting = settingOf({ objective: method, ...learns[method] });
    const before = engine.memory().tensors;
    const { state, columns } = await trained(setting, { to: STEPS, batch: 8 });
    assertEquals(engine.memory().tensors, before + leaves(state).length);
    disposeTree(state);
    const first = mean(columns.true_reward.slice(0, 5));
    const last = mean(columns.true_reward.slice(-5));
    assert(last > first + 0.4, `what the rule says went from ${first} to ${last}`);
    const nats = mean(columns.kl.slice(-5));
    assert(nats > 0.1 && nats < FARTHEST, `${nats} nats from the reference`);
    assert(columns.kl[0] < 1e-6, `${columns.kl[0]} nats from the reference at the start`);
    assertEquals(columns.answers, Array(STEPS).fill(method === "reinforce" ? 64 : 32));
    assert(columns.ended.at(-1)! > columns.ended[0], "answers learn to end");
    assert(columns.entropy.at(-1)! < columns.entropy[0], "entropy falls");
    for (const name of ["clip_share", "ended"]) {
      assert(columns[name].every((share) => share >= 0 && share <= 1), name);
    }
    assertEquals("value_loss" in columns, method === "ppo");
    // However often a step trains, the rate falls over all of them: to a tenth, in a line.
    const { learning_rate: rates } = columns, peak = setting.config.learningRate!;
    const middle = rates[STEPS / 2 - 1] / peak, end = rates[STEPS - 1] / peak;
    assert(Math.abs(middle - 0.55) < 0.04 && Math.abs(end - 0.1) < 0.04, `${middle}, ${end}`);
  });
}

Deno.test("policy: an adaptive weight of the divergence follows it, and is kept with the state", async () => {
  const far = settingOf({
    objective: "grpo",
    policy: { group: 4, answer: 3, kl: { coefficient: 0.5, target: 1e-3, gain: 1 } },
  });
  const { state, columns } = await trained(far, { to: 8 });
  const { kl_coefficient: weights, kl } = columns;
  assertEquals(weights[0], 0.5);
  for (let step = 1; step < 8; step++) {
    const error = Math.max(-0.2, Math.min(0.2, kl[step - 1] / 1e-3 - 1));
    const wanted = weights[step - 1] * (1 + error);
    assert(Math.abs(weights[step] - wanted) < 1e-5, `step ${step}: ${weights[step]}, ${wanted}`);
  }
  const { frozen } = state as State;
  const [kept] = await engine.read((frozen as { coefficient: tf.Scalar }).coefficient);
  assert(kept > weights[7], "the next step's is kept");
  disposeTree(state);
});

for (const method of ["grpo", "ppo"] as const) {
  Deno.test(`policy: a training of ${method} resumed is the uninterrupted one, bit for bit`, async () => {
    const setting = settingOf({ objective: method, ...learns[method] });
    const whole = await trained(setting, { to: 4 });
    const half = await trained(setting, { to: 2, of: 4 });
    const rest = await trained(setting, {
      from: 2,
      to: 4,
      state: await reloaded(half.state),
    });
    for (const [name, values] of Object.entries(rest.columns)) {
      assertEquals(values, whole.columns[name].slice(2), name);
    }
    assertEquals(await read(rest.state), await read(whole.state));
    for (const { state } of [whole, rest]) disposeTree(state);
  });
}

Deno.test("policy: where an adapter is trained its base is the reference, and no copy is held", async () => {
  const setting = settingOf({
    objective: "ppo",
    // A fresh head of its own says nothing, and would stay as it is.
    tied: true,
    adapter: { lora: { rank: 4 } } as Config["adapter"],
    learningRate: 0.05,
    policy: answers,
  });
  const { state: first, model, programs } = await begun(setting);
  const base = await read((first as State).params);
  disposeTree(first);
  const { state, columns } = await trained(setting, { to: 6, batch: 4 });
  assertEquals(Object.keys((state as State).frozen!), ["coefficient"]);
  assertEquals(await read((state as State).params), base);
  assert(columns.kl[0] < 1e-6 && columns.kl.at(-1)! > 1e-4, `${columns.kl}`);
  const batch = await prompts.read("train", [0, 1, 2]);
  const rows = await model.driver.collect!(state, batch, stepContext(programs, 6));
  const { old_BA, reference_BA } = rows as unknown as RollOut;
  const [own, other] = await Promise.all([old_BA, reference_BA].map((x) => engine.read(x)));
  assert(own.some((log, i) => Math.abs(log - other[i]) > 1e-3), "the policy has moved");
  disposeTree(rows);
  disposeTree(state);
});

Deno.test("policy: a batch in parts is the whole batch", async () => {
  const options = { ...learns.ppo, objective: "ppo" as const };
  const whole = await trained(settingOf(options), { to: 2 });
  const parts = await trained(settingOf({ ...options, microBatches: 2 }), { to: 2 });
  for (const name of ["loss", "reward", "value_loss", "clip_share", "gradient_norm"]) {
    parts.columns[name].forEach((value, step) => {
      const other = whole.columns[name][step];
      assert(Math.abs(value - other) < 1e-4, `${name} of step ${step}: ${value}, ${other}`);
    });
  }
  for (const { state } of [whole, parts]) disposeTree(state);
});

/** A step's answers to the first prompts, with a group's number changed. */
async function answersOf(state: TensorRecord, step: number, { count = 4, group = 4 } = {}) {
  const setting = settingOf({ objective: "grpo", policy: { group, answer: 3 } });
  const { programs, state: other } = await begun(setting);
  disposeTree(other);
  const context = stepContext(programs, step);
  const batch = await prompts.read("train", Array.from({ length: count }, (_, i) => i));
  const policy = policyOf("grpo", setting.config.policy, setting.shape);
  return await writeAnswers(state as State, batch, { context, setting, policy });
}

Deno.test("policy: draws hang on the step and the answer's number alone", async () => {
  const { state } = await begun(settingOf({ objective: "grpo", policy: { group: 4, answer: 3 } }));
  const whole = await answersOf(state, 3);
  assertEquals(await answersOf(state, 3), whole);
  assertEquals(await answersOf(state, 3, { count: 2 }), whole.slice(0, 8));
  const texts = (answers: typeof whole) => answers.map(({ tokens }) => tokens.join()).join(" ");
  assert(texts(await answersOf(state, 4)) !== texts(whole), "another step, other draws");
  assertEquals(whole.length, 16);
  for (const [i, { prompt, before, tokens, ended, text }] of whole.entries()) {
    assertEquals([prompt, ...before], [Math.floor(i / 4), DIGITS, Math.floor(i / 4) % DIGITS]);
    assert(tokens.length >= 1 && tokens.length <= 3);
    assertEquals(ended, tokens.at(-1) === DIGITS);
    assertEquals(text, Array.from(tokens).filter((token) => token < DIGITS).join(""));
  }
  assert(whole.some(({ ended }) => ended) && whole.some(({ ended }) => !ended));
  disposeTree(state);
});

Deno.test("policy: what it is said to have said of its answers is what scoring them says", async () => {
  const setting = settingOf({ objective: "ppo", policy: { group: 6, answer: 3 } });
  const { state: first } = await trained(setting, { to: 3 });
  const { model, programs, state: other } = await begun(setting);
  disposeTree(other);
  const context = stepContext(programs, 7);
  const batch = await prompts.read("train", [0, 1, 2]);
  const before = engine.memory().tensors;
  const rows = await model.driver.collect!(first, batch, context) as unknown as RollOut;
  const [tokens, starts, targets, old] = await Promise.all(
    [rows.tokens_BT, rows.first_B, rows.targets_BA, rows.old_BA].map((x) => engine.read(x)),
  );
  const reference = await engine.read(rows.reference_BA);
  const [count, width] = rows.targets_BA.shape, columns = rows.tokens_BT.shape[1];
  disposeTree(rows as TensorRecord);
  assertEquals(engine.memory().tensors, before);
  const whole = Array.from(
    { length: count },
    (_, i) =>
      Int32Array.from(tokens.slice(i * columns, (i + 1) * columns)).filter((token) => token >= 0),
  );
  const language = (state: TensorRecord) => model.driver.language!(state, context);
  const scored = await language(first).score(whole);
  const kept = await language({
    params: (first.frozen as { readonly reference: TensorRecord }).reference,
  }).score(whole);
  scored.forEach(({ logProbabilities }, i) => {
    const own = whole[i].slice(starts[i]);
    assertEquals(Array.from(targets.slice(i * width, (i + 1) * width)), [
      ...own,
      ...Array(width - own.length).fill(-1),
    ]);
    for (let t = 0; t < width; t++) {
      const there = t < own.length, at = starts[i] - 1 + t;
      const wanted = [logProbabilities, kept[i].logProbabilities].map((of) => there ? of[at] : 0);
      [old, reference].forEach((found, k) => {
        const off = Math.abs(found[i * width + t] - wanted[k]);
        assert(off < 1e-5, `answer ${i}, token ${t}: off by ${off}`);
      });
    }
  });
  assert(old.some((log, i) => Math.abs(log - reference[i]) > 1e-3), "the policy has moved");
  disposeTree(first);
});

Deno.test("policy: at the first pass what is trained says what was said, at any temperature", async () => {
  for (const temperature of [0.5, 1, 3]) {
    const setting = settingOf({
      objective: "ppo",
      policy: { group: 6, answer: 3, temperature, entropy: 0.1 },
    });
    // A fresh head says nothing at any temperature.
    const { state } = await trained(setting, { to: 2 });
    const { model, programs, state: other } = await begun(setting);
    disposeTree(other);
    const batch = await prompts.read("train", [0, 1, 2]), context = stepContext(programs, 2);
    const rows = await model.driver.collect!(state, batch, context) as unknown as RollOut;
    const policy = policyOf("ppo", setting.config.policy, setting.shape);
    const now = () => said(state as State, rows, { setting, policy });
    const log = await values(() => now().log_BA), old = await values(() => tf.clone(rows.old_BA));
    const entropies = await values(() => now().entropy_BA!);
    const told = await values(() => tf.clone(rows.told.entropy));
    const lengths = await values(() => tf.clone(rows.told.length)), [, width] = rows.old_BA.shape;
    log.forEach((value, i) => assert(Math.abs(value - old[i]) < 1e-5, `token ${i}`));
    told.forEach((entropy, i) => {
      const own = entropies.slice(i * width, i * width + lengths[i]);
      assert(Math.abs(mean(own) - entropy) < 1e-5, `entropy of answer ${i}`);
    });
    const uniform = Math.log(DIGITS + 1);
    assert(told.every((entropy) => entropy > 0 && entropy < uniform + 1e-5), `${told}`);
    disposeTree({ ...rows } as TensorRecord);
    disposeTree(state);
  }
});

Deno.test("policy: a model judges answers with weights of its own, which stay as they are", async () => {
  const judging = settingOf({ objective: "reward", width: 8, hidden: 8 });
  const { objective: _, ...others } = judging.config;
  const model = languageModel(judging, { steps: 4 });
  const own = tf.tidy(() => model.init(key("judge")) as tf.TensorContainer) as unknown as State;
  const head = { weight: tf.randomNormal([8, 1], 0, 1, "float32", 3) };
  const given = { ...own, head } as unknown as TensorRecord;
  const setting = {
    ...settingOf({ objective: "grpo", policy: { group: 4, answer: 3, reward: { model: 1 } } }),
    judge: judgeSetting({ config: { ...others, objective: "reward" } }, {
      tokenizer: judging.tokenizer,
      factors: [],
    }),
  };
  const programs = compilePrograms(engine, model, { label: "judge" });
  const context = stepContext(programs, 0);
  const policy = await begun(setting, {
    needed: {
      reward: { bytes: () => Promise.reject(), state: () => Promise.resolve(given) },
    },
  });
  const batch = await prompts.read("train", [0, 1, 2]);
  const rows = await policy.model.driver.collect!(
    policy.state,
    batch,
    stepContext(policy.programs, 0),
  ) as unknown as RollOut;
  const [tokens, rewards, ended] = await Promise.all(
    [rows.tokens_BT, rows.told.reward, rows.told.ended].map((x) => engine.read(x)),
  );
  assertEquals(Object.keys(rows.told).includes("true_reward"), true);
  const [count, columns] = rows.tokens_BT.shape;
  const whole = Array.from(
    { length: count },
    (_, i) =>
      Int32Array.from(tokens.slice(i * columns, (i + 1) * columns)).filter((token) => token >= 0),
  );
  const kept = (policy.state.frozen as { readonly judge: TensorRecord }).judge;
  const said = await model.driver.judge!(kept, context).judge(whole);
  said.forEach((reward, i) =>
    assert(Math.abs(reward - (ended[i] ? 0 : 0.1) - rewards[i]) < 1e-5, `answer ${i}`)
  );
  assert(new Set(said).size > 3, "answers are judged alike");
  disposeTree(rows as TensorRecord);
  disposeTree(policy.state);
});

const answer = (prompt: number, text: string, ended = true) => ({
  prompt,
  before: Int32Array.of(DIGITS, prompt),
  tokens: Int32Array.from(text + (ended ? DIGITS : ""), Number),
  ended,
  text,
});

Deno.test("policy: an answer is cut where the chat template ends it, by a text or by a token", () => {
  const setting = { ...settingOf({}), tokenizer: bytesTokenizer };
  const written = (text: string, more: Partial<Setting>) =>
    answerOf(bytesTokenizer.encode(text), {
      prompt: 0,
      before: Int32Array.of(1),
      setting: { ...setting, ...more },
    });
  const plain = { template: TEMPLATES.plain };
  const cut = written(" It is.\n\nUser: what", plain);
  assertEquals([cut.text, cut.tokens.length, cut.ended], ["It is.", 9, true]);
  const open = written(" It is.\nUser", plain);
  assertEquals([open.text, open.tokens.length, open.ended], ["It is.\nUser", 12, false]);
  const byToken = written("Yes!", { ends: ["!".charCodeAt(0)] });
  assertEquals([byToken.text, byToken.tokens.length, byToken.ended], ["Yes", 4, true]);
});

Deno.test("policy: a reward is the weighted sum of its parts; what doesn't end loses what is said", async () => {
  const answers = [answer(0, "0"), answer(1, "10"), answer(1, "222", false)];
  const facts = [0, 1].map((digit) => JSON.stringify({ digit: String(digit) }));
  const worth = await worthOf(answers, {
    facts,
    rule: echoes,
    policy: { reward: { rule: 2, "rule.length": 0.1 }, truncated: 5 },
  });
  assertEquals(Array.from(worth.truth!), [1, 0.25, 0]);
  worth.reward.forEach((reward, i) =>
    assert(Math.abs(reward - [2.1, 0.7, 0.3 - 5][i]) < 1e-12, `${reward}`)
  );
  const seen: number[][] = [];
  const judge = {
    tokenizer: prompts.sample.tokenizer,
    context: 3,
    attributes: ["helpful", "polite"],
    judge: (rows: readonly Int32Array[]) => {
      seen.push(...rows.map((row) => Array.from(row)));
      return Promise.resolve(Float32Array.from(rows.flatMap((row) => [row.length, row[0]])));
    },
  };
  const judged = await worthOf(answers, {
    judge,
    policy: { reward: { model: 1, "model.polite": 10 }, truncated: 0 },
  });
  // The last tokens that it sees.
  assertEquals(seen, [[0, 0, DIGITS], [1, 0, DIGITS], [2, 2, 2]]);
  assertEquals(Array.from(judged.reward), seen.map((row) => (3 + row[0]) / 2 + 10 * row[0]));
  assertEquals(judged.truth, undefined);
  const rule = { reward: { rule: 1 }, truncated: 0 };
  await assertRejects(() => worthOf(answers, { rule: echoes, policy: rule }), DataError, "facts");
  const wrong = { reward: { "rule.kind": 1 }, truncated: 0 };
  await assertRejects(
    () => worthOf(answers, { facts, rule: echoes, policy: wrong }),
    UsageError,
    "correct, length",
  );
});

Deno.test("policy: settings that don't fit are refused with what to do", () => {
  const parsed = (options: object) => config.safeParse({ depth: 1, ...options });
  assertEquals(parsed({ objective: "grpo", policy: { group: 2 } }).success, true);
  assertEquals(parsed({ policy: { group: 2 } }).success, false);
  assertEquals(parsed({ objective: "grpo", policy: { gamma: 0.9 } }).success, false);
  assertEquals(parsed({ objective: "ppo", policy: { scale: "none" } }).success, false);
  assertEquals(parsed({ objective: "ppo", policy: { reward: { luck: 1 } } }).success, false);
  assertEquals(parsed({ objective: "ppo", policy: { reward: {} } }).success, false);
  const built = (options: object, batch = 4) =>
    language.build(config.parse({ depth: 1, context: 16, ...options }), {
      sample: prompts.sample,
      steps: 1,
      trainSize: 4,
      batch,
      factors: [],
    });
  for (
    const [options, message] of [
      [{ objective: "grpo", policy: { group: 1 } }, "policy.group"],
      [{ objective: "ppo", policy: { miniBatches: 3 } }, "policy.miniBatches"],
      [{ objective: "ppo", policy: { answer: 16 } }, "policy.answer"],
      [{ objective: "ppo", policy: { reward: "model" } }, "needs: { reward: NAME }"],
    ] as const
  ) assertThrows(() => built(options), UsageError, message);
  assertThrows(() => built({ objective: "reinforce" }, 1), UsageError, "policy.baseline");
});
