/**
 * A task that a policy of few numbers learns in seconds: to answer a digit with that digit, and end.
 */
import * as tf from "@tensorflow/tfjs";
import type { Dataset } from "../../../../src/data/dataset.ts";
import { disposeTree } from "../../../../src/engine/tree.ts";
import type { CollectContext, HostContext, TensorRecord } from "../../../../src/families/family.ts";
import { type Config, config, shapeOf } from "../../../../src/families/language/config.ts";
import { languageModel } from "../../../../src/families/language/family.ts";
import type { Setting } from "../../../../src/families/language/model.ts";
import type { Rule } from "../../../../src/families/language/objectives/policy/rule.ts";
import { textSet, tokenised } from "../../../../src/kinds/text/texts.ts";
import { keyTensor } from "../../../../src/random/key.ts";
import { DivergenceWatch } from "../../../../src/run/divergence.ts";
import { runKeys } from "../../../../src/run/keys.ts";
import {
  compilePrograms,
  hostContext,
  type Programs,
  sampleContext,
} from "../../../../src/run/model/programs.ts";
import { SeriesRecorder } from "../../../../src/run/series.ts";
import { trainSteps } from "../../../../src/run/train/train.ts";
import { bytesTokenizer, type Tokenizer } from "../../../../src/tokenizers/mod.ts";
import { engine } from "../../on_engine.ts";
import { key } from "../../small.ts";

/** Digits of the task, each a token; the separator after them. */
export const DIGITS = 4;

/** Tokens that are digits. */
const digits: Tokenizer = {
  ...bytesTokenizer,
  name: "digits",
  digest: `digits ${DIGITS}`,
  vocabulary: DIGITS + 1,
  separator: DIGITS,
  encode: (text) => Int32Array.from(typeof text === "string" ? text : "", Number),
  decode: (tokens) =>
    new TextEncoder().encode(Array.from(tokens).filter((token) => token < DIGITS).join("")),
};

/** 1 for the digit that the facts name, alone; a quarter where more stands after it. */
export const echoes: Rule = (facts, answer) => {
  const { digit } = JSON.parse(facts) as { readonly digit: string };
  const correct = answer === digit ? 1 : answer.startsWith(digit) ? 0.25 : 0;
  return { reward: correct, attributes: { correct, length: answer.length } };
};

/** Prompts: a digit each. */
export const prompts: Dataset<"text"> = {
  name: "echoes",
  version: 1,
  digest: "echoes",
  sample: { kind: "text", tokenizer: digits, length: 8 },
  given: { facts: { kind: "text", tokenizer: bytesTokenizer } },
  factors: [],
  notes: [],
  size: () => 4 * DIGITS,
  read: (_, indices) => {
    const told = Array.from(indices, (i) => i % DIGITS);
    return Promise.resolve({
      samples: textSet(told.map((digit) => [DIGITS, digit]), { tokenizer: digits, length: 8 }),
      labels: {},
      given: {
        facts: tokenised(
          told.map((digit) => JSON.stringify({ digit: String(digit) })),
          bytesTokenizer,
        ),
      },
    });
  },
};

/** A small model of the task, judged by the rule. */
export function settingOf(options: Partial<Config>): Setting {
  const own = config.parse({
    depth: 1,
    width: 16,
    heads: 2,
    hidden: 16,
    context: 8,
    tied: false,
    optimiser: "adam",
    learningRate: 0.02,
    warmup: 0,
    decay: 0.1,
    weightDecay: 0,
    ...options,
  });
  return { config: own, shape: shapeOf(own, DIGITS + 1), tokenizer: digits, rule: echoes };
}

/** What a driver is called with in a step. */
export function stepContext(programs: Programs, step: number): CollectContext {
  const keys = runKeys(5), stepKey = (purpose: string) => keyTensor(keys.step(step, purpose));
  return {
    ...sampleContext(engine, programs),
    read: (tensor) => engine.read(tensor),
    key: () => stepKey("collect"),
    at: step,
    stepKey,
  };
}

/** A state before its first step. */
export async function begun(
  setting: Setting,
  { steps = 40, needed }: { readonly steps?: number; readonly needed?: HostContext["needed"] } = {},
) {
  const model = languageModel(setting, { steps, trainSize: prompts.size("train") });
  const programs = compilePrograms(engine, model, { label: "policy" });
  const keys = runKeys(5);
  const fresh = tf.tidy(() => model.init(key("init")) as tf.TensorContainer) as TensorRecord;
  const host = hostContext(engine, programs, { dataset: prompts, keys, needed });
  const state = await model.driver.begin!(fresh, host);
  return { model, programs, keys, state };
}

/** Steps as a run makes them; the state is taken over. */
export async function trained(
  setting: Setting,
  { from = 0, to, of = to, batch = 4, state }: {
    readonly from?: number;
    readonly to: number;
    /** Steps of the whole training. */
    readonly of?: number;
    readonly batch?: number;
    readonly state?: TensorRecord;
  },
) {
  const { model, programs, keys, state: first } = await begun(setting, { steps: of });
  if (state !== undefined) disposeTree(first);
  const series = new SeriesRecorder(engine, new DivergenceWatch());
  const { state: last } = await trainSteps(
    { engine, model, programs, dataset: prompts, keys, batch },
    state ?? first,
    { from, to, series, times: { data: 0, compile: 0, steps: 0 }, stopped: () => false },
  );
  const { seconds: _, ...columns } = series.series().columns;
  return { state: last, columns };
}
