/**
 * Engine settings for the runs of a command: what the user gives, and for the rest what is measured
 * once and kept.
 * @module
 */
import { join } from "@std/path";
import type { CompileMode, EngineName, EngineSettings } from "../../engine/mod.ts";
import { UsageError } from "../../base/mod.ts";
import type { LaunchOptions } from "../../launch/mod.ts";
import { sha256Hex } from "../../base/digest/mod.ts";
import { bareGroup, type BareSpec, type Cost, type SettingsOf } from "../../plan/mod.ts";
import { protocolOf } from "../../protocols/mod.ts";
import type { HostProvenance, PlannedRun } from "../../record/mod.ts";
import type { Arguments } from "../../cli/mod.ts";

/** What the user asked of the engine. `compile` undefined: measure. */
export interface AskedSettings {
  readonly threads: number;
  readonly precision: "float32" | "bfloat16";
  readonly compile?: CompileMode;
}

/**
 * Reads --threads, --precision and --compile; undefined for engines that have no such choice.
 * @throws UsageError where such an engine is asked to make one
 */
export function askedSettings(args: Arguments, engine: EngineName): AskedSettings | undefined {
  const asked = {
    threads: args.whole("threads"),
    precision: args.word<"float32" | "bfloat16">("precision"),
    compile: args.word<CompileMode>("compile"),
  };
  if (engine === "tensorflow") {
    return {
      threads: asked.threads ?? navigator.hardwareConcurrency,
      precision: asked.precision ?? "float32",
      compile: asked.compile,
    };
  }
  const named = Object.entries(asked).find(([, value]) => value !== undefined);
  if (named !== undefined) {
    throw new UsageError(`--${named[0]} is a choice of the tensorflow engine; this is ${engine}`);
  }
  return undefined;
}

/** Settings as asked, with the graph where nothing was chosen: for plans that are only looked at. */
export function provisional(asked: AskedSettings | undefined): SettingsOf {
  const settings: EngineSettings | undefined = asked &&
    { ...asked, compile: asked.compile ?? "graph" };
  return () => settings;
}

/** What choices of graph or XLA need. */
export interface ChoosingOptions {
  readonly out: string;
  readonly provenance: HostProvenance;
  readonly launching: Omit<LaunchOptions, "jobs" | "speedMetrics">;
  /** The suite's plan under these settings. */
  readonly plan: (settings: SettingsOf) => readonly PlannedRun[];
  readonly say: (line: string) => void;
  /** Take kept choices and make none. */
  readonly dry?: boolean;
}

/**
 * The settings of each run. Where the user named no way of running, a few steps of each
 * configuration are timed, first as a graph and, where the training is long enough, with XLA; the
 * choice is kept in `<out>/cache` and taken again.
 */
export async function chosenSettings(
  asked: AskedSettings | undefined,
  options: ChoosingOptions,
): Promise<SettingsOf> {
  if (asked === undefined || asked.compile !== undefined) return provisional(asked);
  const { out, provenance, say } = options;
  const [{ Calibration, choose, worthTrying }, { trial }] = await Promise.all([
    import("../../plan/mod.ts"),
    import("../../launch/mod.ts"),
  ]);
  const kept = await Calibration.open(join(out, "cache", "calibration.json"));
  const keyOf = (spec: BareSpec) => keyOfChoice(spec, asked, provenance);
  const bare = options.plan(provisional(asked))
    .filter(({ spec }) => protocolOf(spec).trains);
  const groups = new Map(bare.map((run) => [bareGroup(run.spec), run]));
  for (const run of options.dry ? [] : groups.values()) {
    if (kept.get(keyOf(run.spec)) !== undefined || options.launching.signal?.aborted) continue;
    const cost = async (compile: CompileMode): Promise<(Cost & { steps: number }) | undefined> => {
      const group = bareGroup(run.spec);
      const planned = options.plan(provisional({ ...asked, compile }))
        .find(({ spec }) => bareGroup(spec) === group)!;
      const outcome = (await trial([planned], options.launching)).get(planned.id);
      if (outcome?.kind !== "estimate") return undefined;
      const { startSeconds, secondsPerStep, steps } = outcome.estimate;
      return { startSeconds, secondsPerStep, steps };
    };
    const graph = await cost("graph");
    if (graph === undefined) continue; // the run itself will say what is wrong
    const { steps } = graph;
    const xla = worthTrying(graph, steps) ? await cost("xla") : undefined;
    const plain = (c: Cost) => ({ startSeconds: c.startSeconds, secondsPerStep: c.secondsPerStep });
    const made = choose(steps, { graph, ...(xla === undefined ? {} : { xla }) });
    await kept.set(keyOf(run.spec), {
      ...made,
      steps,
      graph: plain(graph),
      ...(xla === undefined ? {} : { xla: plain(xla) }),
      date: new Date().toISOString(),
    });
    say(`choose ${run.label}: ${made.compile} (${made.reason})`);
  }
  return (spec) => ({
    threads: asked.threads,
    precision: asked.precision,
    compile: protocolOf(spec).trains ? kept.get(keyOf(spec))?.compile ?? "graph" : "graph",
  });
}

/** Names a choice: the configuration but for its seed, the settings, the machine and the code. */
function keyOfChoice(spec: BareSpec, asked: AskedSettings, host: HostProvenance): string {
  const { cpu, cores, lock, deno } = host;
  const { threads, precision } = asked;
  const machine = JSON.stringify({ cpu, cores, lock, deno, threads, precision });
  return sha256Hex(`${bareGroup(spec)} ${machine}`).slice(0, 16);
}
