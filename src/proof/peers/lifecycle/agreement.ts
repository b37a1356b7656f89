/**
 * The losses of one step here beside TRL's, on the same tensors: the family is built and begun as a run
 * does it, and its program `train` tells loss and norm of the gradient.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { disposeTree, type Engine, mapTree } from "../../../engine/mod.ts";
import type { Given, HostContext, Model, TensorRecord } from "../../../families/mod.ts";
import { config, language } from "../../../families/language/mod.ts";
import { keyTensor } from "../../../random/mod.ts";
import { hostKey } from "../../../random/host/mod.ts";
import { bytesTokenizer, type Tokenizer } from "../../../tokenizers/mod.ts";
import type { GoldenTensor, TrlGolden } from "./golden.ts";

/** A loss on both sides. */
export interface Agreed {
  readonly name: string;
  readonly loss: { readonly ours: number; readonly theirs: number };
  readonly gradientNorm: { readonly ours: number; readonly theirs: number };
}

/** How far two numbers may be apart: absolute, of numbers above 1 relative. */
export const TOLERANCE = 1e-5;

/** The larger distance of the two numbers of a loss. */
export function distance({ loss, gradientNorm }: Agreed): number {
  const apart = ({ ours, theirs }: Agreed["loss"]) =>
    Math.abs(ours - theirs) / Math.max(1, Math.abs(theirs));
  return Math.max(apart(loss), apart(gradientNorm));
}

/** Which settings are under which key. */
const KEYS: Readonly<Record<string, string>> = { reward: "reward" };

/** Numbers of which the separator is one that no row has: TRL's rows have none. */
function tokenizerOf({ shape: { vocabulary, end } }: TrlGolden): Tokenizer {
  return { ...bytesTokenizer, digest: "golden", vocabulary, separator: end - 1 };
}

/** All losses, in the golden's order. */
export async function agreementWithTrl(engine: Engine, golden: TrlGolden): Promise<Agreed[]> {
  const found: Agreed[] = [];
  for (const wanted of golden.losses) {
    const [loss, gradient] = await lossHere(engine, golden, wanted);
    found.push({
      name: wanted.name,
      loss: { ours: loss, theirs: wanted.loss },
      gradientNorm: { ours: gradient, theirs: wanted.gradient_norm },
    });
  }
  return found;
}

async function lossHere(
  engine: Engine,
  golden: TrlGolden,
  { objective, settings, turned }: TrlGolden["losses"][number],
): Promise<[loss: number, gradientNorm: number]> {
  const { shape, weights } = golden, tokenizer = tokenizerOf(golden);
  const { policy, reference: other } = weights;
  const judges = objective === "reward", pairs = golden.rows.tokens.length / 2;
  const model = language.build(
    config.parse({
      objective,
      ...(Object.keys(settings).length > 0 && { [KEYS[objective] ?? "preference"]: settings }),
      layers: shape.layers,
      width: shape.width,
      heads: shape.heads,
      keyValueHeads: shape.key_value_heads,
      hidden: shape.hidden,
      context: shape.context,
      tied: judges,
      optimiser: "adam",
    }),
    {
      sample: { kind: "text", tokenizer, length: shape.context, scored: true },
      steps: 10,
      trainSize: pairs,
      batch: pairs,
      factors: [],
      needed: { reference: { family: "language", version: language.version, config: {} } },
    },
  );
  const inputs = tf.tidy(() => inputsOf(engine, golden) as tf.TensorContainer) as TensorRecord;
  const key = keyTensor(hostKey(0, "golden"));
  const fresh = tf.tidy(() => model.init(key) as tf.TensorContainer) as TensorRecord;
  const reference = judges ? {} : withWeights(engine, besideOf(fresh), turned ? policy : other);
  const state = withWeights(engine, fresh, judges ? weights.judge : turned ? other : policy);
  const begun = await model.driver.begin?.(
    state,
    hostOf(model, {
      engine,
      inputs,
      pairs,
      reference,
    }),
  ) ?? state;
  const [after, told] = tf.tidy(() =>
    model.programs.train(begun, inputs, key) as unknown as tf.TensorContainer
  ) as unknown as [TensorRecord, TensorRecord];
  const [loss] = await engine.read(told.loss as tf.Tensor);
  const [gradient] = await engine.read(told.gradient_norm as tf.Tensor);
  disposeTree([begun, after, told, inputs, key, reference] as unknown as TensorRecord);
  return [loss, gradient];
}

/** Another state of the same tokenizer and shapes. */
function besideOf({ params, tokenizer }: TensorRecord): TensorRecord {
  return {
    params: mapTree(params, (leaf) => tf.zerosLike(leaf)),
    tokenizer: mapTree(tokenizer, (leaf) => tf.clone(leaf)),
  } as TensorRecord;
}

/** What `begin` may call: programs run eagerly. */
function hostOf(model: Model, { engine, inputs, pairs, reference }: {
  readonly engine: Engine;
  readonly inputs: TensorRecord;
  readonly pairs: number;
  readonly reference: TensorRecord;
}): HostContext {
  const given: Given = {
    bytes: () => Promise.reject(new Error("no file")),
    state: () => Promise.resolve(reference),
  };
  return {
    engine,
    trainSize: pairs,
    run: (name, state, asked, key) =>
      Promise.resolve(
        tf.tidy(() =>
          model.programs[name](state, asked, key)[1] as unknown as tf.TensorContainer
        ) as unknown as TensorRecord,
      ),
    // All pairs are asked for at once, in their order.
    trainRows: () =>
      Promise.resolve(mapTree(inputs, (leaf) => tf.clone(leaf)) as unknown as TensorRecord),
    trainSamples: () => Promise.reject(new Error("samples weren't to be asked for")),
    key: (purpose) => keyTensor(hostKey(0, purpose)),
    needed: { reference: given },
  };
}

/** A state with these weights in place of its own. */
function withWeights(
  engine: Engine,
  state: TensorRecord,
  weights: Readonly<Record<string, GoldenTensor>>,
): TensorRecord {
  const taken = (path: string, own: tf.Tensor) => {
    const { shape, data } = weights[path];
    if (own.shape.join() !== shape.join()) {
      throw new Error(`${path} is [${shape}] in the golden, [${own.shape}] here`);
    }
    const bytes = Uint8Array.fromBase64(data);
    own.dispose();
    return engine.tensor(new Float32Array(bytes.buffer), shape);
  };
  return {
    ...state,
    params: mapTree(state.params, (leaf, path) => taken(path, leaf)),
    // The head of a judge stands where that of words does in a checkpoint.
    ...(state.head && {
      head: mapTree(state.head, (leaf) => taken("head/weight", leaf)),
    }),
  } as TensorRecord;
}

/** The batch: rows of one width, the chosen answers' and the rejected ones'. */
function inputsOf(engine: Engine, { rows, shape }: TrlGolden): TensorRecord {
  const pairs = rows.tokens.length / 2, columns = shape.context + 1;
  const half = (from: number) => {
    const padded = (values: readonly (readonly number[])[], filling: number) => {
      const all = new Int32Array(pairs * columns).fill(filling);
      for (let i = 0; i < pairs; i++) all.set(values[from + i], i * columns);
      return engine.tensor(all, [pairs, columns], "int32");
    };
    return { tokens_BT: padded(rows.tokens, -1), scored_BT: padded(rows.scored, 0) };
  };
  return {
    ...half(0),
    given: { rejected: half(pairs) },
    labels: { number: engine.tensor(Float32Array.from({ length: pairs }, (_, i) => i), [pairs]) },
  };
}
