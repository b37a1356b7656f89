/**
 * A kind of sample of your own in one file, with a dataset, a family and a metric of it: sequences of
 * symbols from a known Markov chain. Likeness knows nothing of sequences; `sequence.yaml` beside this
 * file names it under `modules`, and runs are trained, scored, gated and reported like any others.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import {
  type Dataset,
  defineDataset,
  defineFamily,
  defineKind,
  defineMetric,
  nn,
  random,
  type Split,
  type TensorRecord,
  wholeSamples,
} from "@likeness/likeness";

/** A sequence of so many symbols, each in [0, symbols). */
export interface SequenceSpec {
  readonly kind: "sequence";
  readonly length: number;
  readonly symbols: number;
}

/** Sequences, row-major [count, length]. */
export interface SequenceSet {
  readonly count: number;
  readonly length: number;
  readonly symbols: number;
  readonly data: Int32Array;
}

declare module "@likeness/likeness" {
  interface KindMap {
    sequence: {
      spec: SequenceSpec;
      set: SequenceSet;
      /** Chances of going from one symbol to another, [from, to]. */
      truth: { readonly chances: Float64Array };
    };
  }
}

function sequences(data: Int32Array, { length, symbols }: Omit<SequenceSpec, "kind">): SequenceSet {
  return { count: data.length / length, length, symbols, data };
}

/** Symbols [from, to) of each sequence. */
function windowOf(all: SequenceSet, { from, to }: { from: number; to: number }): SequenceSet {
  const rows = Array.from({ length: all.count }, (_, i) => i * all.length);
  const data = rows.flatMap((row) => [...all.data.subarray(row + from, row + to)]);
  return sequences(Int32Array.from(data), { length: to - from, symbols: all.symbols });
}

/** The kind. */
export const sequence = defineKind<"sequence">({
  name: "sequence",
  about: "sequences of symbols",
  unit: { one: "sequence", many: "sequences" },
  spec: z.strictObject({
    kind: z.literal("sequence"),
    length: z.int().min(1),
    symbols: z.int().min(2),
  }),
  describe: ({ length, symbols }) => `${length} of ${symbols} symbols`,
  same: (a, b) => a.length === b.length && a.symbols === b.symbols,
  numbers: ({ length }) => length,
  fault: ({ count, length, data }, { spec, count: wanted }) =>
    count === wanted && length === spec.length && data.length === count * length &&
      data.every((symbol) => symbol >= 0 && symbol < spec.symbols)
      ? null
      : `sequences [${count}, ${length}], not [${wanted}, ${spec.length}] of ${spec.symbols} symbols`,
  slice: (set, { from = 0, to = set.count }) => {
    if (!(0 <= from && from <= to && to <= set.count)) {
      throw new RangeError(`[${from}, ${to}) of ${set.count} sequences`);
    }
    return sequences(set.data.subarray(from * set.length, to * set.length), set);
  },
  gather: (set, indices) => {
    const data = new Int32Array(indices.length * set.length);
    Array.from(indices).forEach((index, i) => {
      if (!Number.isInteger(index) || index < 0 || index >= set.count) {
        throw new RangeError(`no sequence ${index} among ${set.count}`);
      }
      data.set(set.data.subarray(index * set.length, (index + 1) * set.length), i * set.length);
    });
    return sequences(data, set);
  },
  concat: (sets) => {
    if (sets.length === 0) throw new RangeError("no sequences, so no length");
    const [{ length, symbols }] = sets;
    if (sets.some((set) => set.length !== length || set.symbols !== symbols)) {
      throw new RangeError("sequences of several lengths");
    }
    return sequences(Int32Array.from(sets.flatMap(({ data }) => [...data])), { length, symbols });
  },
  digest: async ({ count, length, symbols, data }) => {
    const text = JSON.stringify(["sequence", count, length, symbols, ...data]);
    const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
    return new Uint8Array(hash).toHex();
  },
  tensors: ({ length }) => ({ tokens_BT: [length] }),
  upload: (engine, { count, length, data }) => ({
    tokens_BT: engine.tensor(data, [count, length], "int32"),
  }),
  valueFault: ({ symbols }, { tokens_BT }) => {
    const at = tokens_BT.findIndex((v) => !(Number.isInteger(v) && v >= 0 && v < symbols));
    return at < 0 ? null : `${tokens_BT[at]} among its symbols (value ${at})`;
  },
  download: (spec, { tokens_BT }) => sequences(Int32Array.from(tokens_BT), spec),
  rowsAtOnce: () => 32,
  batchers: {
    samples: wholeSamples(),
    windows: {
      about: "half of each sequence, from a place that the step draws",
      async cut(source, asked) {
        const { samples, ...rest } = await wholeSamples<"sequence">().cut(source, asked);
        const half = source.spec.length >> 1;
        const [from] = random.hostIntegers(
          random.hostFold(random.hostFold(asked.key, "windows"), asked.step),
          1,
          source.spec.length - half + 1,
        );
        return { ...rest, samples: windowOf(samples, { from, to: from + half }) };
      },
    },
  },
  augmentations: {},
  picture: ({ count, length, symbols, data }) => {
    const pixels = new Uint8Array(count * symbols * length);
    data.forEach((symbol, i) => {
      const row = Math.floor(i / length), column = i % length;
      pixels[(row * symbols + symbol) * length + column] = 255;
    });
    return { count, height: symbols, width: length, channels: 1, data: pixels };
  },
  shower: "image",
});

/** On to the next symbol 7 times in 10, else to any. */
function chancesOf(symbols: number): Float64Array {
  return Float64Array.from(
    { length: symbols ** 2 },
    (_, i) => 0.3 / symbols + ((Math.floor(i / symbols) + 1) % symbols === i % symbols ? 0.7 : 0),
  );
}

const size = z.int().min(0);

/** Sequences of the chain, their first symbols given beside them. */
export const chain = defineDataset({
  name: "chain",
  version: 1,
  about: "sequences of a Markov chain",
  licence: "none needed: drawn here",
  config: z.strictObject({
    train: size.default(200),
    test: size.default(120),
    length: z.int().min(4).default(12),
    symbols: z.int().min(2).default(5),
  }),
  status: () => Promise.resolve("ready"),
  outline: ({ train, test, length, symbols }) => ({
    sample: { kind: "sequence" as const, length, symbols },
    given: { start: { kind: "sequence" as const, length: 1, symbols } },
    factors: [],
    sizes: { train, test, judge: 0, judge_test: 0 },
  }),
  load: ({ train, test, length, symbols }): Promise<Dataset<"sequence">> => {
    const chances = chancesOf(symbols), sizes: Partial<Record<Split, number>> = { train, test };
    const draw = (split: Split, index: number) => {
      const u = random.hostUniform(random.hostKey(1, "chain", split, index), length);
      const data = new Int32Array(length);
      for (let t = 0; t < length; t++) {
        const row = t === 0 ? undefined : data[t - 1] * symbols;
        let symbol = 0, below = row === undefined ? 1 / symbols : chances[row];
        while (u[t] >= below && symbol < symbols - 1) {
          symbol++;
          below += row === undefined ? 1 / symbols : chances[row + symbol];
        }
        data[t] = symbol;
      }
      return [...data];
    };
    return Promise.resolve({
      name: "chain",
      version: 1,
      digest: `chain 1 ${train} ${test} ${length} ${symbols}`,
      sample: { kind: "sequence", length, symbols },
      given: { start: { kind: "sequence", length: 1, symbols } },
      factors: [],
      notes: [],
      size: (split) => sizes[split] ?? 0,
      read: (split, indices) => {
        const data = Int32Array.from(Array.from(indices).flatMap((i) => draw(split, i)));
        const samples = sequences(data, { length, symbols });
        const start = windowOf(samples, { from: 0, to: 1 });
        return Promise.resolve({ samples, labels: {}, given: { start } });
      },
      truth: () => ({ chances }),
    });
  },
});

type Parameters = { readonly first_1K: tf.Tensor; readonly next_KK: tf.Tensor };
type State = { readonly params: Parameters; readonly slots: nn.AdamSlots<Parameters> };

/** Log chances of first symbols and of steps, fitted by Adam on windows. */
export const markov = defineFamily({
  name: "markov",
  version: 1,
  about: "a Markov chain: chances of the first symbol and of each step",
  papers: ["Markov 1913"],
  takes: ["sequence"],
  config: z.object({ learningRate: z.number().positive().default(0.1).describe("Adam's") }),
  build(config, { sample: { length, symbols: K } }) {
    const optimiser = nn.adam();
    const own = (state: TensorRecord) => state as unknown as State;
    const oneHot = (tokens: tf.Tensor) => tf.cast(tf.oneHot(tokens as tf.Tensor2D, K), "float32");
    /** Log chance of each sequence's steps. [B] */
    const steps = (tokens_BT: tf.Tensor, next_KK: tf.Tensor) => {
      const [B, T] = tokens_BT.shape, seen_BTK = oneHot(tokens_BT);
      const from = tf.reshape(tf.slice(seen_BTK, [0, 0, 0], [B, T - 1, K]), [-1, K]);
      const to = tf.reshape(tf.slice(seen_BTK, [0, 1, 0], [B, T - 1, K]), [-1, K]);
      const log = tf.matMul(from as tf.Tensor2D, tf.logSoftmax(next_KK) as tf.Tensor2D);
      return tf.sum(tf.reshape(tf.mul(log, to), [B, -1]), 1);
    };
    return {
      capabilities: {
        likelihood: "none",
        latent: "none",
        reconstructs: false,
        samples: true,
        critic: true,
      },
      batches: "windows",
      driver: {},
      init() {
        const params = { first_1K: tf.zeros([1, K]), next_KK: tf.zeros([K, K]) };
        return { params, slots: optimiser.init(params) } as TensorRecord;
      },
      programs: {
        train(state, { tokens_BT, given }) {
          const { params, slots } = own(state);
          const { start } = given as { start: { tokens_BT: tf.Tensor } };
          const { loss, grads } = nn.valueAndGrad((p: Parameters) => {
            const first = tf.mul(
              tf.logSoftmax(p.first_1K),
              tf.reshape(oneHot(start.tokens_BT), [-1, K]),
            );
            const all = tf.add(steps(tokens_BT as tf.Tensor, p.next_KK), tf.sum(first, 1));
            return { loss: tf.neg(tf.mean(all)) as tf.Scalar };
          }, params);
          const learningRate = tf.scalar(config.learningRate);
          const next = optimiser.update({ grads, slots, params, learningRate });
          return [next as TensorRecord, { loss }];
        },
        sample(state, { rows_B }, key) {
          const { first_1K, next_KK } = own(state).params;
          const rows = rows_B as tf.Tensor1D, B = rows.shape[0];
          const u_BT = random.uniform(key, [B, length], { rows_B: rows });
          const upTo_KK = tf.tensor2d(
            Array.from(
              { length: K },
              (_, i) => Array.from({ length: K }, (_, j) => i <= j ? 1 : 0),
            ),
          );
          const tokens: tf.Tensor[] = [];
          for (let t = 0; t < length; t++) {
            const chances_BK = t === 0
              ? tf.tile(tf.softmax(first_1K as tf.Tensor2D), [B, 1])
              : tf.matMul(oneHot(tokens[t - 1]) as tf.Tensor2D, tf.softmax(next_KK as tf.Tensor2D));
            const below_BK = tf.matMul(chances_BK as tf.Tensor2D, upTo_KK);
            const passed = tf.cast(tf.greater(tf.slice(u_BT, [0, t], [B, 1]), below_BK), "int32");
            tokens.push(tf.minimum(tf.sum(passed, 1), tf.scalar(K - 1, "int32")));
          }
          return [state, { tokens_BT: tf.stack(tokens, 1) }];
        },
        score: (state, { tokens_BT }) => [state, {
          logit_B: steps(tokens_BT as tf.Tensor, own(state).params.next_KK),
        }],
      },
    };
  },
});

/** Shares of steps among all, [from, to]. */
function shares({ count, length, symbols, data }: SequenceSet): Float64Array {
  const found = new Float64Array(symbols ** 2);
  for (let i = 0; i < count; i++) {
    for (let t = 1; t < length; t++) {
      found[data[i * length + t - 1] * symbols + data[i * length + t]]++;
    }
  }
  return found.map((n) => n / (count * (length - 1)));
}

/** Half the sum of differences between shares of steps and the chain's own, of which each is 1 in K. */
function variation(set: SequenceSet, chances: Float64Array): number {
  return shares(set).reduce((sum, p, i) => sum + Math.abs(p - chances[i] / set.symbols), 0) / 2;
}

const declared = (samples: number) => ({
  name: `steps-variation@${samples}`,
  metric: "steps_variation",
  unit: "",
  direction: "lower" as const,
  kind: "deterministic" as const,
  samples,
});

/** `steps-variation@N`: how far samples' steps are from the chain's; beside it that of held-out ones. */
export const stepsVariation = defineMetric({
  name: "steps_variation",
  version: 1,
  about: "total variation between the steps of samples and the chain's",
  papers: [],
  takes: ["sequence"],
  phase: "quality",
  config: z.strictObject({ samples: z.int().min(10).default(100) }),
  declares: ({ samples }) => [declared(samples)],
  async compute({ subject, dataset, split }, { samples }) {
    const { chances } = dataset.truth!();
    return [{
      ...declared(samples),
      value: variation(await subject.sample(samples), chances),
      beside: { heldOut: variation((await split("test", samples)).samples, chances) },
    }];
  },
});
