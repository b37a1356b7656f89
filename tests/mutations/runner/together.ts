/**
 * Mutants of one test file tried in one process, which spares all but the first the start and the
 * loading of what they don't touch. Only what is beyond doubt is taken from there: that the tests
 * which must notice a mutant failed under it, and that those same tests pass in the same process, after
 * all the mutants, without one. The rest is left to a process of its own (`alone.ts`).
 * @module
 */
import { join } from "@std/path";
import { asInstalled } from "../../../src/base/program/child.ts";
import { type ImportGraph, importGraph } from "../../../src/proof/figures/house/graph.ts";
import { environment, limit } from "./alone.ts";
import type { Job, Result, Task } from "./host.ts";
import { mutated } from "./mutant.ts";
import { root } from "./tree.ts";
import { missed, type Trial } from "./trial.ts";

/** What could be told together: seconds of each trial that noticed its mutant. */
export type Noticed = ReadonlyMap<Trial, number>;

/** For a file of the tree, itself and the files that import it in the end, types left out. */
export async function importersIn(tree = root): Promise<(file: string) => string[]> {
  return importers(await importGraph(tree, ["src", "tests"]));
}

/** As `importersIn`, of a graph. */
export function importers({ imports }: ImportGraph): (file: string) => string[] {
  const by = Map.groupBy(imports.filter(({ kind }) => kind !== "type"), ({ to }) => to);
  return (file) => {
    const found = new Set([file]);
    for (const one of found) for (const { from } of by.get(one) ?? []) found.add(from);
    return [...found];
  };
}

/** Tries mutants before one test file in a process of a tree; the tree is as before in the end. */
export async function tryTogether(
  tree: string,
  trials: readonly Trial[],
  importersOf: (file: string) => readonly string[],
): Promise<Noticed> {
  const sources = await Promise.all(
    trials.map(({ mutant: { file } }) => Deno.readTextFile(join(tree, file))),
  );
  const tasks = trials.map(({ mutant, filter, failFast }, i): Task => {
    const edit = mutated(mutant, sources[i]), { id, file } = mutant;
    if ("stale" in edit) throw new Error(`${id}: ${edit.stale}`);
    return { id, file, text: edit.text, filter, failFast, touched: importersOf(file) };
  });
  const results = await runHost(tree, { law: trials[0].law, tasks });
  const last = results.find(({ id }) => id === null);
  if (last === undefined) {
    // The process died: of a mutant, then once more without that one; or of the law itself.
    await Promise.all(
      trials.map(({ mutant: { file } }, i) => Deno.writeTextFile(join(tree, file), sources[i])),
    );
    const died = results.length, rest = trials.toSpliced(died, 1);
    return died < trials.length && rest.length > 1
      ? await tryTogether(tree, rest, importersOf)
      : new Map();
  }
  if (last.error !== undefined || last.failed.length > 0) return new Map();
  const proven = new Set(last.passed);
  return new Map(trials.flatMap((trial, i) => {
    const { id, passed, failed, error, seconds } = results[i];
    const sure = id === trial.mutant.id && error === undefined &&
      failed.every((name) => proven.has(name));
    return sure && missed(trial, { passed, failed }) === undefined ? [[trial, seconds]] : [];
  }));
}

/** Runs a job until it ends, or says nothing for as long as a test file may take. */
async function runHost(tree: string, job: Job): Promise<Result[]> {
  const [path, told] = ["job.json", "results.jsonl"].map((name) => join(tree, name));
  await Deno.writeTextFile(path, JSON.stringify(job));
  await Deno.writeTextFile(told, "");
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      "--quiet",
      asInstalled,
      "tests/mutations/runner/host.ts",
      path,
      told,
    ],
    cwd: tree,
    env: environment,
    stdout: "null",
    stderr: "null",
  }).spawn();
  let size = 0, since = Date.now();
  const timer = setInterval(() => {
    const now = Deno.statSync(told).size;
    if (now > size) [size, since] = [now, Date.now()];
    else if (Date.now() - since > limit) child.kill("SIGKILL");
  }, 1000);
  await child.status;
  clearInterval(timer);
  return (await Deno.readTextFile(told)).split("\n").filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Result);
}
