/**
 * The records that figures read, made small: without pictures, series and raw repeats, and
 * committed with the figures. Only a command writes them from a store. Each is checked against its
 * own id when it is read.
 * @module
 */
import { join } from "@std/path";
import { UsageError, writeAtomic } from "../../../base/mod.ts";
import { bareGroup } from "../../../plan/mod.ts";
import { openStore, placeless, runId, type RunRecord, type RunSpec } from "../../../record/mod.ts";
import { canonicalJson, readTextIfThere } from "../../../base/text/mod.ts";

/** A record without what only a report shows. */
export type SmallRecord = Omit<RunRecord, "artefacts">;

/** A suite whose records figures of a group read. */
export interface KeptSuite {
  readonly group: string;
  /** Its file in suites/, without the ending. */
  readonly suite: string;
}

/** Folder of a suite's small records. */
export function recordsFolder(figures: string, { group, suite }: KeptSuite): string {
  return join(figures, group, suite);
}

/** What is kept of a record; of its command line not where it was written. */
export function small({ artefacts: _, ...record }: RunRecord): SmallRecord {
  const { provenance } = record;
  return {
    ...record,
    provenance: { ...provenance, command: placeless(provenance.command) },
    metrics: record.metrics.map(({ raw: _, ...value }) => value),
  };
}

/** Runs of one configuration, whatever their seed, their engine's settings and the metrics asked. */
export function configurationOf(spec: RunSpec): string {
  return bareGroup({ ...spec, metrics: [] });
}

/**
 * Copies the records of a suite from the store in `out`, those of other configurations that lie in
 * the folder being removed.
 * @param options.plan the suite's runs today; others in the store are left alone
 * @returns ids of what was kept
 */
export async function keepRecords(
  options: KeptSuite & { out: string; figures: string; plan: readonly { spec: RunSpec }[] },
): Promise<string[]> {
  const { out, figures, suite, plan } = options;
  const wanted = new Set(plan.map(({ spec }) => seeded(spec)));
  const found = (await openStore(out).list({ suite, onProblem: () => {} }))
    .filter((record) => wanted.has(seeded(record.spec)));
  if (found.length === 0) return [];
  const folder = recordsFolder(figures, options);
  const kept = new Map<string, RunRecord>();
  for (const record of found) {
    const key = seeded(record.spec), other = kept.get(key);
    if (!other || record.provenance.startedAt > other.provenance.startedAt) kept.set(key, record);
  }
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  for (const record of kept.values()) {
    const path = join(folder, `${record.id}.json`);
    await writeAtomic(path, canonicalJson(small(record)) + "\n");
  }
  return [...kept.values()].map(({ id }) => id);
}

const seeded = (spec: RunSpec) => `${configurationOf(spec)} ${spec.seed}`;

/**
 * The small records of a suite, by label and seed; none where there is no folder.
 * @throws UsageError for a file whose id isn't that of its spec
 */
export async function readRecords(figures: string, kept: KeptSuite): Promise<SmallRecord[]> {
  const folder = recordsFolder(figures, kept);
  const records: SmallRecord[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      if (!name.endsWith(".json")) continue;
      const path = join(folder, name);
      const record = JSON.parse((await readTextIfThere(path))!) as SmallRecord;
      if (record.id !== name.slice(0, -".json".length) || runId(record.spec) !== record.id) {
        throw new UsageError(`${path} is not the record of its name and spec: keep it again`);
      }
      records.push(record);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const order = (a: string, b: string) => a < b ? -1 : a > b ? 1 : 0;
  return records.sort((a, b) => order(a.label, b.label) || a.spec.seed - b.spec.seed);
}
