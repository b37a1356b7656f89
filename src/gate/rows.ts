/**
 * Rows: what the gate compares. One a label ("vae β=4") and metric, with a value a seed.
 * @module
 */
import type { MetricValue } from "../metrics/metric.ts";
import type { Record as RunRecord } from "../record/record.ts";

/** One metric of one group of seeds. */
export interface Row {
  readonly label: string;
  /** Hash of the spec without its seed; another one says that the experiment itself changed. */
  readonly group: string;
  /** Full name: "FD-judge-heads-v1@2000". */
  readonly name: string;
  /** The suite's metric: "frechet". */
  readonly metric: string;
  readonly version: number;
  readonly kind: MetricValue["kind"];
  readonly direction: MetricValue["direction"];
  readonly unit: string;
  /** Value by seed. */
  readonly values: ReadonlyMap<number, number>;
  /** Raw repeats by seed, for timings. */
  readonly raw: ReadonlyMap<number, readonly number[]>;
  /** "any" or a machine class: within what these numbers may be compared. */
  readonly scope: string;
}

/** What records hold for the gate. */
export interface Rows {
  readonly rows: readonly Row[];
  /** By label: why some of its seeds give no numbers, or numbers not to rest on. */
  readonly absent: ReadonlyMap<string, readonly string[]>;
  readonly unreliable: ReadonlyMap<string, readonly string[]>;
  /** By `rowKey`: why a metric has no value. */
  readonly unavailable: ReadonlyMap<string, string>;
}

/** Identity of a row within a suite. */
export function rowKey(row: { readonly label: string; readonly name: string }): string {
  return `${row.label}\u0000${row.name}`;
}

/**
 * Within what a value may be compared: timings within their machine class, the rest everywhere if
 * the engine promises the same bits everywhere and the budget isn't one of time, which a faster
 * machine fills with more steps.
 */
export function scopeOf(kind: MetricValue["kind"], record: RunRecord): string {
  const { determinism, machineClass } = record.provenance;
  const everywhere = /^any\b/.test(determinism) && !("seconds" in record.spec.budget);
  return kind !== "speed" && everywhere ? "any" : machineClass;
}

type Growing = Omit<Row, "values" | "raw"> & {
  values: Map<number, number>;
  raw: Map<number, readonly number[]>;
};

/** Groups the values of records by label, metric and seed. */
export function rowsOf(records: readonly RunRecord[]): Rows {
  const rows = new Map<string, Growing>();
  const absent = new Map<string, string[]>();
  const unreliable = new Map<string, string[]>();
  const unavailable = new Map<string, string>();
  const note = (notes: Map<string, string[]>, label: string, text: string) =>
    notes.set(label, [...notes.get(label) ?? [], text]);
  for (const record of records) {
    const { label, state, spec } = record;
    const cause = record.cause === undefined ? "" : `: ${record.cause}`;
    if (state !== "done" && state !== "unreliable") {
      note(absent, label, `seed ${spec.seed} ${state}${cause}`);
      continue;
    }
    if (state === "unreliable") note(unreliable, label, `seed ${spec.seed} unreliable${cause}`);
    for (const value of record.metrics) {
      const key = rowKey({ label, name: value.name });
      if (value.value === null || !Number.isFinite(value.value)) {
        unavailable.set(key, value.reason ?? `the value is ${value.value}`);
        continue;
      }
      let row = rows.get(key);
      if (row === undefined) {
        row = {
          label,
          group: record.group,
          name: value.name,
          metric: value.metric,
          version: spec.metrics.find((entry) => entry.metric === value.metric)?.version ?? 0,
          kind: value.kind,
          direction: value.direction,
          unit: value.unit,
          values: new Map(),
          raw: new Map(),
          scope: scopeOf(value.kind, record),
        };
        rows.set(key, row);
      }
      // + 0 turns −0, which JSON can't keep, into 0.
      row.values.set(spec.seed, value.value + 0);
      if (value.raw !== undefined) row.raw.set(spec.seed, value.raw);
    }
  }
  return { rows: [...rows.values()], absent, unreliable, unavailable };
}
