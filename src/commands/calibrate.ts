/**
 * `calibrate`: A/A runs of suites on this machine, into noise floors beside their baselines.
 * @module
 */
import { exitCodes, UsageError, worstExit } from "../errors.ts";
import { readEach } from "../gate/baseline.ts";
import {
  defaultSessions,
  FEWEST_SESSIONS,
  type FloorPlan,
  floorTable,
  planFloors,
} from "../gate/calibrate.ts";
import { readFloors, writeFloors } from "../gate/floors.ts";
import {
  appendLines,
  readSessions,
  type SessionEntry,
  sessionEntry,
  sessionsPath,
  type SessionTask,
  sessionTasks,
} from "../gate/sessions.ts";
import { planRecords } from "../gate/suite.ts";
import { launch, type LaunchOptions } from "../launch/schedule.ts";
import { planSuite } from "../plan/plan.ts";
import { hostProvenance } from "../record/provenance.ts";
import type { PlannedRun, Record as RunRecord } from "../record/record.ts";
import { openStore, type Store } from "../record/store.ts";
import { formatSeconds } from "../report/format.ts";
import { loadSuites } from "../suite/load.ts";
import type { Suite } from "../suite/schema.ts";
import type { Arguments, Terminal } from "./command.ts";
import { chooseEngine } from "./engine_choice.ts";
import { Progression } from "./progress.ts";
import { engineOf, gitAuthor, remeasuring } from "./remeasure.ts";
import { interruptedExit, interruption } from "./run.ts";

/** Load average a core above which a machine is told to be busy. */
const busy = 0.5;

/** What all suites of one command share. */
interface Session {
  readonly args: Arguments;
  readonly terminal: Terminal;
  readonly store: Store;
  readonly signal: AbortSignal;
  readonly repeats: number;
  /** Of the code that is measured. */
  readonly commit: string;
  readonly author: string;
}

/** A suite's part of a calibration. */
interface Work {
  readonly suite: Suite;
  /** Runs whose speed is measured, once a session. */
  readonly timed: readonly PlannedRun[];
  /** Runs at further seeds, where quality is asked. */
  readonly further: readonly PlannedRun[];
  readonly launching: LaunchOptions;
}

/** See the table of commands. */
export async function main(args: Arguments, terminal: Terminal): Promise<number> {
  const repeats = args.whole("repeats", { minimum: FEWEST_SESSIONS, maximum: 1000 }) ??
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
  const provenance = await hostProvenance(args.line);
  const [load] = Deno.loadavg();
  if (load > busy * navigator.hardwareConcurrency) {
    terminal.warn(
      `this machine is busy (load ${load.toFixed(1)} on ${navigator.hardwareConcurrency} cores): ` +
        "floors measured now hold that noise too",
    );
  }
  const { signal, release } = interruption(terminal);
  const session: Session = {
    args,
    terminal,
    store: openStore(args.one("out")),
    signal,
    repeats,
    commit: `${provenance.gitSha ?? "unknown"}${provenance.gitDirty === false ? "" : "+"}`,
    author,
  };
  try {
    const codes: number[] = [];
    for (const path of args.positionals) {
      for (const suite of await loadSuites(path)) {
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
  const plan = (seeds: readonly number[]) =>
    planSuite(suite, {
      engine: engine.name,
      settings: last.settings,
      seeds,
      families: args.list("families"),
    }).filter(({ spec }) => spec.protocol === "train-evaluate");
  const seeds = args.list("seeds")?.map((text) => {
    if (/^\d+$/.test(text)) return Number(text);
    throw new UsageError(`--seeds wants whole numbers, e.g. 1,2,3; not \`${text}\``);
  }) ?? suite.seeds;
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
      `suite ${suite.name} has no speed metric to calibrate; --quality sets floors from seeds`,
    );
  }
  const after = Math.max(...suite.seeds) + 1;
  return {
    suite,
    timed,
    further: quality ? plan(Array.from({ length: repeats }, (_, i) => after + i)) : [],
    launching: { ...options, signal },
  };
}

/** Measurements of this code that there are; those of other code are told and left alone. */
async function kept({ suite, timed }: Work, session: Session): Promise<SessionEntry[]> {
  const { args, terminal, store, commit } = session;
  if (args.has("fresh")) return [];
  const all = await readSessions(
    sessionsPath(store.out, suite.name),
    (problem) => terminal.warn(problem),
  );
  const ids = new Set(timed.map(({ id }) => id));
  const same = all.filter((entry) => entry.commit === commit && ids.has(entry.run));
  const others = all.length - same.length;
  if (others > 0) {
    terminal.warn(`${suite.name}: ${others} measurements of other code or runs are left aside`);
  }
  return same;
}

/** Runs that there is no finished record of. */
async function untrained({ timed, further }: Work, store: Store): Promise<PlannedRun[]> {
  const found: PlannedRun[] = [];
  for (const run of [...timed, ...further]) {
    if ((await store.readRecord(run.id))?.state !== "done") found.push(run);
  }
  return found;
}

async function calibrate(work: Work, session: Session): Promise<number> {
  const { suite, timed, further, launching } = work;
  const { args, terminal, store, signal, repeats } = session;
  const view = new Progression(
    terminal,
    args.has("json") ? "json" : args.has("quiet") ? "quiet" : terminal.live ? "live" : "plain",
    [...timed, ...further],
  );
  try {
    const onEvent: LaunchOptions["onEvent"] = (event) => view.onEvent(event);
    await launch(await untrained(work, store), { ...launching, onEvent });
    if (signal.aborted) return interruptedExit;
    const failed = await untrained(work, store);
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
    const records = await planRecords(further, (id) => store.readRecord(id));
    return await write(work, { session, entries, records });
  } finally {
    view.close();
  }
}

/** Makes the measurements that are left; null where one failed or it was stopped. */
async function measure(
  tasks: readonly SessionTask[],
  { work, session, view, path, before }: {
    work: Work;
    session: Session;
    view: Progression;
    path: string;
    before: readonly SessionEntry[];
  },
): Promise<readonly SessionEntry[] | null> {
  const { launching, suite } = work;
  const { terminal, signal, repeats, commit } = session;
  const entries = [...before];
  const took: number[] = before.map(({ seconds }) => seconds);
  for (const { session: number, planned } of tasks) {
    if (signal.aborted) return null;
    const left = tasks.length + before.length - entries.length;
    const each = took.reduce((a, b) => a + b, 0) / Math.max(1, took.length);
    const time = took.length === 0 ? "" : `, ${formatSeconds(left * each)} left`;
    view.working(
      `session ${number} of ${repeats}: ${planned.label} seed ${planned.spec.seed}${time}`,
      entries.length,
      tasks.length + before.length,
    );
    const made = await timeOnce(planned, { launching, session: number, commit });
    if (typeof made === "string") {
      if (signal.aborted) return null;
      view.close();
      terminal.warn(
        `${suite.name}: ${planned.label} seed ${planned.spec.seed} could not be measured: ${made}\n` +
          "  what was measured is kept: the same command goes on",
      );
      return null;
    }
    await appendLines(path, [made]);
    entries.push(made);
    took.push(made.seconds);
  }
  return entries;
}

/** One measurement of one run, or why there is none. */
async function timeOnce(
  planned: PlannedRun,
  { launching, session, commit }: { launching: LaunchOptions; session: number; commit: string },
): Promise<SessionEntry | string> {
  const start = performance.now();
  const { outcomes } = await launch([planned], { ...launching, again: true });
  const outcome = outcomes.get(planned.id);
  if (outcome?.kind !== "record") {
    return outcome?.kind === "failed" ? outcome.cause : "it was stopped";
  }
  if (outcome.record.state !== "done") return outcome.record.cause ?? outcome.record.state;
  const seconds = (performance.now() - start) / 1000;
  const entry = sessionEntry(outcome.record, { session, commit, seconds });
  return entry.values.length > 0 ? entry : "its speed metrics have no value";
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
  const folder = args.one("baselines") ?? "baselines";
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

/** Measures one run of each label once, and says what the whole would take. */
async function estimate(work: Work, session: Session): Promise<number> {
  const { suite, timed, launching } = work;
  const { terminal, store, repeats } = session;
  const first = await untrained(work, store);
  const left = sessionTasks(timed, { repeats, done: await kept(work, session) });
  const labels = [...new Set(timed.map(({ label }) => label))];
  let seconds = 0;
  const unknown: string[] = [];
  for (const label of labels) {
    const sample = timed.find((run) => run.label === label && !first.includes(run));
    if (session.signal.aborted) return interruptedExit;
    const made = sample === undefined
      ? "not trained yet"
      : await timeOnce(sample, { launching, session: 1, commit: session.commit });
    if (typeof made === "string") unknown.push(`${label}: ${made}`);
    else seconds += made.seconds * left.filter(({ planned }) => planned.label === label).length;
  }
  terminal.print(
    `${suite.name}: ${left.length} measurements left of ${timed.length} runs × ${repeats} sessions, ` +
      `about ${formatSeconds(seconds)} by one measurement of each label` +
      (unknown.length > 0 ? `, and what is not known (${unknown.join("; ")})` : ""),
  );
  if (first.length > 0) {
    terminal.print(
      `  ${first.length} runs are to be trained first: deno task likeness run ${suite.path} --dry-run`,
    );
  }
  terminal.print("nothing was kept");
  return exitCodes.pass;
}
