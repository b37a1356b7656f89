/** Small language models over a few tokens, and windows of them. */
import * as tf from "@tensorflow/tfjs";
import {
  type DecoderParameters,
  type DecoderShape,
  decoderStep,
  initDecoder,
  prefill,
} from "../../../src/backbones/mod.ts";
import { type Config, config, shapeOf } from "../../../src/families/language/config.ts";
import { languageModel } from "../../../src/families/language/family.ts";
import type { Setting, State } from "../../../src/families/language/model.ts";
import type { Model, TensorRecord } from "../../../src/families/family.ts";
import { disposeTree } from "../../../src/engine/tree.ts";
import { hostIntegers, hostKey } from "../../../src/random/host/host.ts";
import { compilePrograms, sampleContext } from "../../../src/run/model/programs.ts";
import type { LanguageContext } from "../../../src/families/family.ts";
import { bytesTokenizer, type Tokenizer } from "../../../src/tokenizers/mod.ts";
import { awake } from "../../backbones/gradient_check.ts";
import { key, read } from "../small.ts";
import { engine } from "../on_engine.ts";

/** Tokens 0 … vocabulary − 2, and the separator after them. */
export function fewTokens(vocabulary: number): Tokenizer {
  return { ...bytesTokenizer, digest: `few ${vocabulary}`, vocabulary, separator: vocabulary - 1 };
}

/** The forms that checkpoints come in. */
export const FORMS = ["llama", "qwen2", "qwen3", "gpt2"] as const;

/** A setting with its config's defaults but for `options`. */
export function settingOf(
  { vocabulary = 7, ...options }: { vocabulary?: number } & Partial<Config> = {},
): Setting {
  const small = { depth: 2, width: 8, heads: 2, hidden: 12, context: 8, ...options };
  const parsed = config.parse(small);
  return {
    config: parsed,
    shape: shapeOf(parsed, vocabulary),
    tokenizer: fewTokens(vocabulary),
  };
}

/** Fresh parameters of which every number takes part. */
export function parametersOf(shape: DecoderShape, seed: number, by = 0.4): DecoderParameters {
  return awake(initDecoder(key("decoder", seed), shape), by);
}

/** Tokens but for separators: int32 [batch, length]. */
export function tokensOf(
  seed: number,
  [batch, length]: [number, number],
  vocabulary = 7,
): Int32Array {
  const drawn = hostIntegers(hostKey(seed, "tokens"), batch * length, vocabulary - 1);
  return Int32Array.from(drawn);
}

/** As an int32 tensor. */
export function integers(values: ArrayLike<number>, shape: readonly number[]): tf.Tensor2D {
  return tf.tensor(Array.from(values), [...shape] as [number, number], "int32") as tf.Tensor2D;
}

/** Windows [batch, T + 1] of random tokens, each beginning with the separator. */
export function windowsOf(seed: number, batch: number, setting: Setting): Int32Array {
  const { shape: { context, vocabulary }, tokenizer: { separator } } = setting;
  const rows = tokensOf(seed, [batch, context + 1], vocabulary);
  for (let b = 0; b < batch; b++) rows[b * (context + 1)] = separator;
  return rows;
}

/** A model of the setting, and what a run would call it with. */
export function modelOf(setting: Setting, steps = 40, trainSize = 0) {
  const model = languageModel(setting, { steps, trainSize });
  return { model, programs: compilePrograms(engine, model, { label: "test" }) };
}

/** A model's `TokenModel` on a state. */
export function reader(model: Model, state: TensorRecord) {
  const programs = compilePrograms(engine, model, { label: "test" });
  const context: LanguageContext = {
    ...sampleContext(engine, programs),
    read: (tensor) => engine.read(tensor),
    key: () => key("sample"),
  };
  return model.driver.language!(state, context);
}

/** Windows of a text that goes round: what comes next is plain after a few steps. */
function rounds(step: number, batch: number, { shape, tokenizer }: Setting): Int32Array {
  const columns = shape.context + 1;
  return Int32Array.from({ length: batch * columns }, (_, i) => {
    const t = i % columns;
    return t === 0 ? tokenizer.separator : (t + Math.floor(i / columns) + step) % 5;
  });
}

/** Trains on such windows by the driver's schedule; step i's batch and key hang on i alone. */
export async function train(
  setting: Setting,
  { steps, from = 0, state }: { steps: number; from?: number; state?: TensorRecord },
) {
  const { model, programs } = modelOf(setting);
  let now = state ?? tf.tidy(() => model.init(key("init")) as tf.TensorContainer) as TensorRecord;
  const series: Map<string, number[]>[] = [];
  for (let step = from; step < from + steps; step++) {
    const tokens_BT = integers(rounds(step, 4, setting), [4, setting.shape.context + 1]);
    for (const name of model.driver.schedule!(step)) {
      const stepKey = key(name, step);
      const [next, outputs] = programs.step(name, now, { inputs: { tokens_BT }, key: stepKey });
      now = next;
      if (name === "train") series.push(await read(outputs));
      disposeTree({ stepKey, outputs });
    }
    tokens_BT.dispose();
  }
  return { model, programs, state: now as State, series };
}

/**
 * Logits of the tokens after positions `prompt` − 1 … T − 1 of rows [B, T], the prompt in one pass and
 * the rest one by one with a cache: [B, T − prompt + 1, V].
 * @param options `left`: columns left of each row's first token; `seen`: how many columns of the cache are
 * looked at when a column is written
 */
export function stepwiseLogits(
  params: DecoderParameters,
  tokens_BT: tf.Tensor2D,
  { shape, prompt, left, columns, seen }: {
    readonly shape: DecoderShape;
    readonly prompt: number;
    readonly left: number;
    readonly columns: number;
    readonly seen: (pos: number) => number;
  },
): tf.Tensor {
  const [batch, length] = tokens_BT.shape;
  const start_B = tf.fill([batch], left, "int32") as tf.Tensor1D;
  const nothing = tf.fill([batch, left], 3, "int32");
  const head = tf.slice(tokens_BT, [0, 0], [batch, prompt]);
  let { logits_BV, cache } = prefill(params, {
    tokens_BT: tf.concat([nothing, head], 1) as tf.Tensor2D,
    start_B,
  }, { shape, columns });
  const said = [logits_BV];
  for (let t = prompt; t < length; t++) {
    const pos = left + t;
    ({ logits_BV, cache } = decoderStep(params, {
      cache,
      token_B: tf.reshape(tf.slice(tokens_BT, [0, t], [batch, 1]), [batch]) as tf.Tensor1D,
      pos: tf.scalar(pos, "int32"),
      start_B,
      rows_S: tf.range(0, seen(pos), 1, "int32"),
    }, shape));
    said.push(logits_BV);
  }
  return tf.stack(said, 1);
}
