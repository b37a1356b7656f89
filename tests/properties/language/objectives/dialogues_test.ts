import { assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import type { TensorRecord } from "../../../../src/families/family.ts";
import type { Setting, State } from "../../../../src/families/language/model.ts";
import { objectiveOf } from "../../../../src/families/language/objectives/table.ts";
import { key, read } from "../../../families/small.ts";
import { values } from "../../../families/on_engine.ts";
import { drawnTokens, type Exchange, exchangeRows } from "../../../families/language/pairs.ts";
import { integers, modelOf, parametersOf, settingOf } from "../../../families/language/small.ts";
import { close, float32, law } from "../../../law.ts";

const seed = fc.nat(1000);
const setting = settingOf({ objective: "sft", context: 16, optimiser: "adam", warmup: 0 });
const { separator } = setting.tokenizer, columns = setting.shape.context + 1;

/** Windows of dialogues one after the other, a separator before each; answers are scored. */
function packed(windows: readonly (readonly Exchange[])[]): TensorRecord {
  const tokens = new Int32Array(windows.length * columns).fill(-1);
  const scored = new Int32Array(tokens.length);
  windows.forEach((exchanges, i) => {
    let at = i * columns;
    for (const exchange of exchanges) {
      const { prompt, answer } = exchange, length = 1 + prompt.length + answer.length;
      const row = exchangeRows([exchange], { separator, columns: length });
      tokens.set(row.tokens, at);
      scored.set(row.scored, at);
      at += length;
    }
  });
  const size = [windows.length, columns] as const;
  return { tokens_BT: integers(tokens, size), scored_BT: integers(scored, size) };
}

const exchange = (seed: number, prompt: number, answer: number): Exchange => ({
  prompt: drawnTokens(2 * seed, prompt),
  answer: drawnTokens(2 * seed + 1, answer),
});

/** The sum, and the number of tokens, of windows; then the gradient by the embeddings. */
async function sumsOf(windows: readonly (readonly Exchange[])[], model: number) {
  const { sums, count } = objectiveOf(setting.config);
  const [loss, counted, ...gradient] = await values(() => {
    const inputs = packed(windows), params = parametersOf(setting.shape, model);
    const of = (weight: tf.Tensor2D) => {
      const own = { ...params, tokens: { weight } }, state = { params: own } as unknown as State;
      return sums({ params: own }, inputs, { state, setting, key: key("none"), whole: inputs })
        .loss;
    };
    const { value, grad } = tf.valueAndGrad((x) => of(x as tf.Tensor2D))(params.tokens.weight);
    return tf.concat([
      tf.reshape(value, [1]),
      tf.reshape(count(inputs), [1]),
      tf.reshape(grad, [-1]),
    ]);
  });
  return { loss, counted, gradient };
}

law("SFT: packed dialogues have the sums of each alone, and their gradients", {
  source: "definition",
  given: { seed, first: fc.integer({ min: 1, max: 4 }) },
  cases: 8,
  kills: ["packed-neighbours-visible", "prompts-scored"],
  holds: async ({ seed, first }) => {
    const [a, b] = [exchange(seed, 2, first), exchange(seed + 1, 3, 4)];
    const both = await sumsOf([[a, b]], seed);
    const [one, other] = [await sumsOf([[a]], seed), await sumsOf([[b]], seed)];
    close(both.loss, one.loss + other.loss, float32(200, 20), "nats");
    assertEquals(both.counted, first + 4);
    both.gradient.forEach((g, i) =>
      close(g, one.gradient[i] + other.gradient[i], float32(200, 8), `gradient ${i}`)
    );
  },
});

law("SFT: another dialogue's tokens leave mine untouched", {
  source: "definition",
  given: { seed, other: fc.nat(1000) },
  cases: 8,
  kills: ["packed-neighbours-visible"],
  holds: async ({ seed, other }) => {
    const mine = exchange(seed, 3, 4);
    const silent = (of: number): Exchange => ({ prompt: drawnTokens(7 * of, 5), answer: [] });
    const [one, two] = [
      await sumsOf([[silent(seed), mine]], seed),
      await sumsOf([[silent(other), mine]], seed),
    ];
    close(two.loss, one.loss, float32(100, 8), "nats");
    assertEquals(two.counted, one.counted);
  },
});

law("SFT: prompts are no targets: what is asked of the next token in one doesn't matter", {
  source: "Ouyang et al. 2022 (arXiv:2203.02155)",
  given: { seed },
  cases: 8,
  kills: ["prompts-scored"],
  holds: async ({ seed }) => {
    const { prompt, answer } = exchange(seed, 4, 3);
    const { loss, counted } = await sumsOf([[{ prompt, answer }]], seed);
    const asked = await sumsOf([[{ prompt: [], answer: [...prompt, ...answer] }]], seed);
    const before = await sumsOf([[{ prompt: [], answer: prompt }]], seed);
    close(loss, asked.loss - before.loss, float32(200, 20), "nats of the answer");
    assertEquals(counted, 3);
  },
});

/** A step of training: its scalars. */
async function step(setting: Setting, windows: readonly (readonly Exchange[])[]) {
  const { model, programs } = modelOf(setting);
  let state = tf.tidy(() => model.init(key("init")) as tf.TensorContainer) as TensorRecord;
  let scalars = new Map<string, number[]>();
  const inputs = packed(windows);
  for (const name of model.driver.schedule!(0)) {
    const [next, outputs] = programs.step(name, state, { inputs, key: key(name) });
    state = next;
    scalars = await read(outputs);
  }
  return scalars;
}

law(
  "SFT: a batch in parts is the whole batch, whatever the numbers of answers' tokens in its parts",
  {
    source: "definition; the accumulation fault of transformers before 4.46",
    given: { seed, answers: fc.tuple(...[1, 2, 3, 4].map(() => fc.integer({ min: 1, max: 6 }))) },
    cases: 6,
    kills: ["micro-batches-averaged", "micro-batch-forgotten"],
    holds: async ({ seed, answers }) => {
      const windows = answers.map((length, i) => [exchange(seed + i, 1 + i, length)]);
      const parts = { ...setting, config: { ...setting.config, microBatches: 4 } };
      const [one, many] = [await step(setting, windows), await step(parts, windows)];
      assertEquals(one.get("tokens")![0], answers.reduce((sum, length) => sum + length));
      for (const name of ["loss", "gradient_norm", "tokens"]) {
        close(many.get(name)![0], one.get(name)![0], 1e-5, name);
      }
    },
  },
);
