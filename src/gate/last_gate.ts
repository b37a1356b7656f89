/**
 * What the last gate of a suite adds to its records: the options it was run with, and the speed
 * that it measured again, with all values and their provenance. It is kept in
 * `<out>/gates/<suite>.json`, so that a later report of the same records shows what the gate
 * showed.
 * @module
 */
import { join } from "@std/path";
import { z } from "zod";
import { sha256 } from "../base/digest/mod.ts";
import { UsageError, writeAtomic } from "../base/mod.ts";
import { canonicalJson, readTextIfThere } from "../base/text/mod.ts";
import type { RunRecord } from "../record/mod.ts";
import { rowFrom, rowSchema, storedRow } from "./baseline/baseline.ts";
import type { Rerun } from "./speed/confirm.ts";
import type { Interleave, Turns } from "./speed/interleave.ts";
import type { GateOptions } from "./gate.ts";
import { rowKey } from "./verdict/rows.ts";

const pairSchema = z.strictObject({
  seed: z.int(),
  baseline: z.number(),
  value: z.number(),
  raw: z.strictObject({ baseline: z.array(z.number()), value: z.array(z.number()) }),
});

const reasonSchema = z.strictObject({ reason: z.string() });

const turnsSchema = z.strictObject({
  /** The other code. */
  commit: z.string(),
  /** Of this code, as it measured its last pair. */
  provenance: z.looseObject({ gitSha: z.string().nullable(), machineClass: z.string() }),
  rows: z.array(z.strictObject({ row: rowSchema, pairs: z.array(pairSchema) })),
});

const keptSchema = z.strictObject({
  format: z.literal(1),
  suite: z.string(),
  suiteVersion: z.int(),
  /** ISO 8601, UTC. */
  date: z.string(),
  /** By run id: the sha256 of the record that was gated. */
  records: z.record(z.string(), z.string()),
  exact: z.boolean(),
  drift: z.boolean(),
  since: z.string().optional(),
  /** Whether every timing was to be measured in turns. */
  everything: z.boolean(),
  /** null: nothing was measured in turns. */
  turns: z.union([turnsSchema, reasonSchema]).nullable(),
  /** Records of this code alone, measured once more; null: none. */
  rerun: z.array(z.looseObject({ id: z.string() })).nullable(),
});

type Kept = z.infer<typeof keptSchema>;

/** What a gate is asked for and measures itself: all that its verdicts rest on beside the files. */
export type Measuring = Pick<GateOptions, "exact" | "rerun" | "turns"> & {
  readonly drift: boolean;
  readonly since?: string;
};

/** Where the last gate of a suite is kept. */
export function keptPath(out: string, suite: string): string {
  return join(out, "gates", `${suite}.json`);
}

async function digests(records: readonly RunRecord[]): Promise<Record<string, string>> {
  const made = await Promise.all(
    records.map(async (record) => [record.id, await sha256(canonicalJson(record))]),
  );
  return Object.fromEntries(made);
}

function storedTurns(turns: Turns): z.infer<typeof turnsSchema> {
  return {
    commit: turns.commit,
    provenance: { ...turns.provenance },
    rows: [...turns.rows.values()].map(({ row, pairs }) => ({
      row: storedRow(row),
      pairs: pairs.map(({ raw, ...pair }) => ({
        ...pair,
        raw: { baseline: [...raw.baseline], value: [...raw.value] },
      })),
    })),
  };
}

function turnsFrom({ commit, provenance, rows }: z.infer<typeof turnsSchema>): Turns {
  const made = rows.map(({ row: stored, pairs }) => {
    const row = rowFrom(stored, provenance.machineClass);
    return [rowKey(row), { row, pairs }] as const;
  });
  return { commit, provenance: provenance as unknown as Turns["provenance"], rows: new Map(made) };
}

/** Options that measure as these do and remember what came of it, for `write`. */
export function keeping(measuring: Measuring): {
  readonly measuring: Measuring;
  write(
    out: string,
    of: {
      readonly suite: string;
      readonly suiteVersion: number;
      readonly records: readonly RunRecord[];
    },
  ): Promise<void>;
} {
  let turns: Kept["turns"] = null;
  let rerun: Kept["rerun"] = null;
  const { exact = false, drift, since } = measuring;
  const inner = measuring.turns;
  const keptRerun: Rerun | undefined = measuring.rerun && (async (labels) => {
    const records = await measuring.rerun!(labels);
    rerun = records as unknown as Kept["rerun"];
    return records;
  });
  const keptTurns = inner && {
    everything: inner.everything,
    interleave: (commit: Parameters<typeof inner.interleave>[0]): Interleave => {
      const measure = inner.interleave(commit);
      return async (labels, asked) => {
        const found = await measure(labels, asked);
        turns = "reason" in found ? found : storedTurns(found);
        return found;
      };
    },
  };
  return {
    measuring: { ...measuring, rerun: keptRerun, turns: keptTurns },
    async write(out, { suite, suiteVersion, records }) {
      const kept: Kept = {
        format: 1,
        suite,
        suiteVersion,
        date: new Date().toISOString(),
        records: await digests(records),
        exact,
        drift,
        ...(since === undefined ? {} : { since }),
        everything: inner?.everything ?? false,
        turns,
        rerun,
      };
      await writeAtomic(keptPath(out, suite), JSON.stringify(kept, null, 1) + "\n");
    },
  };
}

/**
 * The last gate of these records, to be made again from what it measured; null where there was none
 * or where a record is another now.
 * @throws UsageError where the file is no such thing
 */
export async function readKept(
  out: string,
  { suite, suiteVersion, records }: {
    readonly suite: string;
    readonly suiteVersion: number;
    readonly records: readonly RunRecord[];
  },
): Promise<Measuring | null> {
  const path = keptPath(out, suite);
  const text = await readTextIfThere(path);
  if (text === null) return null;
  let kept: Kept;
  try {
    kept = keptSchema.parse(JSON.parse(text));
  } catch (error) {
    const what = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new UsageError(
      `${path}: not written by a gate: ${what}; run the gate again, or remove it`,
    );
  }
  const now = await digests(records);
  const same = kept.suite === suite && kept.suiteVersion === suiteVersion &&
    Object.entries(now).every(([id, digest]) => kept.records[id] === digest);
  if (!same) return null;
  const { exact, drift, since, everything, turns, rerun } = kept;
  const found = turns === null || "reason" in turns ? turns : turnsFrom(turns);
  return {
    exact,
    drift,
    since,
    ...(found === null
      ? {}
      : { turns: { everything, interleave: () => () => Promise.resolve(found) } }),
    ...(rerun === null
      ? {}
      : { rerun: () => Promise.resolve(rerun as unknown as readonly RunRecord[]) }),
  };
}
