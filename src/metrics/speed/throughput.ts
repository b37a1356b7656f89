/**
 * How fast a model trains and samples, by a stated protocol.
 * @module
 */
import { z } from "zod";
import { imageKind } from "../../kinds/image/mod.ts";
import { countedUnit, type KindName, type Unit } from "../../kinds/mod.ts";
import { defineMetric, type Metric } from "../metric.ts";
import { MetricUnavailable } from "../../base/mod.ts";
import type { Subject } from "../../subject/mod.ts";
import type { MetricValue } from "../../record/mod.ts";

const config = z.strictObject({
  batches: z.array(z.int().min(1)).min(1).default([1, 8, 64]).describe("batch sizes timed"),
  warmup: z.int().min(1).default(2).describe("calls before timing starts"),
  repeats: z.int().min(5).default(5).describe(
    "timed repeats; the value is the median, and all are kept",
  ),
  seconds: z.number().gt(0).default(0.2).describe(
    "seconds that a repeat should fill with calls, so that the clock's resolution doesn't matter",
  ),
});
type Config = z.infer<typeof config>;

/** The middle value, or the mean of the two middle ones. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b), half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** What timing needs of the world: a clock in milliseconds. */
export type Clock = () => number;

/**
 * Images a second of `work`, one value a repeat. Warm-up calls come first and size the repeats:
 * each is n calls, n such that it lasts `seconds`.
 */
export async function timeRepeats(
  work: () => Promise<void>,
  options: Pick<Config, "warmup" | "repeats" | "seconds"> & { batch: number; clock: Clock },
): Promise<{ perSecond: number[]; callMilliseconds: number[] }> {
  const { batch, clock } = options;
  let last = 0;
  for (let i = 0; i < options.warmup; i++) {
    const start = clock();
    await work();
    last = clock() - start;
  }
  const calls = Math.max(1, Math.ceil(options.seconds * 1000 / Math.max(last, 1e-3)));
  const perSecond: number[] = [], callMilliseconds: number[] = [];
  for (let r = 0; r < options.repeats; r++) {
    const start = clock();
    for (let i = 0; i < calls; i++) await work();
    const elapsed = Math.max(clock() - start, 1e-6);
    perSecond.push(1000 * calls * batch / elapsed);
    callMilliseconds.push(elapsed / calls);
  }
  return { perSecond, callMilliseconds };
}

function named(options: Config, { one, many }: Unit = imageKind.unit) {
  const speed = { metric: "throughput", kind: "speed" } as const;
  const counted = { metric: "throughput", kind: "deterministic", direction: "lower" } as const;
  const each = (part: "train" | "sample") =>
    options.batches.map((batch) => ({
      ...speed,
      name: `${part}-speed-b${batch}`,
      unit: `${many}/s`,
      direction: "higher" as const,
    }));
  return {
    train: each("train"),
    sample: each("sample"),
    first: {
      ...speed,
      name: "first-sample-latency",
      unit: "ms",
      direction: "lower" as const,
    },
    peak: { ...speed, name: "peak-memory", unit: "MiB", direction: "lower" as const },
    trainFlops: { ...counted, name: "train-FLOPs", unit: `MFLOP/${one}` },
    sampleFlops: { ...counted, name: "sample-FLOPs", unit: `MFLOP/${one}` },
  };
}

/** What is said of training where there is none. */
const untrained = {
  value: null,
  status: "not-defined",
  reason: "nothing is trained: the budget is 0 steps",
} as const;

/** FLOPs of a subject, counted from shapes. */
export async function count(
  timed: NonNullable<Subject["timed"]>,
  options: Config,
  unit?: Unit,
): Promise<MetricValue[]> {
  const { trainFlops, sampleFlops } = named(options, unit), { parts = 1 } = timed;
  const batch = parts * Math.max(...options.batches);
  if (timed.uncounted !== undefined) {
    const none = { value: null, status: "not-defined", reason: timed.uncounted } as const;
    return [{ ...trainFlops, ...none }, { ...sampleFlops, ...none }];
  }
  const flops = await timed.flops(batch / parts);
  return [
    {
      ...trainFlops,
      ...(timed.trains === false ? untrained : { value: flops.train / batch / 1e6 }),
    },
    { ...sampleFlops, value: flops.sample / batch / 1e6 },
  ];
}

/** Times a subject. Exported so that a test can hand it a clock of its own. */
export async function measure(
  timed: NonNullable<Subject["timed"]>,
  options: Config,
  { clock, unit }: { readonly clock: Clock; readonly unit?: Unit },
): Promise<MetricValue[]> {
  const names = named(options, unit), values: MetricValue[] = [], { parts = 1 } = timed;
  // First of all, while this process has sampled least: the first call at batch 1, preparation
  // and compilation included, then the same call warm.
  const coldStart = clock();
  const one = await timed.sampleBatch(1);
  await one();
  const cold = clock() - coldStart;
  const warm = await timeRepeats(one, { ...options, batch: 1, clock });
  values.push({
    ...names.first,
    value: median(warm.callMilliseconds),
    raw: warm.callMilliseconds,
    beside: { cold },
  });
  for (const [i, batch] of options.batches.entries()) {
    if (timed.trains === false) {
      values.push({ ...names.train[i], ...untrained });
      continue;
    }
    // Images a second over all kinds of step: 1/Σ share/rate.
    const secondsPerImage = new Float64Array(options.repeats);
    for (const { share, work } of await timed.trainSteps(batch)) {
      const { perSecond } = await timeRepeats(work, { ...options, batch: parts * batch, clock });
      perSecond.forEach((rate, r) => secondsPerImage[r] += share / rate);
    }
    const raw = Array.from(secondsPerImage, (seconds) => 1 / seconds);
    values.push({ ...names.train[i], value: median(raw), raw });
  }
  for (const [i, batch] of options.batches.entries()) {
    const work = await timed.sampleBatch(batch);
    const { perSecond } = await timeRepeats(work, { ...options, batch: parts * batch, clock });
    values.push({ ...names.sample[i], value: median(perSecond), raw: perSecond });
  }
  values.push({ ...names.peak, value: timed.peakBytes() / 2 ** 20 });
  return values;
}

/**
 * `train-speed-b<B>` (over all kinds of step that a training has), `sample-speed-b<B>` (images/s,
 * median of repeats, raw repeats kept),
 * `first-sample-latency` (one picture from a warm model; `beside.cold`: with preparation and
 * compilation), `peak-memory` (the engine's own count over the process so far) and FLOPs an image
 * at the largest batch, counted from the shapes of the matmuls and convolutions that ran, two a
 * multiply-add, elementwise work left out.
 */
export const throughput: Metric<Config> = defineMetric<Config, KindName>({
  name: "throughput",
  version: 1,
  about: "samples per second in training and sampling, latency, peak memory, FLOPs",
  papers: ["arXiv:1910.01500"],
  takes: "any",
  phase: "speed",
  config,
  declares(options, unit) {
    const { train, sample, first, peak, trainFlops, sampleFlops } = named(options, unit);
    return [first, ...train, ...sample, peak, trainFlops, sampleFlops];
  },
  async compute({ subject, dataset }, options) {
    const unit = countedUnit(dataset.sample);
    return await measure(timedOf(subject), options, { clock: () => performance.now(), unit });
  },
  counts: {
    declares(options, unit) {
      const { trainFlops, sampleFlops } = named(options, unit);
      return [trainFlops, sampleFlops];
    },
    async compute({ subject, dataset }, options) {
      return await count(timedOf(subject), options, countedUnit(dataset.sample));
    },
  },
});

function timedOf({ timed, label }: Subject): NonNullable<Subject["timed"]> {
  if (timed) return timed;
  throw new MetricUnavailable("not-defined", `${label} has nothing to time`);
}
