/**
 * Control rows: sources of samples whose quality is known beforehand, scored like any model. A table
 * without them can't be read: they are the floor, the ceiling and the two classic ways to cheat.
 * @module
 */
import type { Dataset } from "../../data/mod.ts";
import { type ByteForm, kindOf, type Samples } from "../../kinds/mod.ts";
import { MetricUnavailable } from "../../base/mod.ts";
import { hostFold, hostIntegers, hostNormal } from "../../random/host/mod.ts";
import { type Control, control, type ControlContext } from "./control.ts";
import { heldOut, range, samplesAt, trainingCopy } from "./real.ts";
import { answerControls } from "./text/answers.ts";
import { textControls } from "./text/rows.ts";
import { viewControls } from "./views/rows.ts";

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
  ...Object.fromEntries(
    [...textControls, ...answerControls, ...viewControls].map((row) => [row.name, row]),
  ),
};
