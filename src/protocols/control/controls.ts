/**
 * Control rows: sources of samples whose quality is known beforehand, scored like any model. A table
 * without them can't be read: they are the floor, the ceiling and the two classic ways to cheat.
 * @module
 */
import type { Dataset, Split } from "../../data/mod.ts";
import { type ByteForm, type KindName, kindOf, kinds, type Samples } from "../../kinds/mod.ts";
import type { Engine } from "../../engine/mod.ts";
import type { Capabilities, Subject } from "../../subject/mod.ts";
import { MetricUnavailable } from "../../base/mod.ts";
import { hostFold, hostIntegers, type HostKey, hostNormal } from "../../random/host/mod.ts";

/** What a control is made from. */
export interface ControlContext {
  readonly dataset: Dataset;
  readonly engine: Engine;
  readonly key: HostKey;
}

/** A control row that a suite can name. */
export interface Control {
  readonly name: string;
  /** Raised by hand whenever the same key would give other samples. */
  readonly version: number;
  /** One line for `list` and for captions. */
  readonly about: string;
  /** Kinds of sample that it can be made of, as families say it. */
  readonly takes: readonly KindName[] | "any";
  /** Splits that its samples are made from. */
  reads(dataset: Dataset): readonly Split[];
  open(context: ControlContext): Subject;
}

const capabilities: Capabilities = {
  likelihood: "none",
  latent: "none",
  reconstructs: false,
  samples: true,
};

function control(
  about: Omit<Control, "open" | "takes"> & { readonly takes: "any" | "bytes" },
  sampler: (context: ControlContext) => (count: number) => Promise<Samples>,
  most?: (context: ControlContext) => number,
): Control {
  return {
    ...about,
    get takes() {
      return about.takes === "bytes" ? withBytes() : about.takes;
    },
    open: (context) => ({
      label: about.name,
      capabilities,
      sample: sampler(context),
      ...(most && { most: most(context) }),
    }),
  };
}

/**
 * How samples stand as numbers of 8 bits, and how many each has.
 * @throws MetricUnavailable for kinds that aren't such numbers
 */
function bytesOf({ name, sample }: Dataset, row: string): { bytes: ByteForm; numbers: number } {
  const kind = kindOf(sample);
  if (kind.bytes) return { bytes: kind.bytes, numbers: kind.numbers(sample) };
  throw new MetricUnavailable(
    "not-defined",
    `${row} takes samples that are numbers of 8 bits; ${name} holds ${kind.unit.many}`,
  );
}

/** The kinds whose samples are numbers of 8 bits; asked for anew, since modules bring kinds. */
function withBytes(): KindName[] {
  return Object.values(kinds).filter(({ bytes }) => bytes).map(({ name }) => name as KindName);
}

async function samplesAt(dataset: Dataset, split: Split, indices: number[]): Promise<Samples> {
  return (await dataset.read(split, indices)).samples;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

/**
 * Metrics compare with the first N of test. judge_test is as new to every model and to the judge;
 * datasets without judges lend the other end of test.
 */
function heldOutSplit(dataset: Dataset): Split {
  return dataset.size("judge_test") > 0 ? "judge_test" : "test";
}

const heldOut = control(
  {
    name: "held-out",
    version: 1,
    takes: "any",
    reads: (dataset) => [heldOutSplit(dataset)],
    about: "real samples that no model trained on, other than those compared with: the floor",
  },
  ({ dataset }) => async (count) => {
    const judges = dataset.size("judge_test"), test = dataset.size("test");
    const { many } = kindOf(dataset.sample).unit;
    if (heldOutSplit(dataset) === "judge_test") {
      if (count > judges) {
        throw new MetricUnavailable(
          "not-measured",
          `${count} other held-out ${many} asked, ${dataset.name} has ${judges} in judge_test`,
        );
      }
      return await samplesAt(dataset, "judge_test", range(0, count));
    }
    if (2 * count > test) {
      throw new MetricUnavailable(
        "not-measured",
        `${count} held-out ${many} beside ${count} compared with need a test split of ` +
          `${2 * count}; ${dataset.name} has ${test}`,
      );
    }
    return await samplesAt(dataset, "test", range(0, count).map((i) => test - 1 - i));
  },
  ({ dataset }) => dataset.size("judge_test") || Math.floor(dataset.size("test") / 2),
);

const trainingCopy = control(
  {
    name: "training-copy",
    version: 1,
    takes: "any",
    reads: () => ["train"],
    about: "the training samples themselves, over and over: perfect memory, nothing new",
  },
  ({ dataset }) => async (count) => {
    const size = dataset.size("train");
    return await samplesAt(dataset, "train", range(0, count).map((i) => i % size));
  },
);

/** Rows of a matrix product, so that a row's bits don't depend on how many are asked for. */
const rowsAtOnce = 32;
const trainingAtOnce = 1024;

/** 8 bits, half up. */
function toByte(value: number): number {
  return Math.min(255, Math.max(0, Math.floor(value + 0.5)));
}

/**
 * With X the centred training pictures and g standard normal, mean + Xᵀg/√(N − 1) has exactly the
 * sample mean and sample covariance: no matrix of pixels by pixels is formed or factored.
 */
async function gaussianSamples(context: ControlContext, count: number): Promise<Samples> {
  const { dataset, engine, key } = context;
  const tf = await import("@tensorflow/tfjs");
  const { bytes, numbers: d } = bytesOf(dataset, "the Gaussian row");
  const n = dataset.size("train");
  if (n < 2) throw new RangeError(`a covariance needs 2 training pictures, found ${n}`);
  const parts = Array.from(
    { length: Math.ceil(n / trainingAtOnce) },
    (_, i) => range(i * trainingAtOnce, Math.min(n, (i + 1) * trainingAtOnce)),
  );
  const mean = new Float64Array(d);
  for (const part of parts) {
    const data = bytes.of(await samplesAt(dataset, "train", part));
    for (let i = 0, j = 0; i < data.length; i++, j = j + 1 === d ? 0 : j + 1) mean[j] += data[i];
  }
  for (let j = 0; j < d; j++) mean[j] /= n;
  const sums = new Float64Array(count * d);
  for (const [p, part] of parts.entries()) {
    const data = bytes.of(await samplesAt(dataset, "train", part));
    const centred = new Float32Array(data.length);
    for (let i = 0, j = 0; i < data.length; i++, j = j + 1 === d ? 0 : j + 1) {
      centred[i] = data[i] - mean[j];
    }
    const x_ND = engine.tensor(centred, [part.length, d]);
    for (let from = 0; from < count; from += rowsAtOnce) {
      const to = Math.min(count, from + rowsAtOnce);
      const g = new Float32Array(rowsAtOnce * part.length);
      for (let i = from; i < to; i++) {
        const draws = hostNormal(hostFold(hostFold(key, i), p), part.length);
        g.set(draws, (i - from) * part.length);
      }
      const g_BN = engine.tensor(g, [rowsAtOnce, part.length]);
      const y_BD = tf.tidy(() => tf.matMul(g_BN as never, x_ND as never));
      const values = await engine.read(y_BD);
      for (let i = 0; i < (to - from) * d; i++) sums[from * d + i] += values[i];
      g_BN.dispose();
      y_BD.dispose();
    }
    x_ND.dispose();
  }
  const scale = 1 / Math.sqrt(n - 1), data = new Uint8Array(count * d);
  for (let i = 0; i < data.length; i++) data[i] = toByte(mean[i % d] + scale * sums[i]);
  return bytes.samples(dataset.sample, data);
}

const gaussian = control(
  {
    name: "gaussian",
    version: 1,
    takes: "bytes",
    reads: () => ["train"],
    about:
      "a Gaussian with the training pixels' mean and full covariance: what no network need learn",
  },
  (context) => (count) => gaussianSamples(context, count),
);

const noise = control(
  {
    name: "noise",
    version: 1,
    takes: "bytes",
    reads: () => [],
    about: "pixels drawn uniformly from 0 to 255: the ceiling",
  },
  ({ dataset, key }) => (count) => {
    const { bytes, numbers: d } = bytesOf(dataset, "the noise row");
    const data = new Uint8Array(count * d);
    for (let i = 0; i < count; i++) data.set(hostIntegers(hostFold(key, i), d, 256), i * d);
    return Promise.resolve(bytes.samples(dataset.sample, data));
  },
);

/** Controls by name. */
export const controls: Readonly<Record<string, Control>> = {
  [heldOut.name]: heldOut,
  [trainingCopy.name]: trainingCopy,
  [gaussian.name]: gaussian,
  [noise.name]: noise,
};
