/** What rows cost: training and sampling, from what their records hold. @module */
import { type Meaning, meaningOf } from "../../metrics/table/mod.ts";
import { protocolOf } from "../../protocols/mod.ts";
import type { RunRecord, Series } from "../../record/mod.ts";
import { cellOf, type SeedValue } from "./tables/cells.ts";
import type { Column, Group, RecordsByGroup, Table } from "./model.ts";
import { type FilledColumn, table } from "./tables/tables.ts";

/** A value, or why there is none. */
type Found = number | { readonly reason: string };

/** What a cost is read from. */
interface Source {
  readonly record: RunRecord;
  readonly series: Series | undefined;
}

/** The last value of the record with this meaning. */
function metricOf({ metrics }: RunRecord, meaning: Meaning): Found {
  const found = metrics.filter((value) => meaningOf(value, meaning) !== null).at(-1);
  if (found === undefined) return { reason: "this suite doesn't measure it" };
  return found.value ?? { reason: found.reason ?? "no reason was recorded" };
}

/** Of the whole training, interruptions left out: the last of the series' running seconds. */
function trainingSeconds({ record, series }: Source): Found {
  if (record.steps === 0) return 0;
  const seconds = series?.columns.seconds?.at(-1);
  if (seconds !== undefined && Number.isFinite(seconds)) return seconds;
  if (record.resumed > 0) return { reason: "the run was resumed, and its series isn't here" };
  return record.timings.data + record.timings.steps + record.timings.compile;
}

/** TFLOP of the training: those of a picture, times the pictures seen. */
function trainingFlops({ record }: Source): Found {
  if (record.steps === 0) return 0;
  const each = metricOf(record, "trainingFlops");
  return typeof each === "number" ? each * record.steps * record.spec.batch / 1e6 : each;
}

/** Milliseconds a sample at the largest batch timed; of an external program, of all its samples. */
function samplingTime({ record }: Source): Found {
  const { samples } = record;
  if (samples !== undefined) {
    return samples.seconds === null
      ? { reason: "external: a folder of pictures" }
      : 1000 * samples.seconds / samples.count;
  }
  const rate = metricOf(record, "samplingRate");
  return typeof rate === "number" ? 1000 / rate : rate;
}

function evaluations({ record: { capabilities } }: Source): Found {
  if (capabilities === undefined) return { reason: "the record is of before this was kept" };
  return capabilities.samples ? capabilities.evaluations ?? 1 : { reason: "it gives no samples" };
}

/** A cost that rows are compared by. */
interface Cost {
  readonly name: string;
  /** The unit's beginning, where it goes on with what one sample is called. */
  readonly unit: string;
  readonly a?: "sample";
  readonly of: (source: Source) => Found;
}

/** Names of costs, by which charts find them. */
export const COSTS = {
  trainingSeconds: "training time",
  trainingFlops: "training FLOPs",
  evaluations: "evaluations a sample",
  samplingTime: "sampling time",
} as const;

const costs: readonly Cost[] = [
  {
    name: "parameters",
    unit: "",
    of: ({ record }) => record.parameters,
  },
  { name: "training steps", unit: "steps", of: ({ record }) => record.steps },
  { name: COSTS.trainingSeconds, unit: "s", of: trainingSeconds },
  { name: COSTS.trainingFlops, unit: "TFLOP", of: trainingFlops },
  { name: COSTS.evaluations, unit: "evaluations", of: evaluations },
  { name: COSTS.samplingTime, unit: "ms/", a: "sample", of: samplingTime },
];

const finished = ({ state }: RunRecord) => state === "done" || state === "unreliable";

function seedValue({ of, name }: Cost, source: Source): SeedValue {
  const { record } = source, { seed } = record.spec;
  const unknown = protocolOf(record.spec).costs;
  if (unknown?.status === "not-defined") {
    const { status, reason } = unknown;
    return { seed, value: null, status, reason };
  }
  const found = !finished(record)
    ? { reason: `the run ${record.state}` }
    : unknown !== undefined && !unknown.but?.includes(name)
    ? { reason: unknown.reason }
    : of(source);
  return typeof found === "number"
    ? { seed, value: found }
    : { seed, value: null, status: "not-measured", reason: found.reason };
}

/** Every cost as a column over the groups; no row is ranked by it. */
export function costColumns(
  groups: readonly Group[],
  { records, series }: { records: RecordsByGroup; series: ReadonlyMap<string, Series> },
): FilledColumn[] {
  const [first] = [...records.values()].flat(), one = first?.unit?.one ?? "image";
  return costs.map((cost) => {
    const { name } = cost, unit = cost.a === undefined ? cost.unit : cost.unit + one;
    const column: Column = {
      name,
      heading: name,
      metric: "cost",
      unit,
      direction: "none",
      kind: "speed",
    };
    const cells = groups.map((group) =>
      cellOf(
        (records.get(group.id) ?? []).map((record) =>
          seedValue(cost, { record, series: series.get(record.id) })
        ),
      )
    );
    return { column, cells };
  });
}

/** The costs as a table; none where no row has any. */
export function costTable(groups: readonly Group[], columns: readonly FilledColumn[]): Table[] {
  const own = columns.filter(({ cells }) => cells.some((cell) => cell.kind === "value"));
  if (own.length === 0) return [];
  const caption = "What rows cost on this machine. Training time is that of its steps with their " +
    "data; FLOPs are counted from shapes, matmuls and convolutions alone; sampling time is " +
    "that of one sample at the largest batch timed.";
  return [table({ id: "cost", title: "Cost", caption }, groups, own)];
}
