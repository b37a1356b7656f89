/**
 * Baselines: the numbers that a reviewer accepted, in files that a person can read and diff.
 * `baselines/any/<suite>.json` holds what has the same bits on every machine, `baselines/<machine
 * class>/<suite>.json` what belongs to one class of machines. Numbers are written with enough
 * digits to read the same float64 again.
 * @module
 */
import { dirname, join } from "@std/path";
import { z } from "zod";
import { UsageError } from "../../base/mod.ts";
import type { EngineIdentity } from "../../engine/mod.ts";
import type { RunRecord } from "../../record/mod.ts";
import { readReviewed, rowsSchema } from "./reviewed.ts";
import { type Row, rowKey } from "../verdict/rows.ts";

const seed = z.string().regex(/^\d+$/);

/** A row as files hold it. */
export const rowSchema = z.strictObject({
  label: z.string(),
  metric: z.string(),
  /** The suite's metric that gave it. */
  of: z.string(),
  version: z.int(),
  group: z.string(),
  kind: z.enum(["deterministic", "quality", "speed"]),
  direction: z.enum(["lower", "higher", "none"]),
  unit: z.string(),
  values: z.record(seed, z.number())
    .refine((values) => Object.keys(values).length > 0, "a row without values"),
  raw: z.record(seed, z.array(z.number()).min(1, "a timing without repeats")).optional(),
}).refine(
  ({ values, raw = {} }) => Object.keys(raw).every((seed) => seed in values),
  { path: ["raw"], message: "repeats of a seed that has no value" },
);

const updateSchema = z.strictObject({
  reason: z.string().min(1),
  author: z.string().min(1),
  /** ISO 8601, UTC. */
  date: z.string(),
  commit: z.string().nullable(),
  /** Rows that this update added, changed or removed. */
  rows: z.int(),
});

const baselineSchema = z.strictObject({
  format: z.literal(1),
  suite: z.string(),
  suiteVersion: z.int(),
  machineClass: z.string(),
  engine: z.looseObject({ name: z.enum(["wasm", "tensorflow", "webgpu"]) }),
  /** Newest first. */
  updates: z.array(updateSchema).min(1),
  rows: rowsSchema(rowSchema),
});

/** A reviewed change of a baseline. */
export type BaselineUpdate = z.infer<typeof updateSchema>;

/** A baseline file. */
export type Baseline = Omit<z.infer<typeof baselineSchema>, "engine"> & {
  readonly engine: EngineIdentity;
};

type StoredRow = z.infer<typeof rowSchema>;

const cache = new WeakMap<Baseline, ReadonlyMap<string, Row>>();

/** The rows of a baseline by `rowKey`. */
export function baselineRows(baseline: Baseline): ReadonlyMap<string, Row> {
  let rows = cache.get(baseline);
  if (rows === undefined) {
    rows = new Map(baseline.rows.map((stored) => {
      const row = rowFrom(stored, baseline.machineClass);
      return [rowKey(row), row];
    }));
    cache.set(baseline, rows);
  }
  return rows;
}

/** `baselines/<machine class>/<suite>.json`. */
export function baselinePath(
  folder: string,
  { suite, machineClass }: { suite: string; machineClass: string },
): string {
  return join(folder, machineClass.replace(/[^A-Za-z0-9._-]+/g, "-"), `${suite}.json`);
}

/**
 * Reads one baseline; null where there is none.
 * @throws UsageError where the file is not a baseline of that suite and class
 */
export async function readBaseline(
  folder: string,
  which: { suite: string; machineClass: string },
): Promise<Baseline | null> {
  const read = await readReviewed(baselinePath(folder, which), {
    schema: baselineSchema,
    what: "a baseline file",
    anew: 'write it from records: likeness gate --update --reason "…"',
    of: which,
  });
  return read as Baseline | null;
}

/**
 * Refuses a folder of baselines that was named and isn't there: with nothing to compare with,
 * everything would be new.
 * @throws UsageError
 */
export async function checkBaselinesFolder(folder: string): Promise<void> {
  const there = await Deno.stat(folder).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return null;
    throw new UsageError(`--baselines ${folder} can't be read: ${error.message}`);
  });
  if (there?.isDirectory) return;
  throw new UsageError(
    `--baselines ${folder} ${
      there === null ? "isn't there" : "is no folder"
    }: name the folder that ` +
      "holds any/<suite>.json, or make it with gate --update",
  );
}

/** Baselines for everything that `records` could be compared with. */
export async function readBaselines(
  folder: string,
  { suite, records }: { suite: string; records: readonly RunRecord[] },
): Promise<Baseline[]> {
  return await readEach(
    scopesOf(records),
    (machineClass) => readBaseline(folder, { suite, machineClass }),
  );
}

/** Within what numbers of `records` may be compared: everywhere, and in their machine classes. */
export function scopesOf(records: readonly RunRecord[]): string[] {
  return [...new Set(["any", ...records.map((r) => r.provenance.machineClass)])];
}

/** What there is of each scope. */
export async function readEach<T>(
  scopes: readonly string[],
  read: (machineClass: string) => Promise<T | null>,
): Promise<T[]> {
  const found = await Promise.all(scopes.map(read));
  return found.filter((one) => one !== null) as T[];
}

/** Writes a baseline whole or not at all. */
export async function writeBaseline(folder: string, baseline: Baseline): Promise<string> {
  const path = baselinePath(folder, baseline);
  await Deno.mkdir(dirname(path), { recursive: true });
  const partial = `${path}.${crypto.randomUUID()}.partial`;
  try {
    await Deno.writeTextFile(partial, encodeBaseline(baseline));
    await Deno.rename(partial, path);
  } catch (error) {
    await Deno.remove(partial).catch(() => {});
    throw error;
  }
  return path;
}

/** A file of reviewed rows as text: one row a line, so that a diff shows rows. */
export function encodeBaseline(
  baseline: { readonly rows: readonly unknown[]; readonly updates: readonly unknown[] },
): string {
  const { rows, updates, ...head } = baseline;
  const lines = Object.entries(head).map(([key, value]) => `  "${key}": ${JSON.stringify(value)},`);
  const list = (items: readonly unknown[]) =>
    items.map((item) => `    ${JSON.stringify(item)}`).join(",\n");
  return [
    "{",
    ...lines,
    `  "updates": [\n${list(updates)}\n  ],`,
    `  "rows": [\n${list(rows)}\n  ]`,
    "}",
    "",
  ].join("\n");
}

/** A row from a file of this scope. */
export function rowFrom(stored: StoredRow, scope: string): Row {
  const bySeed = <T>(values: Readonly<{ [seed: string]: T }>) =>
    new Map(Object.entries(values).map(([seed, value]) => [Number(seed), value]));
  const { metric: name, of: metric, values, raw, ...rest } = stored;
  return { ...rest, name, metric, values: bySeed(values), raw: bySeed(raw ?? {}), scope };
}

/** A row as a baseline holds it, seeds in order. */
export function storedRow(row: Row): StoredRow {
  const bySeed = <T>(values: ReadonlyMap<number, T>) =>
    Object.fromEntries([...values].sort(([a], [b]) => a - b).map(([s, v]) => [String(s), v]));
  return {
    label: row.label,
    metric: row.name,
    of: row.metric,
    version: row.version,
    group: row.group,
    kind: row.kind,
    direction: row.direction,
    unit: row.unit,
    values: bySeed(row.values),
    ...(row.raw.size > 0
      ? { raw: bySeed(new Map([...row.raw].map(([seed, raw]) => [seed, [...raw]]))) }
      : {}),
  };
}
