/**
 * `export`: a finished run's weights as a folder that other programs load.
 * @module
 */
import { join } from "@std/path";
import { exitCodes, UsageError } from "../base/mod.ts";
import { list, nearest } from "../base/text/mod.ts";
import type { Arguments, Terminal } from "../cli/mod.ts";
import { openStore, type PlannedRun, type RunRecord } from "../record/mod.ts";
import { families, fromTable, registerModule } from "../registry.ts";
import { exportRun } from "../run/mod.ts";
import { outOf } from "./folders.ts";
import { writeFolder } from "./new_folder.ts";
import { plansIn } from "./status.ts";

/** "smoke/language:1": how a run is called on the command line. */
export function nameOfRun({ label, spec }: Pick<RunRecord, "label" | "spec">): string {
  return `${spec.suite}/${label}:${spec.seed}`;
}

/**
 * The run of a name: an id or its beginning, SUITE/NAME:SEED, or SUITE/NAME where it has one seed.
 * @throws UsageError where there is none, or several
 */
export function runOf(name: string, records: readonly RunRecord[]): RunRecord {
  const full = records.filter((record) => nameOfRun(record) === name);
  const group = records.filter(({ label, spec }) => `${spec.suite}/${label}` === name);
  const byId = /^[0-9a-f]{4,16}$/.test(name) ? records.filter(({ id }) => id.startsWith(name)) : [];
  const found = full.length > 0 ? full : group.length > 0 ? group : byId;
  if (found.length === 1) return found[0];
  const names = (some: readonly RunRecord[]) =>
    some.map((record) => `${nameOfRun(record)} (${record.id})`).join(", ");
  if (found.length > 1) throw new UsageError(`${name} is several runs: ${names(found)}`);
  const known = [...new Set(records.map(nameOfRun))], near = nearest(name, known);
  throw new UsageError(
    `no run is called ${name}` + (near === undefined ? "" : `; did you mean ${near}?`) +
      (known.length === 0 ? "" : `\nruns: ${list(known)}`),
  );
}

/** The plan that a record's run stood in last; undefined where none is kept. */
async function plannedOf({ id }: RunRecord, out: string): Promise<PlannedRun | undefined> {
  const { readPlan } = await import("../plan/mod.ts");
  for (const file of await plansIn(out)) {
    const plan = await readPlan(file).catch(() => []);
    const found = plan.find((planned) => planned.id === id);
    if (found !== undefined) return found;
  }
}

/** See the table of commands. */
export async function main(args: Arguments, terminal: Terminal): Promise<number> {
  const out = outOf(args), store = openStore(out), to = args.one("to");
  if (to === undefined) throw new UsageError("export: name the folder to write, --to FOLDER");
  const records = await store.list({ onProblem: (message) => terminal.warn(message) });
  if (records.length === 0) {
    terminal.warn(`no runs in ${out}`);
    return exitCodes.failed;
  }
  const record = runOf(args.positionals[0], records);
  const planned = await plannedOf(record, out);
  for (const module of planned?.modules ?? []) await registerModule(module);
  const { family } = record.spec;
  if (!Object.hasOwn(families, family)) {
    throw new UsageError(`${nameOfRun(record)} is no model: its weights can't be exported`);
  }
  await writeFolder(to, async (folder) => {
    await exportRun(record, {
      store,
      family: await fromTable(families, family, "family"),
      base: planned?.base,
      folder,
      say: (note) => terminal.warn(note),
    });
  });
  const written: string[] = [];
  for await (const { name } of Deno.readDir(to)) written.push(join(to, name));
  for (const path of written.sort()) terminal.print(path);
  return exitCodes.pass;
}
