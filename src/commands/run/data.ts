/**
 * The data of a plan, loaded once with all cores before workers ask for them.
 * @module
 */
import { kindOf } from "../../kinds/mod.ts";
import { dataKey, type PlannedRun } from "../../record/mod.ts";
import { formatSeconds } from "../../base/text/mod.ts";
import type { Suite } from "../../suite/schema/mod.ts";
import type { Progression } from "./progress.ts";

/** How data are loaded, and who is told. */
export interface PrepareOptions {
  /** `<out>/cache`. */
  readonly cache: string;
  readonly view: Progression;
  readonly signal: AbortSignal;
  /** A program reads. */
  readonly json: boolean;
  /** Tell of each file that is left out. */
  readonly leftOut: boolean;
}

/**
 * Loads what a plan reads: of each of its data the splits that the runs on them read.
 * @throws SuiteError where data turn out not to go with the runs on them
 */
export async function prepareData(
  suite: Suite,
  plan: readonly PlannedRun[],
  options: PrepareOptions,
): Promise<void> {
  const byData = Map.groupBy(plan.map(({ spec }) => spec), ({ data }) => dataKey(data));
  for (const specs of byData.values()) {
    if (!options.signal.aborted) await prepare(suite, specs, options);
  }
}

async function prepare(
  suite: Suite,
  specs: readonly PlannedRun["spec"][],
  { cache, view, signal, json, leftOut }: PrepareOptions,
): Promise<void> {
  const [{ datasets, fromTable }, { splitsRead }, { checkAgainst }] = await Promise.all([
    import("../../registry.ts"),
    import("../../protocols/mod.ts"),
    import("../../suite/mod.ts"),
  ]);
  const [{ data }] = specs;
  const definition = await fromTable(datasets, data.dataset, "dataset");
  const start = performance.now();
  let made = false;
  const dataset = await definition.load(data.config, {
    base: suite.base,
    cache,
    jobs: navigator.hardwareConcurrency,
    signal,
    leftOut: leftOut ? (path, why) => view.say(`       left out: ${path}: ${why}`) : undefined,
    progress: (done, total, note) => {
      made = true;
      view.working(note, done, total);
    },
  });
  checkAgainst(suite, dataset, data);
  const read = splitsRead(dataset, specs);
  // What a dataset puts off to the first read is done here too, on all cores.
  for (const split of read) if (!signal.aborted) await dataset.read(split, [0]);
  const splits = read.map((split) => `${split} ${dataset.size(split).toLocaleString("en")}`)
    .join(", ");
  const seconds = (performance.now() - start) / 1000;
  view.say(
    `data   ${dataset.name} ${kindOf(dataset.sample).describe(dataset.sample)}: ${splits}` +
      `   ${made ? "" : "cached, "}${formatSeconds(seconds)}`,
  );
  for (const note of dataset.notes) view.say(`       ${note}`);
  if (json) view.json("data", { dataset: dataset.name, digest: dataset.digest, seconds });
}
