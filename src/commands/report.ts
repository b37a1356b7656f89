/**
 * `report`: stored records of suites as pages, charts, Markdown and JSON.
 * @module
 */
import { join } from "@std/path";
import { exitCodes, UsageError, worstExit } from "../base/mod.ts";
import { gateSuite, historyPath, planRecords, readHistory, readKept } from "../gate/mod.ts";
import { planSuite, readPlan, settingsFrom } from "../plan/mod.ts";
import { openStore, type PlannedRun, type RunRecord, type Store } from "../record/mod.ts";
import {
  type Format,
  newestGroups,
  reportedGate,
  type ReportInputs,
  reportModel,
  storedPicture,
  writeReport,
} from "../report/mod.ts";
import { loadSuites, suiteFileOf, suiteNames } from "../suite/mod.ts";
import type { Suite } from "../suite/schema/mod.ts";
import type { Arguments, Terminal } from "../cli/mod.ts";
import { baselinesOf, cacheOf, outOf } from "./folders.ts";

/** See the table of commands. */
export async function main(args: Arguments, terminal: Terminal): Promise<number> {
  const store = openStore(outOf(args));
  const to = args.one("to");
  const asked: Asked[] = [];
  for (const path of args.positionals) asked.push(...await suitesOf(path, cacheOf(args)));
  if (to !== undefined && asked.length > 1) {
    throw new UsageError(`--to names one folder, and there are ${asked.length} suites`);
  }
  const formats = args.list("format") as Format[] | undefined;
  const codes = [];
  for (const one of asked) {
    codes.push(await report(one, { args, terminal, store, to, formats }));
  }
  return worstExit(codes);
}

interface Context {
  readonly args: Arguments;
  readonly terminal: Terminal;
  readonly store: Store;
  readonly to: string | undefined;
  readonly formats: readonly Format[] | undefined;
}

/** A suite that is to be reported; `suite` is null where its file isn't here. */
interface Asked {
  readonly path: string;
  readonly name: string;
  readonly suite: Suite | null;
}

async function report(
  { path, name, suite }: Asked,
  { args, terminal, store, to, formats }: Context,
): Promise<number> {
  const { plan, records, superseded, unreadable } = await findRecords(store, {
    name,
    suite,
    warn: (line) => terminal.warn(line),
  });
  if (!records.some((r) => r.metrics.some((m) => m.value !== null))) {
    terminal.warn(
      records.length === 0
        ? `no records of ${name} in ${store.out}: deno task likeness run ${path}`
        : `none of the ${records.length} records of ${name} in ${store.out} has a number to report`,
    );
    return exitCodes.failed;
  }
  const warn = (line: string) => terminal.warn(line);
  const compared = { plan, records, unreadable, args, out: store.out, warn };
  const gate = suite ? await gateOrWhy(suite, compared) : null;
  const ungated = typeof gate === "string" ? gate : null;
  const newest = records.reduce((a, b) => a.provenance.startedAt >= b.provenance.startedAt ? a : b);
  const model = await reportModel(store, {
    suite: suite ?? { name, version: newest.spec.suiteVersion },
    records,
    superseded,
    unreadable: (plan ?? []).filter(({ id }) => unreadable.has(id))
      .map(({ id, label, spec }) => ({
        run: `${label} seed ${spec.seed}`,
        why: unreadable.get(id)!,
      })),
    gate: typeof gate === "string" ? null : gate,
  });
  const dir = to ?? join(store.out, "reports", name);
  const written = await writeReport(model, dir, { picture: storedPicture(store), formats });
  const { index, files, pageBytes } = written;
  if (args.has("json")) {
    terminal.print(JSON.stringify({ event: "report", suite: name, path: index, files, pageBytes }));
  } else if (args.has("quiet")) {
    terminal.print(index);
  } else {
    terminal.print(`${name}: ${model.banner.headline}`);
    for (const detail of model.banner.details) terminal.print(`  ${detail}`);
    terminal.print(`report: ${index}`);
  }
  if (ungated === null) return exitCodes.pass;
  terminal.warn(`compared with no baseline: ${ungated}`);
  return exitCodes.usage;
}

/** The suites of a path; where its file isn't here, what is left is its name: records know the rest. */
async function suitesOf(path: string, cache: string): Promise<Asked[]> {
  try {
    await Deno.stat(suiteFileOf(path));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return (await suiteNames(path)).map((name) => ({ path, name, suite: null }));
  }
  return (await loadSuites(path, { cache })).map((suite) => ({ path, name: suite.name, suite }));
}

/** What is to be reported. */
interface Found {
  /** What was asked for last; null where no plan is left. */
  readonly plan: readonly PlannedRun[] | null;
  readonly records: readonly RunRecord[];
  readonly superseded: number;
  /** Why a record can't be read, by its run's id. */
  readonly unreadable: ReadonlyMap<string, string>;
}

/**
 * Records of the suite's last plan; without one, the newest of each label. A plan that was narrowed
 * (`--families`, `--seeds`) is widened to the suite's own, so that what stands there is shown.
 */
async function findRecords(
  store: Store,
  { name, suite, warn }: {
    readonly name: string;
    readonly suite: Suite | null;
    readonly warn: (line: string) => void;
  },
): Promise<Found> {
  const unreadable = new Map<string, string>();
  const onUnreadable = (why: string, id: string) => {
    if (!unreadable.has(id)) warn(why);
    unreadable.set(id, why);
  };
  try {
    const last = await readPlan(join(store.out, "plans", `${name}.jsonl`));
    const whole = suite
      ? planSuite(suite, { engine: last[0].spec.engine, settings: settingsFrom(last) })
      : [];
    const known = new Set(whole.map(({ id }) => id));
    const plan = last.every(({ id }) => known.has(id)) ? whole : last;
    const records = await planRecords(
      plan,
      (id) => store.readRecord(id),
      ({ id }, why) => onUnreadable(why, id),
    );
    const asked = new Set(last.map(({ id }) => id));
    // Where there is nothing beyond the last plan, that is what was asked for: no row is missing.
    const found = records.every(({ id }) => asked.has(id)) ? last : plan;
    if (records.length > 0) return { plan: found, records, superseded: 0, unreadable };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const { kept, superseded } = newestGroups(
    await store.list({ suite: name, onProblem: onUnreadable }),
  );
  return { plan: null, records: kept, superseded, unreadable };
}

/** Verdicts; where the baselines can't be compared with, why: the records are shown all the same. */
async function gateOrWhy(
  ...given: Parameters<typeof gateOf>
): Promise<Awaited<ReturnType<typeof gateOf>> | string> {
  try {
    return await gateOf(...given);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}

/** Verdicts, unless the records are of another form of the suite than its file now has. */
async function gateOf(
  suite: Suite,
  { plan, records, unreadable, args, out, warn }:
    & Pick<Found, "plan" | "records" | "unreadable">
    & {
      readonly args: Arguments;
      readonly out: string;
      readonly warn: (line: string) => void;
    },
): Promise<ReportInputs["gate"]> {
  const whole = planSuite(suite, {
    engine: records[0].spec.engine,
    settings: settingsFrom(records),
  });
  const groups = new Set(whole.map((run) => run.group));
  if (!records.every((record) => groups.has(record.group))) return null;
  const baselines = baselinesOf(args);
  const ids = new Set(whole.map(({ id }) => id));
  const { name, version } = suite;
  const kept = await readKept(out, { suite: name, suiteVersion: version, records });
  const { verdicts } = await gateSuite({
    suite,
    plan: plan ?? [...whole, ...records.filter(({ id }) => !ids.has(id))],
    records,
    unreadable,
  }, {
    baselines,
    allowInconclusive: true,
    exact: kept?.exact,
    rerun: kept?.rerun,
    turns: kept?.turns,
    history: {
      entries: await readHistory(historyPath(out, name), warn),
      since: kept?.since,
      fail: kept?.drift ?? false,
    },
  });
  return reportedGate(verdicts, baselines);
}
