/**
 * The confirming rerun: speed of finished runs measured again from their checkpoints, aside from
 * their records.
 * @module
 */
import { join, resolve } from "@std/path";
import type { WorkerSettings } from "../launch/protocol.ts";
import { launch } from "../launch/schedule.ts";
import { threads } from "../launch/threads.ts";
import { fromTable, metrics } from "../registry.ts";
import { openStore } from "../record/store.ts";
import type { PlannedRun, Record as RunRecord } from "../record/record.ts";
import type { Rerun } from "./confirm.ts";

/** What a rerun needs. */
export interface RerunOptions {
  /** Runs that may be measured again. */
  readonly plan: readonly PlannedRun[];
  /** As for the first run; `out` is where its records and checkpoints are. */
  readonly settings: WorkerSettings;
  readonly signal?: AbortSignal;
  /** Told what is about to be measured. */
  readonly onStart?: (labels: readonly string[]) => void;
}

/** Measures the speed metrics of these labels' runs once more; null where no checkpoint is left. */
export function rerunSpeed({ plan, settings, signal, onStart }: RerunOptions): Rerun {
  return async (labels) => {
    const chosen = plan.filter(({ label }) => labels.includes(label));
    const speed = new Set<string>();
    for (const name of new Set(chosen.flatMap(({ spec }) => spec.metrics.map((m) => m.metric)))) {
      if ((await fromTable(metrics, name, "metric")).phase === "speed") speed.add(name);
    }
    const store = openStore(settings.out);
    const out = join(settings.out, `rerun-${crypto.randomUUID()}`);
    const aside = openStore(out);
    try {
      const ready: PlannedRun[] = [];
      for (const planned of chosen) {
        const record = await store.readRecord(planned.id);
        if (record === null || record.state !== "done") continue;
        await copyFiles(store.folder(planned.id), aside.folder(planned.id));
        await aside.writeRecord({
          ...record,
          metrics: record.metrics.filter(({ metric }) => !speed.has(metric)),
        });
        ready.push(planned);
      }
      if (ready.length === 0) return null;
      onStart?.(labels);
      await Deno.mkdir(store.cache, { recursive: true });
      await Deno.symlink(resolve(store.cache), aside.cache);
      await launch(ready, {
        launcher: threads,
        settings: { ...settings, out },
        jobs: 1,
        speedMetrics: speed,
        signal,
      });
      const records: RunRecord[] = [];
      for (const { id } of ready) {
        const record = await aside.readRecord(id);
        if (record?.metrics.some(({ metric }) => speed.has(metric))) records.push(record);
      }
      return records.length === ready.length ? records : null;
    } finally {
      await Deno.remove(out, { recursive: true }).catch(() => {});
    }
  };
}

async function copyFiles(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const entry of Deno.readDir(from)) {
    if (entry.isFile) await Deno.copyFile(join(from, entry.name), join(to, entry.name));
  }
}
