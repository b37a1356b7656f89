/**
 * `status`: the state of each run, from records, status files and plans.
 * @module
 */
import { join } from "@std/path";
import { exitCodes, UsageError } from "../base/mod.ts";
import { protocolOf, runName } from "../protocols/mod.ts";
import {
  isAlive,
  openStore,
  type PlannedRun,
  type RunRecord,
  type RunState,
  type RunStatus,
} from "../record/mod.ts";
import { formatSeconds } from "../base/text/mod.ts";
import type { Arguments, Terminal } from "../cli/mod.ts";
import { outOf } from "./folders.ts";

/**
 * `interrupted`: stopped cleanly. `stale`: its process has died. Both go on with the next `run`.
 * `unreadable`: there is a record, which nothing touches.
 */
export type Standing = RunState | "interrupted" | "stale" | "unreadable";

/** One run's line. */
export interface StatusRow {
  readonly suite: string;
  readonly id: string;
  readonly label: string;
  readonly seed: number;
  readonly control: boolean;
  readonly state: Standing;
  readonly phase: string | null;
  readonly step: number | null;
  readonly steps: number | null;
  /** ISO 8601: end of a finished run, last word of another. */
  readonly updatedAt: string | null;
  readonly cause: string | null;
  /** Runs that it needs, by role, with where they stand. */
  readonly needs: readonly {
    readonly role: string;
    readonly id: string;
    readonly run: string;
    readonly state: Standing;
  }[];
  /** Whether the suite's last plan asks for it. */
  readonly current: boolean;
}

/** What is known of a run; at least one of the first three. */
interface Known {
  planned?: PlannedRun;
  record?: RunRecord;
  status?: RunStatus;
  /** Why there is a record that can't be read. */
  unreadable?: string;
}

/** What a run needs, before it is known where that stands. */
function needsOf({ planned, record }: Known): StatusRow["needs"] {
  const spec = planned?.spec ?? record?.spec;
  return Object.entries(spec?.needs ?? {}).map(([role, { run }]) => {
    const needed = planned?.needed?.[role];
    const taken = record?.needs?.find((one) => one.role === role);
    const name = needed !== undefined
      ? runName(needed)
      : taken === undefined
      ? `run ${run}`
      : `${taken.label} seed ${taken.seed}`;
    return { role, id: run, run: name, state: "planned" };
  });
}

function rowOf(id: string, known: Known): StatusRow {
  const { planned, record, status, unreadable } = known;
  const spec = planned?.spec ?? record?.spec;
  const row = {
    id,
    suite: spec?.suite ?? status!.suite,
    label: planned?.label ?? record?.label ?? status!.label,
    seed: spec?.seed ?? status!.seed,
    control: spec !== undefined && protocolOf(spec).row === "control",
    current: planned !== undefined,
    cause: null,
    needs: needsOf(known),
  };
  // A status beside a record is of a repeat that is under way.
  if (status !== undefined) {
    const dead = status.state === "running" && !isAlive(status);
    const { phase, step, steps, updatedAt } = status;
    return { ...row, state: dead ? "stale" : status.state, phase, step, steps, updatedAt };
  }
  if (record !== undefined) {
    const { state, steps, cause = null } = record;
    const updatedAt = record.provenance.finishedAt;
    return { ...row, state, phase: null, step: steps, steps: null, updatedAt, cause };
  }
  const nothing = { ...row, phase: null, step: null, steps: null, updatedAt: null };
  if (unreadable !== undefined) return { ...nothing, state: "unreadable", cause: unreadable };
  return { ...nothing, state: "planned" };
}

/** All runs of a store: what was planned last, and whatever else has left a record. */
export async function standings(
  out: string,
  onProblem: (message: string) => void = () => {},
): Promise<StatusRow[]> {
  const store = openStore(out);
  const known = new Map<string, Known>();
  const at = (id: string) => {
    const found = known.get(id) ?? {};
    known.set(id, found);
    return found;
  };
  const { readPlan } = await import("../plan/mod.ts");
  for (const file of await plansIn(out)) {
    try {
      for (const planned of await readPlan(file)) at(planned.id).planned = planned;
    } catch (error) {
      onProblem((error as Error).message);
    }
  }
  const unreadable = new Map<string, string>();
  const records = await store.list({ onProblem: (why, id) => unreadable.set(id, why) });
  for (const record of records) at(record.id).record = record;
  for (const status of await store.statuses()) at(status.id).status = status;
  for (const [id, why] of unreadable) {
    // Of which suite it is, only its plan or its process can tell.
    const run = known.get(id);
    if (run === undefined) onProblem(why);
    else run.unreadable = why;
  }
  const order = (a: string, b: string) => a < b ? -1 : a > b ? 1 : 0;
  const rows = [...known].map(([id, what]) => rowOf(id, what));
  const states = new Map(rows.map(({ id, state }) => [id, state]));
  const told = rows.map((row) => ({
    ...row,
    needs: row.needs.map((need) => ({ ...need, state: states.get(need.id) ?? need.state })),
  }));
  return told.sort((a, b) =>
    order(a.suite, b.suite) || Number(b.current) - Number(a.current) ||
    Number(a.control) - Number(b.control) || order(a.label, b.label) || a.seed - b.seed
  );
}

/** Files of the plans that a store has. */
export async function plansIn(out: string): Promise<string[]> {
  const folder = join(out, "plans");
  const found: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      if (name.endsWith(".jsonl")) found.push(join(folder, name));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return found.sort();
}

/** "3 min ago". */
function ago(iso: string | null): string {
  if (iso === null) return "";
  const seconds = (Date.now() - Date.parse(iso)) / 1000;
  if (seconds < 1) return "just now";
  return seconds < 48 * 3600 ? `${formatSeconds(Math.round(seconds))} ago` : iso.slice(0, 10);
}

function progress({ step, steps, phase, state }: StatusRow): string {
  if (step === null) return "";
  if (steps === null) return step === 0 ? "" : `${step.toLocaleString("en")} steps`;
  const share = steps === 0 ? "" : ` ${Math.floor(100 * step / steps)} %`;
  return `${state === "running" ? `${phase} ` : ""}step ${step}/${steps}${share}`;
}

/** "waits for codes seed 1 (running)": what an unfinished run needs and hasn't got. */
function waiting({ state, needs }: StatusRow): string {
  if (state !== "planned" && state !== "interrupted") return "";
  const open = needs.filter((need) => need.state !== "done" && need.state !== "unreliable");
  if (open.length === 0) return "";
  return `waits for ${open.map(({ run, state }) => `${run} (${state})`).join(", ")}`;
}

const remarks: Partial<Record<Standing, string>> = {
  stale: "its process has ended; `run` continues from the last checkpoint",
  interrupted: "`run` continues from the checkpoint",
};

/** See the table of commands. */
export async function main(args: Arguments, terminal: Terminal): Promise<number> {
  const out = outOf(args);
  const all = await standings(out, (message) => terminal.warn(message));
  const { suiteNames } = await import("../suite/mod.ts");
  const files = await Promise.all(args.positionals.map(suiteNames));
  const asked = files.flat();
  const suites = [...new Set(all.map(({ suite }) => suite))];
  // Of a file of several suites it is enough that one has runs.
  const unknown = files.find((names) => !names.some((name) => suites.includes(name)));
  if (unknown !== undefined && suites.length > 0) {
    throw new UsageError(
      `no runs of suite ${
        unknown.map((name) => `\`${name}\``).join(", ")
      } in ${out}; there are runs of: ${suites.join(", ")}`,
    );
  }
  const rows = all.filter(({ suite }) => asked.length === 0 || asked.includes(suite));
  if (rows.length === 0) {
    terminal.warn(`no runs in ${out}; \`deno task bench\` makes some`);
    return exitCodes.failed;
  }
  if (args.has("json")) {
    for (const row of rows) terminal.print(JSON.stringify(row));
    return exitCodes.pass;
  }
  for (const suite of suites.filter((name) => asked.length === 0 || asked.includes(name))) {
    print(rows.filter((row) => row.suite === suite), suite, terminal);
  }
  return exitCodes.pass;
}

function print(rows: readonly StatusRow[], suite: string, terminal: Terminal): void {
  const counts = new Map<Standing, number>();
  for (const { state } of rows) counts.set(state, (counts.get(state) ?? 0) + 1);
  const summary = [...counts].map(([state, n]) => `${n} ${state}`).join(", ");
  terminal.print(`${suite} · ${rows.length} ${rows.length === 1 ? "run" : "runs"}: ${summary}`);
  const cells = rows.map((row) => [
    row.label,
    row.control ? "" : `seed ${row.seed}`,
    row.state,
    progress(row),
    ago(row.updatedAt),
    [
      row.cause ?? remarks[row.state] ?? "",
      waiting(row),
      row.current ? "" : "(not in the last plan)",
    ]
      .filter((text) => text !== "").join(" "),
  ]);
  const widths = cells[0].map((_, i) => Math.max(...cells.map((row) => [...row[i]].length)));
  for (const row of cells) {
    terminal.print(
      "  " + row.map((cell, i) => cell + " ".repeat(widths[i] - [...cell].length)).join("  ")
        .trimEnd(),
    );
  }
}
