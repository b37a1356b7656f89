/**
 * `calibrate`: A/A runs of suites on this machine, stored as noise floors with their baselines.
 * @module
 */
import { join } from "@std/path";
import {
  exitCodes,
  interruptedExit,
  requireWritable,
  UsageError,
  worstExit,
} from "../../base/mod.ts";
import { readEach } from "../../gate/baseline/mod.ts";
import {
  defaultSessions,
  type FloorPlan,
  floorTable,
  planFloors,
  readFloors,
  type SessionEntry,
  sessionsPath,
  sessionTasks,
  writeFloors,
} from "../../gate/speed/mod.ts";
import { planRecords } from "../../gate/mod.ts";
import { launch, type LaunchOptions } from "../../launch/mod.ts";
import { planSuite, withNeeds } from "../../plan/mod.ts";
import { protocolOf } from "../../protocols/mod.ts";
import { defaultOut, hostProvenance, openStore, type RunRecord } from "../../record/mod.ts";
import { loadSuites } from "../../suite/mod.ts";
import type { Suite } from "../../suite/schema/mod.ts";
import type { Arguments, Terminal } from "../../cli/mod.ts";
import {
  allUntrained,
  estimate,
  kept,
  measure,
  type Session,
  untrained,
  type Work,
} from "./calibrate_sessions.ts";
import { chooseEngine } from "../../cli/engine/mod.ts";
import { baselinesOf, cacheOf, outOf } from "../folders.ts";
import { Progression } from "../run/progress.ts";
import { engineOf, gitAuthor, remeasuring } from "./remeasure.ts";
import { requireRoom } from "../run/room.ts";
import { interruption } from "../run/run.ts";

/** Load average a core above which a machine is told to be busy. */
const busy = 0.5;

/** See the table of commands. */
export async function main(args: Arguments, terminal: Terminal): Promise<number> {
  const repeats = args.whole("repeats") ??
    defaultSessions;
  const dry = args.has("dry-run");
  const author = args.one("author") ?? await gitAuthor() ?? "";
  if (!dry && (args.one("reason") ?? "").trim() === "") {
    throw new UsageError(
      'floors are reviewed like baselines and need their reason: --reason "first calibration"',
    );
  }
  if (!dry && author === "") {
    throw new UsageError('floors need their author: --author "Name" (git has no user.name here)');
  }
  if (!dry) await requireWritable(join(args.one("baselines") ?? "baselines", "trial"));
  await requireRoom(args.one("out") ?? defaultOut, []);
  const provenance = await hostProvenance(args.line);
  const [load] = Deno.loadavg();
  if (load > busy * navigator.hardwareConcurrency) {
    terminal.warn(
      `this machine is busy (load ${load.toFixed(1)} on ${navigator.hardwareConcurrency} cores): ` +
        "noise measured now includes that load",
    );
  }
  const { signal, release } = interruption(terminal);
  const session: Session = {
    args,
    terminal,
    store: openStore(outOf(args)),
    signal,
    repeats,
    commit: `${provenance.gitSha ?? "unknown"}${provenance.gitDirty === false ? "" : "+"}`,
    author,
  };
  try {
    const codes: number[] = [];
    for (const path of args.positionals) {
      for (const suite of await loadSuites(path, { cache: cacheOf(args) })) {
        if (signal.aborted) break;
        const work = await workOf(suite, { session, provenance });
        codes.push(await (dry ? estimate(work, session) : calibrate(work, session)));
      }
    }
    return signal.aborted ? interruptedExit : worstExit(codes);
  } finally {
    release();
  }
}

async function workOf(
  suite: Suite,
  { session: { args, store, repeats, signal }, provenance }: {
    session: Session;
    provenance: Awaited<ReturnType<typeof hostProvenance>>;
  },
): Promise<Work> {
  const last = await engineOf(suite, store);
  const engine = args.one("engine") === undefined
    ? { name: last.engine, why: "as the runs were" }
    : await chooseEngine(args.one("engine"));
  const plan = (seeds: readonly number[]) => {
    const whole = planSuite(suite, {
      engine: engine.name,
      settings: last.settings,
      seeds,
      families: args.list("families"),
    });
    return withNeeds(whole, whole.filter(({ spec }) => protocolOf(spec).trains));
  };
  const seeds = args.wholes("seeds") ?? suite.seeds;
  const own = plan(seeds);
  if (own.length === 0) throw new UsageError(`suite ${suite.name} trains nothing to calibrate`);
  const options = await remeasuring(suite, { store, plan: own, provenance, choice: engine.why });
  const { speedMetrics } = options;
  const timed = own.filter(({ spec }) =>
    spec.metrics.some(({ metric }) => speedMetrics.has(metric))
  );
  const quality = args.has("quality");
  if (timed.length === 0 && !quality) {
    throw new UsageError(
      `suite ${suite.name} has no speed metric to calibrate; --quality measures quality over seeds`,
    );
  }
  const after = Math.max(...suite.seeds) + 1;
  const aside = openStore(join(store.out, "calibration"));
  return {
    suite,
    timed,
    trained: withNeeds(own, timed),
    further: quality ? plan(Array.from({ length: repeats }, (_, i) => after + i)) : [],
    launching: { ...options, signal },
    aside: {
      store: aside,
      launching: {
        ...options,
        signal,
        settings: { ...options.settings, out: aside.out },
        speedMetrics: new Set(),
      },
    },
  };
}

async function calibrate(work: Work, session: Session): Promise<number> {
  const { suite, timed, trained, further, launching, aside } = work;
  const { args, terminal, store, signal, repeats } = session;
  const view = new Progression(
    terminal,
    args.has("json") ? "json" : args.has("quiet") ? "quiet" : terminal.live ? "live" : "plain",
    [...timed, ...further],
  );
  try {
    const onEvent: LaunchOptions["onEvent"] = (event) => view.onEvent(event);
    await launch(await untrained(trained, store), { ...launching, onEvent });
    const missing = await untrained(further, aside.store);
    if (!signal.aborted) await launch(missing, { ...aside.launching, onEvent });
    if (signal.aborted) return interruptedExit;
    const failed = await allUntrained(work, store);
    if (failed.length > 0) {
      view.close();
      terminal.warn(
        `${suite.name}: ${failed.length} of ${
          timed.length + further.length
        } runs are not done, so ` +
          `there is nothing to calibrate from: deno task likeness status ${suite.name}`,
      );
      return exitCodes.failed;
    }
    const path = sessionsPath(store.out, suite.name);
    if (args.has("fresh")) await Deno.remove(path).catch(() => {});
    const done = await kept(work, session);
    const tasks = sessionTasks(timed, { repeats, done });
    const entries = await measure(tasks, { work, session, view, path, before: done });
    view.close();
    if (entries === null) return signal.aborted ? interruptedExit : exitCodes.failed;
    const records = await planRecords(further, (id) => aside.store.readRecord(id));
    return await write(work, { session, entries, records });
  } finally {
    view.close();
  }
}

async function write(
  { suite }: Work,
  { session, entries, records }: {
    session: Session;
    entries: readonly SessionEntry[];
    records: readonly RunRecord[];
  },
): Promise<number> {
  const { args, terminal, commit, author } = session;
  const folder = baselinesOf(args);
  const scopes = new Set([
    "any",
    ...entries.map((entry) => entry.machineClass),
    ...records.map(({ provenance }) => provenance.machineClass),
  ]);
  const plan = planFloors({
    suite: suite.name,
    suiteVersion: suite.version,
    entries,
    records,
    seeds: suite.seeds.length,
    floors: await readEach(
      [...scopes],
      (machineClass) => readFloors(folder, { suite: suite.name, machineClass }),
    ),
    update: {
      reason: args.one("reason")!,
      author,
      date: new Date().toISOString(),
      commit,
      command: args.line,
    },
  });
  show(plan, session);
  for (const floors of plan.floors) {
    const path = await writeFloors(folder, floors);
    if (!args.has("json")) {
      terminal.print(`${suite.name}: wrote ${path} (${floors.rows.length} floors)`);
    }
  }
  return plan.floors.length > 0 ? exitCodes.pass : exitCodes.failed;
}

function show({ changes, without }: FloorPlan, { args, terminal }: Session): void {
  if (args.has("json")) {
    for (const { scope, row, before } of changes) {
      terminal.print(JSON.stringify({ event: "floor", scope, before, ...row }));
    }
  } else if (!args.has("quiet")) {
    for (const line of floorTable(changes)) terminal.print(line);
  }
  for (const line of without) terminal.warn(`no floor for ${line}`);
}
