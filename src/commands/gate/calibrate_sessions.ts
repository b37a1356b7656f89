/**
 * The sessions of a calibration: which are left, and how they are run or estimated.
 * @module
 */
import { exitCodes, interruptedExit } from "../../base/mod.ts";
import {
  appendLines,
  readSessions,
  type SessionEntry,
  sessionEntry,
  sessionsPath,
  type SessionTask,
  sessionTasks,
} from "../../gate/speed/mod.ts";
import { launch, type LaunchOptions } from "../../launch/mod.ts";
import type { PlannedRun, Store } from "../../record/mod.ts";
import { formatSeconds } from "../../base/text/mod.ts";
import type { Suite } from "../../suite/schema/mod.ts";
import type { Arguments, Terminal } from "../../cli/mod.ts";
import type { Progression } from "../run/progress.ts";

/** What all suites of one command share. */
export interface Session {
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
export interface Work {
  readonly suite: Suite;
  /** Runs whose speed is measured, once a session. */
  readonly timed: readonly PlannedRun[];
  /** Those with all that they need. */
  readonly trained: readonly PlannedRun[];
  /** Runs at further seeds, where quality is asked. */
  readonly further: readonly PlannedRun[];
  readonly launching: LaunchOptions;
  /** Of the further seeds: a store of their own, so that no gate takes them for evidence. */
  readonly aside: { readonly store: Store; readonly launching: LaunchOptions };
}

/** Measurements of this code that there are; those of other code are told and left alone. */
export async function kept({ suite, timed }: Work, session: Session): Promise<SessionEntry[]> {
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
    terminal.warn(`${suite.name}: ${others} measurements of other code or runs are ignored`);
  }
  return same;
}

/** Runs that there is no finished record of. */
export async function untrained(runs: readonly PlannedRun[], store: Store): Promise<PlannedRun[]> {
  const found: PlannedRun[] = [];
  for (const run of runs) {
    if ((await store.readRecord(run.id))?.state !== "done") found.push(run);
  }
  return found;
}

/** Of both kinds: what is to be trained before anything can be calibrated. */
export async function allUntrained(
  { timed, further, aside }: Work,
  store: Store,
): Promise<PlannedRun[]> {
  return [...await untrained(timed, store), ...await untrained(further, aside.store)];
}

/** Makes the measurements that are left; null where one failed or it was stopped. */
export async function measure(
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
          "  what was measured is kept; the same command continues",
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

/** Measures one run of each label once, and says what the whole would take. */
export async function estimate(work: Work, session: Session): Promise<number> {
  const { suite, timed, launching } = work;
  const { terminal, store, repeats } = session;
  const first = await allUntrained(work, store);
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
