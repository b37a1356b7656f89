/**
 * Figures that are read from the records of a suite, with where they come from.
 * @module
 */
import { builtInMetrics, metricNames, narrowed } from "../../metrics/table/mod.ts";
import { protocolOf } from "../../protocols/mod.ts";
import { openStore, type RunRecord } from "../../record/mod.ts";
import type { Measured } from "./figure.ts";
import type { FigureSource } from "./source.ts";

/** Source of a figure read from these records. */
export function recordSource(
  records: readonly Pick<RunRecord, "id" | "provenance">[],
): Partial<FigureSource> {
  const one = <T>(values: readonly T[]) => new Set(values).size === 1 ? values[0] : null;
  const engines = records.map(({ provenance: { engine } }) =>
    [engine.name, ...Object.entries(engine.versions).map(([name, v]) => `${name} ${v}`)].join(", ")
  );
  const classes = [...new Set(records.map(({ provenance }) => provenance.machineClass))];
  return {
    commit: one(records.map(({ provenance }) => provenance.gitSha)),
    dirty: records.some(({ provenance }) => provenance.gitDirty !== false),
    engine: one(engines),
    machineClass: classes.join(" + "),
    records: records.map(({ id }) => id),
    date: records.map(({ provenance }) => provenance.finishedAt ?? provenance.startedAt).sort().at(
      -1,
    ),
  };
}

/**
 * Share of a run's time that no part of its work took: not data, steps, metrics or pictures.
 * Compilation counts as overhead.
 */
export function overheadOf({ timings }: Pick<RunRecord, "timings">): number {
  const { data, steps, metrics, pictures, total } = timings;
  return (total - data - steps - metrics - pictures) / total;
}

/** The worst overhead among trained runs, and each. */
export function worstOverhead(records: readonly RunRecord[]): Measured {
  const trained = records.filter(({ spec, state, timings }) =>
    protocolOf(spec).trains && state === "done" && timings.total > 0
  );
  if (trained.length === 0) return { value: null, reason: "no trained run is done" };
  const shares = trained.map((record) => 100 * overheadOf(record));
  return {
    value: Math.max(...shares),
    detail: Object.fromEntries(
      trained.map(({ label, spec, timings }, i) => [
        `${label} seed ${spec.seed}`,
        { overhead: shares[i], timings },
      ]),
    ),
    source: recordSource(trained),
  };
}

/** What the probe on posterior means read in one run. */
export interface ProbeReading {
  readonly label: string;
  readonly seed: number;
  readonly accuracy: number;
  readonly chance: number;
  readonly shuffled: number;
}

const expression = narrowed(builtInMetrics.control.values.reading, { factor: "expression" });

/**
 * Balanced accuracies of the expression probe of a family's runs.
 * @param family "vae"
 */
export function probeReadings(records: readonly RunRecord[], family: string): ProbeReading[] {
  return records.flatMap((record): ProbeReading[] => {
    if (record.spec.family !== family || record.state !== "done") return [];
    const value = record.metrics.find(({ metric, name, value, beside }) =>
      metric === metricNames.control && expression.test(name) && value !== null &&
      beside?.shuffled !== undefined && beside?.chance !== undefined
    );
    if (value === undefined) return [];
    return [{
      label: record.label,
      seed: record.spec.seed,
      accuracy: value.value!,
      chance: value.beside!.chance,
      shuffled: value.beside!.shuffled,
    }];
  });
}

/** Fields in which two JSON values differ, as paths. Arrays count place by place. */
export function differences(a: unknown, b: unknown, path = ""): string[] {
  if (Object.is(a, b)) return [];
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return [path];
  const [left, right] = [a, b] as [{ [key: string]: unknown }, { [key: string]: unknown }];
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].flatMap((key) =>
    differences(left[key], right[key], path === "" ? key : `${path}.${key}`)
  );
}

/** A record without time and provenance: what the same seed must repeat. */
export function timeless(record: RunRecord): unknown {
  const { provenance: _where, timings: _when, metrics, ...rest } = record;
  return { ...rest, metrics: metrics.filter(({ kind }) => kind !== "speed") };
}

/** All that the same seed must repeat, of the records of a folder, by run. */
export async function timelessRecords(
  out: string,
): Promise<{ records: RunRecord[]; all: Readonly<Record<string, unknown>> }> {
  const store = openStore(out);
  const records = await store.list();
  const all: { [id: string]: unknown } = {};
  for (const record of records) {
    const { seconds: _when, ...columns } = (await store.readSeries(record.id))?.columns ?? {};
    // The digest of the series covers its column of seconds; the columns stand here themselves.
    const { seriesSha256: _digest, ...rest } = timeless(record) as { seriesSha256: unknown };
    all[record.id] = { ...rest, columns };
  }
  return { records, all };
}
