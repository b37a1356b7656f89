/**
 * Entries of `runs` that take something of others: which run of the suite it is, and whether it will
 * do. What can't be is told when the suite is read: unknown names, circles, the wrong kind of thing, a
 * family or a config that doesn't fit.
 * @module
 */
import type { GivenRun } from "../../families/mod.ts";
import { protocolOf } from "../../protocols/mod.ts";
import { didYouMean } from "../../base/text/mod.ts";
import type { Place } from "../check.ts";
import { DATA_ROLE } from "../../run/mod.ts";
import type { SuiteRun } from "../schema/schema.ts";
import type { AskedRole } from "./roles.ts";
import type { RunEntry } from "./run_entries.ts";
import type { At } from "./scored.ts";

/** An entry with what it takes. */
export interface ResolvedEntry extends RunEntry {
  /** What is known of the runs that it takes something of, by role. */
  readonly needed: { readonly [role: string]: GivenRun };
}

/** Entries by name, those without one left out. */
type Named = ReadonlyMap<string, readonly RunEntry[]>;

/** All entries, each with what it takes; see the module. */
export function resolveNeeds(entries: readonly RunEntry[], top: Place): ResolvedEntry[] {
  const named: Named = Map.groupBy(
    entries.filter(({ name }) => name !== undefined),
    ({ name }) => name!,
  );
  refuseCircles(entries, named, top);
  return entries.map((entry) => {
    const needed: Record<string, GivenRun> = {};
    for (const asked of entry.asked) {
      const run = neededBy(entry, asked, { named, entries, top });
      if (run === null) continue;
      needed[asked.role] = {
        family: run.family,
        version: run.familyVersion,
        config: run.config,
      };
    }
    if (entry.asked.length === 0) return { ...entry, needed };
    const data = dataAt(entry, named);
    const own = data === undefined ? entry.own : { ...entry.own, data };
    const needs = Object.fromEntries(entry.asked.map(({ role, name }) => [role, name]));
    const roles = Object.fromEntries(
      entry.asked.map(({ role }) => [role, entry.roles[role].kind]),
    );
    return { ...entry, own, needed, runs: entry.runs.map((run) => ({ ...run, needs, roles })) };
  });
}

/** The data that an entry is on: its own, or else those of the run whose documents it takes. */
function dataAt(entry: RunEntry, named: Named, way: readonly RunEntry[] = []): At | undefined {
  const made = entry.asked.find(({ role }) => role === DATA_ROLE);
  if (entry.own.data !== undefined || made === undefined || way.includes(entry)) {
    return entry.own.data;
  }
  const [other] = named.get(made.name) ?? [];
  return other && dataAt(other, named, [...way, entry]);
}

/** The run that an entry takes something of, where it will do; problems are told. */
function neededBy(
  entry: RunEntry,
  { role, name, path, key }: AskedRole,
  { named, entries, top }: { named: Named; entries: readonly RunEntry[]; top: Place },
): SuiteRun | null {
  const wrong = (message: string, ...hints: string[]) => {
    top.problems.push({ ...top.source.locate(path), message: `\`${key}\`: ${message}`, hints });
    return null;
  };
  const found = named.get(name) ?? [];
  if (found.length === 0) {
    const known = [...named.keys()].filter((other) => other !== entry.name);
    const unnamed = entries.some((other) => other.of === name);
    return wrong(
      `no entry of \`runs\` is called \`${name}\`${didYouMean(name, known)}`,
      unnamed
        ? `give the entry of \`${name}\` a name, \`name: ${name}\`, to take from it`
        : `entries with a name: ${known.join(", ") || "none; give the other entry a `name`"}`,
    );
  }
  const runs = found.flatMap((other) => other.runs);
  if (found.length > 1 || runs.length > 1) {
    const what = found.length > 1
      ? `${found.length} entries are called \`${name}\``
      : `\`${name}\` stands for ${runs.length} runs a seed, one for each value of its lists`;
    return wrong(
      `${what}; name one`,
      "write an entry with a `name` of its own for the run that is meant",
    );
  }
  if (runs.length === 0) return null; // its own mistakes are told
  const [run] = runs, [other] = found;
  const definition = entry.roles[role];
  const gives = Object.keys(protocolOf(run).gives);
  if (!gives.includes(definition.kind)) {
    return wrong(
      `\`${entry.of}\` takes ${definition.kind} and \`${name}\` (${other.of}) gives ` +
        `${gives.join(", ") || "nothing"}`,
    );
  }
  if (definition.families !== undefined && !definition.families.includes(run.family)) {
    return wrong(
      `\`${entry.of}\` takes ${definition.kind} of ${definition.families.join(" or ")}, and ` +
        `\`${name}\` is of \`${run.family}\``,
    );
  }
  const needed = { family: run.family, version: run.familyVersion, config: run.config };
  for (const { config } of entry.runs) {
    const why = definition.unfit?.(config, needed) ?? null;
    if (why === null) continue;
    const [first, ...hints] = why.split("\n");
    return wrong(`\`${name}\` won't do: ${first}`, ...hints.map((line) => line.trim()));
  }
  return run;
}

/** Tells each circle once, at the entry of it that stands first. */
function refuseCircles(entries: readonly RunEntry[], named: Named, top: Place): void {
  const told = new Set<RunEntry>();
  const walk = (entry: RunEntry, way: readonly RunEntry[]) => {
    if (told.has(entry)) return;
    const start = way.indexOf(entry);
    if (start >= 0) {
      const circle = [...way.slice(start), entry];
      circle.forEach((one) => told.add(one));
      const [first, second] = circle;
      const { path, key } = first.asked.find(({ name }) => name === second.name)!;
      const message = circle.length === 2
        ? `\`${first.name}\` can't take from itself`
        : `a circle: ${circle.map(({ name }) => `\`${name}\``).join(" takes from ")}`;
      top.problems.push({ ...top.source.locate(path), message: `\`${key}\`: ${message}` });
      return;
    }
    for (const { name } of entry.asked) {
      for (const other of named.get(name) ?? []) walk(other, [...way, entry]);
    }
  };
  entries.forEach((entry) => walk(entry, []));
}
