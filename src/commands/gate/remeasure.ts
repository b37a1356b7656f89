/**
 * What commands share that measure finished runs again: the engine of the last run, how speed is
 * measured again, and the author's name.
 * @module
 */
import { join } from "@std/path";
import { type LaunchOptions, speedMetrics } from "../../launch/mod.ts";
import { type PlanOptions, readPlan, settingsFrom } from "../../plan/mod.ts";
import { canonicalJson } from "../../base/text/mod.ts";
import type { HostProvenance, PlannedRun, Store } from "../../record/mod.ts";
import type { Suite } from "../../suite/schema/mod.ts";

/** Of a plan's data what names their files, where a suite asks for the same and has them not here. */
function contentIn(plan: readonly PlannedRun[]): Pick<PlanOptions, "content"> {
  const known = new Map(plan.map(({ spec: { data: { content, ...asked } } }) => [
    canonicalJson(asked),
    content,
  ]));
  return { content: (data) => known.get(canonicalJson(data)) };
}

/**
 * Engine and settings of the suite's last run, and the content of data that isn't here; `wasm` where
 * there is none.
 */
export async function engineOf(
  suite: Suite,
  store: Store,
): Promise<Pick<PlanOptions, "engine" | "settings" | "content">> {
  const onProblem = () => {}; // reported by the code that reads them
  const records = await store.list({ suite: suite.name, onProblem });
  let last: PlannedRun[] = [];
  try {
    last = await readPlan(join(store.out, "plans", `${suite.name}.jsonl`));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const engine = (last[0] ?? records[0])?.spec.engine ?? "wasm";
  // A last run that was narrowed says nothing of the others' settings.
  const others = records.filter(({ spec }) => spec.engine === engine);
  return {
    engine,
    settings: settingsFrom([...others, ...last]),
    ...(last.length > 0 && contentIn(last)),
  };
}

/** How runs of a plan are launched again, one alone at a time, on the engine that they are planned for. */
export async function remeasuring(
  suite: Suite,
  { store, plan, provenance, choice = "as the runs were" }: {
    readonly store: Store;
    readonly plan: readonly PlannedRun[];
    readonly provenance: HostProvenance;
    /** Why this engine. */
    readonly choice?: string;
  },
): Promise<LaunchOptions> {
  const { defaultLauncher } = await import("../../launch/mod.ts");
  const [{ spec }] = plan;
  return {
    launcher: defaultLauncher,
    settings: {
      out: store.out,
      engine: spec.engine,
      engineSettings: spec.settings,
      engineChoice: choice,
      modules: suite.modules,
      provenance,
      checkpointSeconds: 30,
      dataJobs: 1,
    },
    jobs: 1,
    speedMetrics: await speedMetrics(suite),
  };
}

/** git's user.name; null where there is none. */
export async function gitAuthor(): Promise<string | null> {
  try {
    const { success, stdout } = await new Deno.Command("git", {
      args: ["config", "user.name"],
      stdout: "piped",
      stderr: "null",
    }).output();
    const name = new TextDecoder().decode(stdout).trim();
    return success && name !== "" ? name : null;
  } catch {
    return null;
  }
}
