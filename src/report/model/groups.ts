/** Runs into rows: records grouped over seeds, families before control rows. @module */
import { isMemorised } from "../../metrics/copies/mod.ts";
import { meaningOf } from "../../metrics/table/mod.ts";
import { onData, type RunRecord, type RunState } from "../../record/mod.ts";
import { protocolOf } from "../../protocols/mod.ts";
import { mean } from "../../stats/mod.ts";
import type { Group, RecordsByGroup } from "./model.ts";

/** Order of the control rows known here; others follow by name. */
const CONTROLS = ["held-out", "training-copy", "gaussian", "noise"];

/** Groups in table order, with their records by seed. */
export interface Grouped {
  readonly groups: readonly Group[];
  readonly records: RecordsByGroup;
  /** Records of steps on the way to others: they make no rows. */
  readonly steps: readonly RunRecord[];
}

/**
 * Groups records whose specs differ in the seed alone. Families keep the order in which they come;
 * two groups of one label get the part of their hash that tells them apart.
 * @param on what the data of all of them are called, where that needn't be said in their labels
 */
export function groupRecords(records: readonly RunRecord[], on?: string): Grouped {
  const byGroup = new Map<string, RunRecord[]>();
  for (const record of records) {
    byGroup.set(record.group, [...byGroup.get(record.group) ?? [], record]);
  }
  for (const runs of byGroup.values()) runs.sort((a, b) => a.spec.seed - b.spec.seed);
  const entries = [...byGroup];
  const rowOf = (first: RunRecord) => protocolOf(first.spec).row;
  const families = entries.filter(([, [first]]) => !["control", "step"].includes(rowOf(first)));
  const controls = entries.filter(([, [first]]) => rowOf(first) === "control")
    .sort(([, [a]], [, [b]]) => controlPlace(a) - controlPlace(b) || compare(a.label, b.label));
  const ordered = [...families, ...controls];
  const said = on === undefined ? "" : onData(on);
  const labels = ordered.map(([, [{ label }]]) =>
    label.endsWith(said) ? label.slice(0, label.length - said.length) : label
  );
  const groups = ordered.map(([id, runs], place): Group => {
    const [first] = runs;
    const control = rowOf(first) === "control";
    const shared = labels.filter((label) => label === labels[place]).length > 1;
    const states: Partial<{ [state in RunState]: number }> = {};
    for (const run of runs) states[run.state] = (states[run.state] ?? 0) + 1;
    return {
      id,
      label: shared ? `${labels[place]} (${id.slice(0, 6)})` : labels[place],
      family: first.spec.family,
      control,
      index: control ? -1 : place,
      seeds: runs.map((run) => run.spec.seed),
      runs: runs.map((run) => run.id),
      states,
      memorised: memorised(runs),
      parameters: protocolOf(first.spec).trains ? first.parameters : null,
      steps: Math.max(...runs.map((run) => run.steps)),
    };
  });
  const steps = entries.flatMap(([, runs]) => rowOf(runs[0]) === "step" ? runs : []);
  return { groups, records: new Map(ordered), steps };
}

/** Whether the mean over runs of some extractor's nearness to the training set says so. */
function memorised(runs: readonly RunRecord[]): boolean {
  const found = runs.flatMap((run) =>
    run.metrics.filter((found) => meaningOf(found, "nearness") !== null && found.value !== null)
  );
  return [...new Set(found.map((metric) => metric.name))].some((name) => {
    const own = found.filter((metric) => metric.name === name);
    const over = (read: (metric: typeof own[number]) => number | undefined) =>
      mean(own.map((metric) => read(metric) ?? NaN));
    return isMemorised({
      ratio: over((m) => m.value ?? undefined),
      standardError: over((m) => m.beside?.standardError),
      toHeldOut: over((m) => m.beside?.toHeldOut),
      toHeldOutError: over((m) => m.beside?.toHeldOutError),
    });
  });
}

/**
 * Of several versions of a suite's runs, the newest: for each label and engine the group that ran
 * last. Returns those and how many runs were left out.
 */
export function newestGroups(
  records: readonly RunRecord[],
): { kept: RunRecord[]; superseded: number } {
  const newest = new Map<string, RunRecord>();
  const key = (record: RunRecord) =>
    JSON.stringify([record.spec.protocol, record.label, record.spec.engine]);
  for (const record of records) {
    const other = newest.get(key(record));
    if (!other || record.provenance.startedAt > other.provenance.startedAt) {
      newest.set(key(record), record);
    }
  }
  const kept = records.filter((record) => newest.get(key(record))!.group === record.group);
  return { kept, superseded: records.length - kept.length };
}

function controlPlace(record: RunRecord): number {
  const place = CONTROLS.indexOf(record.spec.family);
  return place < 0 ? CONTROLS.length : place;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
