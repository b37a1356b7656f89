/**
 * `history`: the numbers of suites, run by run, and where they changed.
 * @module
 */
import { exitCodes, UsageError, worstExit } from "../../base/mod.ts";
import { readEach } from "../../gate/baseline/mod.ts";
import { isCalibrated, readFloors } from "../../gate/speed/mod.ts";
import {
  appendHistory,
  entriesSince,
  histories,
  historyPath,
  historyTable,
  suitePolicies,
} from "../../gate/mod.ts";
import { openStore } from "../../record/mod.ts";
import { loadSuites } from "../../suite/mod.ts";
import type { Suite } from "../../suite/schema/mod.ts";
import type { Arguments, Terminal } from "../../cli/mod.ts";
import { outOf } from "../folders.ts";

/** See the table of commands. */
export async function main(args: Arguments, terminal: Terminal): Promise<number> {
  const codes: number[] = [];
  for (const path of args.positionals) {
    for (const suite of await loadSuites(path, { inputs: false })) {
      codes.push(await one(suite, args, terminal));
    }
  }
  return worstExit(codes);
}

async function one(suite: Suite, args: Arguments, terminal: Terminal): Promise<number> {
  const store = openStore(outOf(args));
  const onProblem = (message: string) => terminal.warn(message);
  const entries = await appendHistory(historyPath(store.out, suite.name), {
    records: (await store.list({ suite: suite.name, onProblem })).filter((r) => r.state === "done"),
    onProblem,
  });
  const since = args.one("since");
  if (entries.length === 0) {
    terminal.warn(
      `no history of ${suite.name} in ${store.out}: deno task likeness run ${suite.path}`,
    );
    return exitCodes.failed;
  }
  if (since !== undefined && entriesSince(entries, since).length === 0) {
    throw new UsageError(`--since ${since}: the history of ${suite.name} has no such run`);
  }
  const found = histories(entries, { policies: await suitePolicies(suite), since });
  const floors = await readEach(
    [...new Set(found.map(({ scope }) => scope))],
    (machineClass) =>
      readFloors(args.one("baselines") ?? "baselines", { suite: suite.name, machineClass }),
  );
  const all = found.filter(({ drift }) => drift !== null);
  const drifted =
    all.filter(({ kind, scope }) =>
      kind !== "speed" || isCalibrated(floors, { scope, suiteVersion: suite.version })
    ).length;
  const unjudged = all.length - drifted;
  if (args.has("json")) {
    for (const series of found) {
      terminal.print(JSON.stringify({ event: "history", suite: suite.name, ...series }));
    }
  } else {
    if (!args.has("quiet")) {
      for (const line of historyTable(found, { all: args.has("all") })) terminal.print(line);
    }
    const stepped = found.filter(({ levels }) => levels.length > 1).length;
    const runs = entriesSince(entries, since).length;
    terminal.print(
      `${suite.name}: ${runs} ${runs === 1 ? "run" : "runs"}, ${found.length} series, ` +
        `${stepped} with steps, ${drifted} drifted` +
        (unjudged > 0 ? `, ${unjudged} of speed not judged: that machine isn't calibrated` : ""),
    );
  }
  return drifted > 0 ? exitCodes.regressed : exitCodes.pass;
}
