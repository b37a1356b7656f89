/**
 * A case that printed a wrong number once, or worse: inputs and what the command line must make of
 * them.
 * @module
 */
import { join } from "@std/path";
import { type Ended, lastSaid, likenessEnds, shownEnd, wronglyTold } from "../program.ts";

/** See the module. */
export interface Case {
  readonly name: string;
  /** @returns what is wrong, a line each; none: it is right */
  check(folder: string): Promise<string[]>;
}

/** What `evaluate` told, its values by metric: "frechet", "coverage precision". */
export interface Evaluated {
  readonly ended: Ended;
  readonly values: Readonly<Record<string, number>>;
}

/** The values of `evaluate --json`, by the name's part before the extractor's. */
export function evaluatedValues(stdout: string): Record<string, number> {
  const lines = stdout.split("\n").filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as { name?: string; value?: number });
  return Object.fromEntries(
    lines.filter(({ name }) => name !== undefined).map(({ name, value }) => [
      name!.slice(0, name!.search(/-(k\d|lite0|given)/)),
      value!,
    ]),
  );
}

/** Compares two sides, with a cache of its own in the folder. */
export async function evaluate(
  folder: string,
  [real, fake]: readonly [string, string],
  more: readonly string[],
): Promise<Evaluated> {
  const ended = await likenessEnds(
    ["evaluate", "--real", join(folder, real), "--fake", join(folder, fake)]
      .concat(["--engine", "wasm", "--json", "--out", join(folder, "out"), ...more]),
  );
  return { ended, values: ended.code === 0 ? evaluatedValues(ended.stdout) : {} };
}

/** What is wrong with a value, a line; none where it is within `by` of what it should be. */
export function off(
  { ended, values }: Evaluated,
  name: string,
  { is, by }: { readonly is: number; readonly by: number },
): string[] {
  const value = values[name];
  if (ended.code !== 0) return [shownEnd(ended)];
  return value !== undefined && Math.abs(value - is) <= by ? [] : [`${name} ${value}, not ${is}`];
}

/** A run as `--json` tells it. */
export interface RunTold {
  readonly id: string;
  readonly label: string;
  readonly state: string;
  readonly cause?: string;
  readonly metrics: readonly { readonly name: string; readonly value: number | null }[];
}

/** Runs a suite of the folder into one of its folders. */
export async function runSuite(
  folder: string,
  suite: string,
  { out = "out" } = {},
): Promise<{ readonly ended: Ended; readonly runs: readonly RunTold[] }> {
  const ended = await likenessEnds(
    ["run", join(folder, suite), "--out", join(folder, out)]
      .concat(["--engine", "wasm", "--jobs", "1", "--json", "--no-report"]),
  );
  const runs = ended.stdout.split("\n").filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as RunTold & { event?: string })
    .filter(({ event }) => event === "record");
  return { ended, runs };
}

/** The run of a label, whose numbers are there; an Error where it isn't done. */
export function doneRun(
  { ended, runs }: Awaited<ReturnType<typeof runSuite>>,
  label: string,
): RunTold {
  const found = runs.find((run) => run.label === label && run.state === "done");
  if (found === undefined || ended.code !== 0) throw new Error(`${label}: ${shownEnd(ended)}`);
  return found;
}

/** The values of a run, in one text: equal where all bits are. */
export const valuesOf = ({ metrics }: RunTold) =>
  JSON.stringify(metrics.map(({ name, value }) => [name, value]));

/** What is wrong with an end that should tell something: not 2 or 3, or without a word that it needs. */
export function untold(ended: Ended, words: readonly string[]): string[] {
  const told = wronglyTold(ended);
  if (told !== null) return [told];
  const text = `${ended.stdout}${ended.stderr}`;
  return words.filter((word) => !text.includes(word))
    .map((word) => `says nothing of ${word}: ${lastSaid(ended)}`);
}
