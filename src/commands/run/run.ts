/**
 * `run`: suites to records, verdicts and reports.
 * @module
 */
import { join } from "@std/path";
import { interruptedExit, UsageError, worstExit } from "../../base/mod.ts";
import type { LaunchOptions, LaunchResult, WorkerSettings } from "../../launch/mod.ts";
import type { Gated } from "../../gate/mod.ts";
import { protocolOf, type Row, runName } from "../../protocols/mod.ts";
import type { HostProvenance, PlannedRun } from "../../record/mod.ts";
import type { Planned, SettingsOf } from "../../plan/mod.ts";
import type { Suite } from "../../suite/schema/mod.ts";
import type { Arguments, Terminal } from "../../cli/mod.ts";
import { chooseEngine, type EngineChoice } from "../../cli/engine/mod.ts";
import {
  type AskedSettings,
  askedSettings,
  chosenSettings,
  provisional,
} from "../engine/engine_settings.ts";
import { cacheOf, outOf } from "../folders.ts";
import { prepareData } from "./data.ts";
import { Progression, type ProgressMode } from "./progress.ts";

/** Seconds between checkpoints. */
const checkpointSeconds = 30;

/** What all suites of one command share. */
interface Session {
  readonly asked: AskedSettings | undefined;
  /** The plan of a suite under these settings. */
  readonly planned: (suite: Suite, settings: SettingsOf) => Planned;
  readonly args: Arguments;
  readonly terminal: Terminal;
  readonly mode: ProgressMode;
  readonly out: string;
  readonly engine: EngineChoice;
  readonly provenance: HostProvenance;
  readonly signal: AbortSignal;
  /** What the gates came to, for CI. */
  readonly gated: Gated[];
}

function modeOf(args: Arguments, terminal: Terminal): ProgressMode {
  if (args.has("json")) return "json";
  if (args.has("quiet")) return "quiet";
  return terminal.live ? "live" : "plain";
}

/** The first Ctrl-C (or SIGTERM) stops cleanly, the second at once. */
export function interruption(terminal: Terminal): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) Deno.exit(interruptedExit);
    controller.abort();
    terminal.warn("stopping: runs save a checkpoint first (once more to stop at once)");
  };
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  for (const name of signals) Deno.addSignalListener(name, stop);
  return {
    signal: controller.signal,
    release: () => signals.forEach((name) => Deno.removeSignalListener(name, stop)),
  };
}

/** See the table of commands. */
export async function main(args: Arguments, terminal: Terminal): Promise<number> {
  const mode = modeOf(args, terminal);
  // Said before anything is loaded: on a busy machine that takes seconds.
  if (mode === "live" || mode === "plain") terminal.warn(`reading ${args.positionals.join(", ")}`);
  const [
    { loadSuites },
    { narrowed, planSuite, planWithNeeds },
    { suitePolicies },
    { hostProvenance },
  ] = await Promise.all([
    import("../../suite/mod.ts"),
    import("../../plan/mod.ts"),
    import("../../gate/mod.ts"),
    import("../../record/mod.ts"),
  ]);
  if (args.has("resume") && args.has("fresh")) {
    throw new UsageError(
      "--resume continues from checkpoints and --fresh discards them: give only one of them",
    );
  }
  const { checkBaselines, checkGating, checkSince, writeCi } = await import("../gate/gating.ts");
  await checkGating(args);
  const set = args.all("set");
  const out = outOf(args);
  const engine = await chooseEngine(args.one("engine"));
  const asked = askedSettings(args, engine.name);
  const options = { engine: engine.name, seeds: args.wholes("seeds") };
  const settings = provisional(asked);
  // Every suite is read, planned and its gate checked before any is run: a mistake in the last one
  // costs nothing.
  const suites: { suite: Suite; plan: PlannedRun[] }[] = [];
  const asks = new Map<Suite, readonly string[] | undefined>();
  const planned = (suite: Suite, settings: SettingsOf) =>
    planWithNeeds(suite, { ...options, families: asks.get(suite), settings });
  for (const path of args.positionals) {
    const found = await loadSuites(path, { set, cache: cacheOf(args) });
    for (const { suite, families } of narrowed(found, args.list("families"))) {
      asks.set(suite, families);
      const { plan } = planned(suite, settings);
      // What `--set` makes it a different experiment is not gated.
      if (!args.has("no-gate") && suite.overrides.length === 0) {
        await suitePolicies(suite, planSuite(suite, { engine: engine.name, settings }));
        await checkBaselines(args, suite);
      }
      suites.push({ suite, plan });
    }
  }
  const provenance = await hostProvenance(args.line);
  const { requireRoom } = await import("./room.ts");
  await requireRoom(out, suites, {
    fresh: args.has("fresh"),
    history: !args.has("no-gate"),
    report: !args.has("no-report"),
  });
  for (const { suite } of suites) await checkSince(args, { suite, out, head: provenance.gitSha });
  const { signal, release } = interruption(terminal);
  const session: Session = {
    asked,
    planned,
    args,
    terminal,
    mode,
    out,
    engine,
    provenance,
    signal,
    gated: [],
  };
  try {
    const codes: number[] = [];
    for (const { suite, plan } of suites) {
      if (signal.aborted) break;
      codes.push(await runSuite(session, suite, plan));
    }
    if (signal.aborted) return interruptedExit;
    await writeCi(session.gated, { args, terminal });
    return worstExit(codes);
  } finally {
    release();
  }
}

const plural = (n: number, one: string, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;

function header({ name }: Suite, plan: readonly PlannedRun[], engine: EngineChoice): string {
  const of = (row: Row) => plan.filter(({ spec }) => protocolOf(spec).row === row);
  const trained = [...of("model"), ...of("elsewhere")];
  const configs = new Set(trained.map(({ group }) => group)).size;
  const families = new Set(trained.map(({ spec }) => spec.family)).size;
  const seeds = new Set(trained.map(({ spec }) => spec.seed)).size;
  const controls = of("control").length, steps = of("step").length;
  const matrix = [
    configs === families
      ? plural(families, "family", "families")
      : `${plural(configs, "config")} of ${plural(families, "family", "families")}`,
    `× ${plural(seeds, "seed")}`,
    ...(controls > 0 ? [`+ ${plural(controls, "control row")}`] : []),
    ...(steps > 0 ? [`+ ${plural(steps, "step")}`] : []),
  ].join(" ");
  return `${name} · ${matrix} · ${engine.name} (${engine.why})`;
}

/** "codes seed 1, codes seed 2 are run too: vqvae needs them": what was added to what was asked for. */
export function pulledLines(
  plan: readonly PlannedRun[],
  pulled: readonly PlannedRun[],
): string[] {
  const labels = [...new Set(pulled.map(({ label }) => label))];
  return labels.map((label) => {
    const own = pulled.filter((run) => run.label === label);
    const ids = new Set(own.map(({ id }) => id));
    const by = plan.filter(({ spec }) =>
      Object.values(spec.needs ?? {}).some((n) => ids.has(n.run))
    );
    const who = [...new Set(by.map((run) => run.label))].join(", ");
    const what = own.map(runName).join(", ");
    return `${what} ${own.length === 1 ? "is run too: it is" : "are run too: they are"} ` +
      `needed by ${who}`;
  });
}

async function runSuite(
  session: Session,
  suite: Suite,
  first: readonly PlannedRun[],
): Promise<number> {
  const { args, terminal, mode, out, engine, provenance, signal, asked } = session;
  const [{ writePlan }, { defaultJobs, launch }, { defaultLauncher }, { speedMetrics }] =
    await Promise.all([
      import("../../plan/mod.ts"),
      import("../../launch/mod.ts"),
      import("../../launch/mod.ts"),
      import("../../launch/mod.ts"),
    ]);
  const view = new Progression(terminal, mode, first);
  try {
    view.say(header(suite, first, engine));
    for (const note of suite.notes ?? []) view.say(`       ${note}`);
    try {
      await prepareData(suite, first, {
        cache: join(out, "cache"),
        view,
        signal,
        json: mode === "json",
        leftOut: args.has("show-left-out"),
      });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    if (signal.aborted) return interruptedExit;
    const settings: WorkerSettings = {
      out,
      engine: engine.name,
      engineSettings: asked && { threads: asked.threads, precision: asked.precision },
      engineChoice: engine.why,
      modules: suite.modules,
      provenance,
      checkpointSeconds,
      dataJobs: 1,
    };
    const common = {
      launcher: defaultLauncher,
      settings,
      signal,
      onEvent: (event: Parameters<Progression["onEvent"]>[0]) => view.onEvent(event),
    };
    const { plan, pulled } = session.planned(
      suite,
      await chosenSettings(asked, {
        out,
        provenance,
        launching: { launcher: defaultLauncher, settings, signal },
        plan: (chosen) => session.planned(suite, chosen).plan,
        say: (line) => view.say(line),
        dry: args.has("dry-run"),
      }),
    );
    if (signal.aborted) return interruptedExit;
    for (const line of pulledLines(plan, pulled)) view.say(`       ${line}`);
    if (mode === "json") {
      view.json("plan", {
        suite: suite.name,
        engine: engine.name,
        runs: plan.map(({ id, label, spec }) => ({
          id,
          label,
          seed: spec.seed,
          ...(spec.needs === undefined ? {} : { needs: spec.needs }),
        })),
      });
    }
    if (!args.has("dry-run")) await writePlan(join(out, "plans", `${suite.name}.jsonl`), plan);
    const jobs = args.whole("jobs") ?? defaultJobs(plan.length, asked?.threads);
    if (args.has("dry-run")) {
      const { estimatePlan } = await import("./estimate.ts");
      return await estimatePlan(plan, { ...common, view, terminal, jobs, json: mode === "json" });
    }
    const { readCalibrated } = await import("../../gate/speed/mod.ts");
    const which = { suite: suite.name, suiteVersion: suite.version };
    const launching = {
      ...common,
      jobs,
      speedMetrics: await speedMetrics(suite),
      judged: (machineClass: string) =>
        readCalibrated(args.one("baselines") ?? "baselines", { ...which, machineClass }),
    };
    const result = await launch(plan, {
      ...launching,
      fresh: args.has("fresh"),
      pulled: new Set(pulled.map(({ id }) => id)),
    });
    view.close();
    return await conclude(session, { suite, plan, result, launching });
  } finally {
    view.close();
  }
}

/** Results, gate and report. */
async function conclude(
  session: Session,
  done: {
    suite: Suite;
    plan: readonly PlannedRun[];
    result: LaunchResult;
    launching: LaunchOptions;
  },
): Promise<number> {
  const { terminal, mode, args, out } = session;
  const { plan, result } = done;
  const [{ openStore }, { planRecords }] = await Promise.all([
    import("../../record/mod.ts"),
    import("../../gate/mod.ts"),
  ]);
  const store = openStore(out);
  const unreadable = new Map<string, string>();
  const records = await planRecords(
    plan,
    (id) => store.readRecord(id),
    ({ id }, why) => unreadable.set(id, why),
  );
  const say = (line = "") => {
    if (mode !== "json") terminal.print(line);
  };
  const emit = (event: string, data: object) => {
    if (mode === "json") terminal.print(JSON.stringify({ event, ...data }));
  };
  for (const { id, label, spec, state, cause, metrics } of records) {
    emit("record", { id, label, seed: spec.seed, state, cause, metrics });
  }
  for (const [id, cause] of unreadable) {
    const { label, spec } = plan.find((run) => run.id === id)!;
    emit("record", { id, label, seed: spec.seed, state: "unreadable", cause, metrics: [] });
  }
  if (result.interrupted) {
    const left = plan.length - records.filter(({ state }) => state !== "failed").length;
    // With --fresh they would start over.
    const command = args.line.replaceAll(/ --fresh(?= |$)/g, "");
    terminal.warn(
      `interrupted with ${plural(left, "run")} of ${plan.length} to do; ` +
        `continue with:\n  deno task ${command}`,
    );
    return interruptedExit;
  }
  const { showOutcome } = await import("./run_outcome.ts");
  return await showOutcome({
    ...done,
    args,
    records,
    unreadable,
    store,
    columns: terminal.columns,
    say,
    emit,
    warn: (line) => terminal.warn(line),
    onGate: (gated) => session.gated.push(gated),
  });
}
