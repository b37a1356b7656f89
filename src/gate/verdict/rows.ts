/**
 * Rows: what the gate compares. There is one for each label ("vae β=4") and metric, with one value
 * for each seed.
 * @module
 */
import type { MetricValue, RunRecord } from "../../record/mod.ts";

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
  /** Whether the engine promises the same bits within that scope; left out of baselines. */
  readonly repeatable?: boolean;
}

/** What records hold for the gate. */
export interface Rows {
  readonly rows: readonly Row[];
  /** By label and seed: why a run gives no numbers. */
  readonly absent: ReadonlyMap<string, ReadonlyMap<number, string>>;
  /** By label: seeds whose runs came to their end. */
  readonly finished: ReadonlyMap<string, ReadonlySet<number>>;
  /** By label: why some of its seeds give numbers not to rest on. */
  readonly unreliable: ReadonlyMap<string, readonly string[]>;
  /** By `rowKey` and seed: why a finished run gives no value of a metric. */
  readonly lost: ReadonlyMap<string, ReadonlyMap<number, string>>;
  /** By label: seeds with several records, of which the newest counts. */
  readonly repeated: ReadonlyMap<string, readonly string[]>;
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

/** Why a value can't be used, or null. */
function fault({ value, raw, reason }: MetricValue): string | null {
  if (value === null || !Number.isFinite(value)) return reason ?? `the value is ${value}`;
  if (raw !== undefined && !raw.every(Number.isFinite)) {
    return `a repeat is ${raw.find((x) => !Number.isFinite(x))}`;
  }
  return null;
}

/** The newest record of each label and seed, and a word on those that had several. */
function newest(records: readonly RunRecord[]): {
  readonly records: readonly RunRecord[];
  readonly repeated: ReadonlyMap<string, readonly string[]>;
} {
  const found = new Map<string, RunRecord[]>();
  for (const record of records) {
    const key = `${record.label}\u0000${record.spec.seed}`;
    found.set(key, [...found.get(key) ?? [], record]);
  }
  const repeated = new Map<string, string[]>();
  const kept = [...found.values()].map((several) => {
    if (several.length > 1) {
      const { label, spec } = several[0];
      repeated.set(label, [
        ...repeated.get(label) ?? [],
        `seed ${spec.seed} has ${several.length} records, the newest counts`,
      ]);
    }
    return several.reduce((a, b) => b.provenance.startedAt >= a.provenance.startedAt ? b : a);
  });
  return { records: kept, repeated };
}

/**
 * Groups the values of records by label, metric, scope and seed: what two classes of machines gave
 * stands in two rows.
 */
export function rowsOf(given: readonly RunRecord[]): Rows {
  const { records, repeated } = newest(given);
  const rows = new Map<string, Growing>();
  const absent = new Map<string, Map<number, string>>();
  const finished = new Map<string, Set<number>>();
  const unreliable = new Map<string, string[]>();
  const lost = new Map<string, Map<number, string>>();
  for (const record of records) {
    const { label, state, spec } = record;
    if (state !== "done" && state !== "unreliable") {
      const why = record.cause === undefined ? state : `${state}, ${record.cause}`;
      absent.set(label, (absent.get(label) ?? new Map()).set(spec.seed, why));
      continue;
    }
    finished.set(label, (finished.get(label) ?? new Set()).add(spec.seed));
    if (state === "unreliable") {
      const cause = record.cause === undefined ? "" : `: ${record.cause}`;
      const notes = unreliable.get(label) ?? [];
      unreliable.set(label, [...notes, `seed ${spec.seed} unreliable${cause}`]);
    }
    for (const value of record.metrics) {
      const key = rowKey({ label, name: value.name });
      const unusable = fault(value);
      if (unusable !== null) {
        lost.set(key, (lost.get(key) ?? new Map()).set(spec.seed, unusable));
        continue;
      }
      const scope = scopeOf(value.kind, record);
      const place = `${key}\u0000${scope}`;
      let row = rows.get(place);
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
          scope,
          repeatable: value.kind !== "speed" && isRepeatable(record),
        };
        rows.set(place, row);
      }
      // + 0 turns −0, which JSON can't keep, into 0.
      row.values.set(spec.seed, value.value! + 0);
      if (value.raw !== undefined) row.raw.set(spec.seed, value.raw);
    }
  }
  return { rows: [...rows.values()], absent, finished, unreliable, lost, repeated };
}

/** Whether the same run is promised to have the same bits again, here at least. */
function isRepeatable({ provenance, spec }: RunRecord): boolean {
  return !/^none\b/.test(provenance.determinism) && !("seconds" in spec.budget);
}
