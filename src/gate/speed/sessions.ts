/**
 * A/A sessions: the speed of a suite's finished runs, measured many times with the same code. Each
 * measurement is a line of `<out>/calibration/<suite>.jsonl`, so that an interrupted calibration
 * continues where it stopped.
 * @module
 */
import { dirname, join } from "@std/path";
import { z } from "zod";
import type { PlannedRun, RunRecord } from "../../record/mod.ts";
import { readTextIfThere } from "../../base/text/mod.ts";
import { rowsOf } from "../verdict/rows.ts";
import { runValue } from "./floors.ts";

const entrySchema = z.strictObject({
  format: z.literal(1),
  /** Of the code that was measured; "+" behind it where there were uncommitted changes. */
  commit: z.string(),
  machineClass: z.string(),
  engine: z.looseObject({ name: z.string() }),
  /** From 1. */
  session: z.int().min(1),
  run: z.string(),
  label: z.string(),
  seed: z.int(),
  /** ISO 8601, UTC. */
  date: z.string(),
  seconds: z.number(),
  values: z.array(z.strictObject({
    metric: z.string(),
    unit: z.string(),
    value: z.number(),
  })),
});

/** One run's timings in one session. */
export type SessionEntry = z.infer<typeof entrySchema>;

/** Where the measurements of a suite's calibration are kept. */
export function sessionsPath(out: string, suite: string): string {
  return join(out, "calibration", `${suite}.jsonl`);
}

/**
 * Reads JSON lines. The last line may be cut by a kill, and is then left out; any other that is no
 * entry is told to `onProblem`.
 */
export async function readLines<T>(
  path: string,
  { schema, onProblem }: { schema: z.ZodType<T>; onProblem: (message: string) => void },
): Promise<T[]> {
  const lines = (await readTextIfThere(path) ?? "").split("\n");
  return lines.flatMap((line, i) => {
    if (line.trim() === "") return [];
    try {
      return [schema.parse(JSON.parse(line))];
    } catch (error) {
      if (i < lines.length - 1) {
        const what = error instanceof z.ZodError
          ? z.prettifyError(error)
          : (error as Error).message;
        onProblem(`${path}, line ${i + 1} is left out: ${what}`);
      }
      return [];
    }
  });
}

/** Appends JSON lines in one write; a line that a kill had cut is closed first. */
export async function appendLines(path: string, values: readonly unknown[]): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  const before = await readTextIfThere(path) ?? "";
  const start = before === "" || before.endsWith("\n") ? "" : "\n";
  const text = start + values.map((value) => JSON.stringify(value) + "\n").join("");
  await Deno.writeTextFile(path, text, { append: true });
}

/** What there is of a calibration. */
export async function readSessions(
  path: string,
  onProblem: (message: string) => void,
): Promise<SessionEntry[]> {
  return await readLines(path, { schema: entrySchema, onProblem });
}

/** A measurement as it is kept. */
export function sessionEntry(
  record: RunRecord,
  { session, commit, seconds }: { session: number; commit: string; seconds: number },
): SessionEntry {
  const { rows } = rowsOf([record]);
  const { machineClass, engine } = record.provenance;
  return {
    format: 1,
    commit,
    machineClass,
    engine: engine as unknown as SessionEntry["engine"],
    session,
    run: record.id,
    label: record.label,
    seed: record.spec.seed,
    date: new Date().toISOString(),
    seconds,
    values: rows.filter(({ kind }) => kind === "speed").map((row) => ({
      metric: row.name,
      unit: row.unit,
      value: runValue(row, record.spec.seed),
    })),
  };
}

/** A measurement that is still to be made. */
export interface SessionTask {
  readonly session: number;
  readonly planned: PlannedRun;
}

/**
 * What is left of so many sessions: session by session, so that the sessions of one run lie apart
 * in time as two gates of it would.
 */
export function sessionTasks(
  plan: readonly PlannedRun[],
  { repeats, done }: { repeats: number; done: readonly SessionEntry[] },
): SessionTask[] {
  const have = new Set(done.map(({ session, run }) => `${session} ${run}`));
  return Array.from({ length: repeats }, (_, i) => i + 1).flatMap((session) =>
    plan.filter(({ id }) => !have.has(`${session} ${id}`)).map((planned) => ({ session, planned }))
  );
}
