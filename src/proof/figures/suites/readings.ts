/**
 * Numbers of a suite's families from its records: means over seeds, and each seed.
 * @module
 */
import { protocolOf } from "../../../protocols/mod.ts";
import type { MetricValue } from "../../../record/mod.ts";
import { mean, meanInterval } from "../../../stats/mod.ts";
import type { Measured } from "../figure.ts";
import { recordSource } from "../records.ts";
import type { SmallRecord } from "./small_records.ts";

/** Reads one number of one run; null where it has none. */
export type Reader = (record: SmallRecord, all: readonly SmallRecord[]) => number | null;

/** Whether there is one. */
export const isNumber = (value: number | null | undefined): value is number =>
  value !== null && value !== undefined;

/** The metric values of a record whose names fit. */
export function metricsOf({ metrics }: SmallRecord, name: RegExp): MetricValue[] {
  return metrics.filter((metric) => name.test(metric.name) && metric.value !== null);
}

/** The value of the first metric of that name. */
export function value(name: RegExp): Reader {
  return (record) => metricsOf(record, name)[0]?.value ?? null;
}

/** The largest over the values of that name: over the guidances that were tried. */
export function largest(name: RegExp): Reader {
  return (record) => {
    const found = metricsOf(record, name).map((metric) => metric.value!);
    return found.length > 0 ? Math.max(...found) : null;
  };
}

/** A value less one that is read beside it. */
export function above(name: RegExp, beside: string): Reader {
  return (record) => {
    const [found] = metricsOf(record, name);
    const other = found?.beside?.[beside];
    return isNumber(found?.value) && isNumber(other) ? found.value - other : null;
  };
}

/** A value over one that is read beside it. */
export function shareOf(name: RegExp, beside: string): Reader {
  return (record) => {
    const [found] = metricsOf(record, name);
    const whole = found?.beside?.[beside];
    return isNumber(found?.value) && isNumber(whole) ? found.value / whole : null;
  };
}

/** What a figure asks of a suite's records. */
export interface Question {
  readonly family: string;
  readonly read: Reader;
  readonly better: "lower" | "higher";
  /** Fewest seeds that the number may rest on. */
  readonly seeds: number;
}

const finished = ({ state }: SmallRecord) => state === "done" || state === "unreliable";

/**
 * The best configuration's mean over seeds, with all the others in the detail: a suite may hold
 * several variants of a family, and the reader of the figure sees what it was chosen from.
 */
export function answer(records: readonly SmallRecord[], question: Question): Measured {
  const { family, read, better, seeds } = question;
  const own = records.filter(({ spec }) => protocolOf(spec).trains && spec.family === family);
  const labels = [...new Set(own.map(({ label }) => label))];
  const rows = labels.flatMap((label) => {
    const runs = own.filter((record) => record.label === label && finished(record));
    const values = runs.map((record) => ({ record, value: read(record, records) }))
      .filter((one): one is { record: SmallRecord; value: number } => one.value !== null);
    return values.length === 0 ? [] : [{ label, values, mean: mean(values.map((v) => v.value)) }];
  });
  const enough = rows.filter(({ values }) => values.length >= seeds);
  if (enough.length === 0) {
    const most = Math.max(0, ...rows.map(({ values }) => values.length));
    return {
      value: null,
      reason: own.length === 0
        ? `no record of ${family}`
        : `${most} of the ${seeds} seeds that it must rest on have this number`,
    };
  }
  const sign = better === "lower" ? 1 : -1;
  const best = enough.reduce((a, b) => sign * b.mean < sign * a.mean ? b : a);
  const numbers = best.values.map((v) => v.value);
  const interval = meanInterval(numbers, { level: 0.95 });
  return {
    value: best.mean,
    detail: {
      label: best.label,
      seeds: Object.fromEntries(best.values.map((v) => [v.record.spec.seed, v.value])),
      ...(interval === null ? {} : { low: interval.low, high: interval.high }),
      trainingSeconds: best.values.map((v) => v.record.timings.steps),
      ...(rows.length > 1
        ? {
          others: Object.fromEntries(rows.filter((r) => r !== best).map((r) => [r.label, r.mean])),
        }
        : {}),
    },
    source: recordSource(best.values.map((v) => v.record)),
  };
}

/** Trained runs that diverged or failed. */
export function broken(records: readonly SmallRecord[]): Measured {
  const trained = records.filter(({ spec }) => protocolOf(spec).trains);
  if (trained.length === 0) return { value: null, reason: "no record of a trained run" };
  const lost = trained.filter(({ state }) => state === "diverged" || state === "failed");
  return {
    value: lost.length,
    detail: {
      runs: trained.length,
      lost: lost.map(({ label, spec, cause }) => `${label} seed ${spec.seed}: ${cause ?? ""}`),
    },
    source: recordSource(trained),
  };
}
