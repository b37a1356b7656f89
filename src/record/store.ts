/**
 * Where records are kept: one folder a run under `<out>/records`, every file atomic.
 * @module
 */
import { join } from "@std/path";
import { z } from "zod";
import type { RunRecord, Series } from "./record.ts";
import { sealedJson, sha256, unsealJson } from "../base/digest/mod.ts";
import { readBytes, readJson, StoreError, sweep, withLock, writeAtomic } from "../base/mod.ts";

/** Default folder for everything that a run leaves. */
export const defaultOut = ".likeness";

/** What a living run says of itself, a few times a minute. A hint: records are the truth. */
export interface RunStatus {
  readonly format: 1;
  readonly id: string;
  readonly label: string;
  readonly suite: string;
  readonly seed: number;
  /** `interrupted`: stopped cleanly, and resumes where it was. */
  readonly state: "running" | "interrupted";
  readonly phase: string;
  readonly step: number;
  readonly steps: number | null;
  readonly host: string;
  readonly pid: number;
  /** Start time of that process in the kernel's ticks, so that a reused pid is told apart. */
  readonly processStart: string | null;
  /** How often the run has gone on from a checkpoint. */
  readonly resumed: number;
  /** ISO 8601. */
  readonly updatedAt: string;
}

/**
 * A record that is there and can't be read: broken, or of another version of Likeness. Nothing but
 * `clear` takes it away, since what it holds may be all that there is of a run.
 */
export class UnreadableRecord extends StoreError {}

/** See `openStore`. */
export interface Store {
  readonly out: string;
  /** Folder of a run. */
  folder(id: string): string;
  /** Folder for caches shared by runs. */
  readonly cache: string;
  /** Writes it in place of what is there; an UnreadableRecord is thrown and left where one is. */
  writeRecord(record: RunRecord): Promise<void>;
  /** null where there is none; an UnreadableRecord where it can't be read, or was changed. */
  readRecord(id: string): Promise<RunRecord | null>;
  /**
   * All records, by label, seed and id. An unreadable one goes to `onProblem`, or is thrown without
   * it.
   */
  list(
    filter?: { suite?: string; onProblem?: (message: string, id: string) => void },
  ): Promise<RunRecord[]>;
  /**
   * Writes the raw series, non-finite values as null. Returns the sha256 of all of it but the column
   * of wall seconds, so that the same training has the same digest.
   */
  writeSeries(id: string, series: Series): Promise<string>;
  /**
   * null where there is none; a StoreError as of `readRecord`. null values come back as NaN, columns of
   * older versions by the names that they have now.
   */
  readSeries(id: string): Promise<Series | null>;
  writeStatus(status: RunStatus): Promise<void>;
  readStatus(id: string): Promise<RunStatus | null>;
  /** Every run that has a status file. */
  statuses(): Promise<RunStatus[]>;
  write(id: string, file: string, bytes: Uint8Array): Promise<void>;
  read(id: string, file: string): Promise<Uint8Array | null>;
  /** Removes a file of a run, if it is there. */
  remove(id: string, file: string): Promise<void>;
  /** Forgets a run: its folder is removed. */
  clear(id: string): Promise<void>;
  /** Removes half-written files of a killed process. */
  sweep(id: string): Promise<void>;
  /** Does what no two processes may do to this store at a time. */
  alone<T>(work: () => Promise<T>): Promise<T>;
}

/** Columns of series by the names that they once had. */
const renamed: ReadonlyMap<string, string> = new Map([["bits_per_dim", "bits_per_dimension"]]);

const metricSchema = z.looseObject({
  name: z.string(),
  metric: z.string(),
  unit: z.string(),
  direction: z.enum(["lower", "higher", "none"]),
  kind: z.enum(["deterministic", "quality", "speed"]),
  value: z.number().nullable(),
});

/** What is checked on reading: enough that a reader never meets a missing part. */
const recordSchema = z.looseObject({
  format: z.literal(1),
  id: z.string(),
  label: z.string(),
  group: z.string(),
  spec: z.looseObject({
    suite: z.string(),
    protocol: z.string(),
    family: z.string(),
    seed: z.number(),
    engine: z.string(),
    metrics: z.array(z.looseObject({ metric: z.string() })),
  }),
  state: z.enum(["planned", "running", "done", "failed", "diverged", "unreliable"]),
  provenance: z.looseObject({ machineClass: z.string(), engine: z.looseObject({}) }),
  steps: z.number(),
  metrics: z.array(metricSchema),
  timings: z.looseObject({ total: z.number() }),
  artefacts: z.array(z.looseObject({ name: z.string(), file: z.string(), sha256: z.string() })),
});

const statusSchema = z.looseObject({
  format: z.literal(1),
  id: z.string(),
  state: z.enum(["running", "interrupted"]),
});

const seriesSchema = z.object({
  format: z.literal(1),
  columns: z.record(z.string(), z.array(z.number().nullable())),
});

function check<T>(schema: z.ZodType<T>, value: unknown, path: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new StoreError(
    `${path} is not what a run writes: ${issue.path.join(".") || "the whole"}: ${issue.message}; ` +
      `remove it, or repeat the run with --fresh`,
  );
}

function checkFormat(value: unknown, path: string): void {
  const format = (value as { format?: unknown } | null)?.format;
  if (typeof format !== "number" || format === 1) return;
  throw new StoreError(
    `${path} is of format ${format}, and this version of Likeness reads format 1; read it by the ` +
      "version that wrote it, or repeat the run with --fresh",
  );
}

/** Ids come from hashes; anything else could leave the folder. */
function checkedId(id: string): string {
  if (!/^[A-Za-z0-9_-]+$/.test(id)) throw new StoreError(`${JSON.stringify(id)} is not a run id`);
  return id;
}

/** Opens (and creates where missing, on first write) the store in folder `out`. */
export function openStore(out: string = defaultOut): Store {
  const records = join(out, "records");
  const folder = (id: string) => join(records, checkedId(id));
  const at = (id: string, file: string) => join(folder(id), file);

  async function ids(): Promise<string[]> {
    const found: string[] = [];
    try {
      for await (const entry of Deno.readDir(records)) {
        if (entry.isDirectory) found.push(entry.name);
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    return found.sort();
  }

  async function readRecord(id: string): Promise<RunRecord | null> {
    const path = at(id, "record.json");
    try {
      const json = await readJson(path);
      if (json === null) return null;
      checkFormat(json, path);
      const { value } = unsealJson(json, path);
      const record = check(recordSchema, value, path) as unknown as RunRecord;
      if (record.id === id) return record;
      throw new StoreError(`${path} is the record of run ${record.id}, not of ${id}; remove it`);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      throw new UnreadableRecord(error.message, { cause: error });
    }
  }

  async function readStatus(id: string): Promise<RunStatus | null> {
    const path = at(id, "status.json");
    const json = await readJson(path);
    return json === null ? null : check(statusSchema, json, path) as unknown as RunStatus;
  }

  return {
    out,
    folder,
    cache: join(out, "cache"),
    readRecord,
    readStatus,
    async writeRecord(record) {
      await readRecord(record.id);
      await writeAtomic(at(record.id, "record.json"), sealedJson(record, 1));
    },
    async list(filter = {}) {
      const found: RunRecord[] = [];
      for (const id of await ids()) {
        try {
          const record = await readRecord(id);
          if (record && (filter.suite === undefined || record.spec.suite === filter.suite)) {
            found.push(record);
          }
        } catch (error) {
          if (!(error instanceof StoreError) || !filter.onProblem) throw error;
          filter.onProblem(error.message, id);
        }
      }
      const order = (a: string, b: string) => a < b ? -1 : a > b ? 1 : 0;
      return found.sort((a, b) =>
        order(a.label, b.label) || a.spec.seed - b.spec.seed || order(a.id, b.id)
      );
    },
    async writeSeries(id, series) {
      await writeAtomic(at(id, "series.json"), sealedJson(series)); // NaN and ±∞ become null
      const { seconds: _, ...columns } = series.columns;
      return await sha256(JSON.stringify(columns));
    },
    async readSeries(id) {
      const path = at(id, "series.json");
      const json = await readJson(path);
      if (json === null) return null;
      const { columns } = check(seriesSchema, unsealJson(json, path).value, path);
      const restored = Object.entries(columns).map(([name, values]) =>
        [renamed.get(name) ?? name, values.map((v) => v === null ? NaN : v)] as const
      );
      return { format: 1, columns: Object.fromEntries(restored) };
    },
    writeStatus: (status) =>
      writeAtomic(at(status.id, "status.json"), JSON.stringify(status) + "\n", { sync: false }),
    async statuses() {
      const found: RunStatus[] = [];
      for (const id of await ids()) {
        // A status is a hint, so a broken one is no error.
        const status = await readStatus(id).catch(() => null);
        if (status) found.push(status);
      }
      return found;
    },
    write: (id, file, bytes) => writeAtomic(at(id, file), bytes),
    read: (id, file) => readBytes(at(id, file)),
    async remove(id, file) {
      await Deno.remove(at(id, file)).catch((error) => {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      });
    },
    async clear(id) {
      await Deno.remove(folder(id), { recursive: true }).catch((error) => {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      });
    },
    sweep: (id) => sweep(folder(id)),
    async alone(work) {
      await Deno.mkdir(records, { recursive: true });
      return await withLock({ path: join(records, ".lock") }, work);
    },
  };
}
