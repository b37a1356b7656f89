/**
 * `gate`: compares the records of suites with their baselines, or writes the baselines from them.
 * @module
 */
import { exitCodes, interruptedExit, UsageError, worstExit } from "../../base/mod.ts";
import {
  baselinePath,
  planUpdate,
  readBaselines,
  type RowChange,
  type Unreplaced,
  writeBaseline,
} from "../../gate/baseline/mod.ts";
import { asksOf, type Gated, planRecords, verdictTable } from "../../gate/mod.ts";
import { planSuite } from "../../plan/mod.ts";
import {
  hostProvenance,
  openStore,
  type PlannedRun,
  type RunRecord,
  type Store,
} from "../../record/mod.ts";
import { loadSuites } from "../../suite/mod.ts";
import type { Suite } from "../../suite/schema/mod.ts";
import type { Arguments, Terminal } from "../../cli/mod.ts";
import { commitLines } from "./commits.ts";
import { baselinesOf, cacheOf, outOf } from "../folders.ts";
import { checkGating, gateAsked, writeCi } from "./gating.ts";
import { engineOf, gitAuthor, remeasuring } from "./remeasure.ts";
import { interruption } from "../run/run.ts";

/** A suite with the runs that it asks for and what there is of them. */
interface Found {
  readonly suite: Suite;
  readonly plan: readonly PlannedRun[];
  readonly records: readonly RunRecord[];
  /** Why a record can't be read, by its run's id. */
  readonly unreadable: ReadonlyMap<string, string>;
}

/** See the table of commands. */
export async function main(args: Arguments, terminal: Terminal): Promise<number> {
  const out = outOf(args);
  const baselines = baselinesOf(args);
  const store = openStore(out);
  const codes: number[] = [];
  const gated: Gated[] = [];
  await checkGating(args);
  const missing = missingOf(args);
  if (args.has("interleave") && args.has("no-rerun")) {
    throw new UsageError(
      "--interleave measures speed again and --no-rerun forbids it: give only one of them",
    );
  }
  const { signal, release } = interruption(terminal);
  const context = { args, terminal, baselines, missing, store, gated, signal };
  try {
    for (const path of args.positionals) {
      for (const suite of await loadSuites(path, { cache: cacheOf(args) })) {
        const found = await find(suite, store, (line) => terminal.warn(line));
        codes.push(await (args.has("update") ? update(found, context) : compare(found, context)));
        if (signal.aborted) return interruptedExit;
      }
    }
  } finally {
    release();
  }
  await writeCi(gated, { args, terminal });
  return worstExit(codes);
}

/** What an update does with what no record replaces. */
function missingOf(args: Arguments): Unreplaced | undefined {
  const asked = args.one("missing");
  if (asked === undefined) return undefined;
  if (!args.has("update")) {
    throw new UsageError("--missing is for --update: give both");
  }
  if (asked === "keep" || asked === "drop") return asked;
  throw new UsageError(`--missing takes keep or drop, not \`${asked}\``);
}

/**
 * The suite's whole plan, on the engine of its last run, and every record of these groups: also of
 * seeds beyond the suite's.
 */
async function find(
  suite: Suite,
  store: Store,
  warn: (line: string) => void,
): Promise<Found> {
  const planned = planSuite(suite, await engineOf(suite, store));
  const groups = new Map(planned.map((run) => [run.group, run]));
  const unreadable = new Map<string, string>();
  const onProblem = (why: string, id: string) => {
    unreadable.set(id, why);
    warn(why);
  };
  const more = (await store.list({ suite: suite.name, onProblem })).flatMap((record) => {
    const like = groups.get(record.group);
    const known = planned.some(({ id }) => id === record.id);
    if (like === undefined || known || record.state !== "done") return [];
    return [{ ...like, id: record.id, spec: record.spec }];
  });
  const plan = [...planned, ...more];
  const records = await planRecords(plan, (id) => store.readRecord(id), () => {});
  return { suite, plan, records, unreadable };
}

interface Context {
  readonly args: Arguments;
  readonly terminal: Terminal;
  readonly baselines: string;
  readonly missing: Unreplaced | undefined;
}

async function compare(
  { suite, plan, records, unreadable }: Found,
  { args, terminal, store, gated, signal }: Context & {
    readonly store: Store;
    readonly gated: Gated[];
    readonly signal: AbortSignal;
  },
): Promise<number> {
  const here = await hostProvenance(args.line);
  const again = records.length > 0 && !args.has("no-rerun");
  const asked = await gateAsked(args, {
    suite,
    plan,
    records,
    unreadable,
    out: store.out,
    launching: again
      ? async () => ({ ...await remeasuring(suite, { store, plan, provenance: here }), signal })
      : null,
    warn: (line) => terminal.warn(line),
  });
  gated.push(asked);
  const { outcome } = asked;
  if (args.has("json")) {
    for (const verdict of outcome.verdicts) {
      terminal.print(JSON.stringify({ event: "verdict", suite: suite.name, ...verdict }));
    }
    const { counts, exitCode } = outcome;
    terminal.print(JSON.stringify({ event: "gate", suite: suite.name, exitCode, ...counts }));
    return outcome.exitCode;
  }
  if (!args.has("quiet")) {
    for (const line of verdictTable(outcome.verdicts, { all: args.has("all") })) {
      terminal.print(line);
    }
    for (const line of commitLines(records, { here })) terminal.print(line);
  }
  terminal.print(`${suite.name}: ${outcome.line}`);
  if (records.length === 0) {
    terminal.warn(
      `no records of ${suite.name} in ${store.out}: deno task likeness run ${suite.path}`,
    );
  }
  return outcome.exitCode;
}

async function update(
  found: Found,
  { args, terminal, baselines, missing }: Context,
): Promise<number> {
  const { suite, plan, records, unreadable } = found;
  const reason = args.one("reason");
  const { baselines: next, emptied, changes } = planUpdate({
    suite: suite.name,
    suiteVersion: suite.version,
    records,
    asked: plan,
    unreadable,
    baselines: await readBaselines(baselines, { suite: suite.name, records }),
    labels: new Set(plan.map(({ label }) => label)),
    asks: await asksOf(suite, records),
    missing,
    update: {
      // Without a reason the difference is shown all the same, and then nothing is written.
      reason: reason ?? "not given",
      author: args.one("author") ?? await gitAuthor() ?? "",
      date: new Date().toISOString(),
    },
  });
  if (!args.has("quiet")) { for (const line of changeTable(changes)) terminal.print(line); }
  if (next.length === 0 && emptied.length === 0) {
    terminal.print(`${suite.name}: the baselines hold these numbers already`);
    return exitCodes.pass;
  }
  if (reason === undefined || reason.trim() === "") {
    throw new UsageError('nothing written: an update needs its reason, --reason "why they change"');
  }
  if (next.some((baseline) => baseline.updates[0].author === "")) {
    throw new UsageError(
      'nothing written: an update needs its author, --author "Name" (git has no user.name here)',
    );
  }
  for (const baseline of next) {
    const path = await writeBaseline(baselines, baseline);
    terminal.print(`${suite.name}: wrote ${path} (${baseline.rows.length} rows)`);
  }
  for (const machineClass of emptied) {
    const path = baselinePath(baselines, { suite: suite.name, machineClass });
    await Deno.remove(path);
    terminal.print(`${suite.name}: removed ${path}, of which no row is left`);
  }
  return exitCodes.pass;
}

/** What an update changes, a row a line. */
export function changeTable(changes: readonly RowChange[]): string[] {
  const seeds = (values: ReadonlyMap<number, number>) =>
    values.size === 0
      ? "–"
      : [...values].sort(([a], [b]) => a - b).map(([, v]) => String(Number(v.toPrecision(6))))
        .join(" ");
  const cells = changes.map(({ change, scope, label, metric, before, after }) => [
    change,
    scope === "any" ? "any" : "class",
    label,
    metric,
    seeds(before),
    seeds(after),
  ]);
  const head = ["", "scope", "run", "metric", "was, by seed", "becomes"];
  const widths = head.map((title, i) =>
    Math.max(title.length, ...cells.map((row) => row[i].length))
  );
  return cells.length === 0
    ? []
    : [head, ...cells].map((row) =>
      row.map((cell, i) => i === row.length - 1 ? cell : cell.padEnd(widths[i])).join("  ")
        .trimEnd()
    );
}
