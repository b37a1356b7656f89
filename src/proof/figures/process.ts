/**
 * The programs that measurements run, and the properties of this machine that figures depend on.
 * @module
 */
import { fromFileUrl } from "@std/path";
import { linesOf } from "../../base/text/mod.ts";
import { hostProvenance, instructionSet } from "../../record/mod.ts";
import type { FigureSource } from "./source.ts";

/** Root of the repository. */
export const root = fromFileUrl(new URL("../../../", import.meta.url));

/** The outcome of a program. */
export interface Ran {
  readonly code: number;
  readonly seconds: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a line of stderr begins with that tells how far a program is. */
const NOTE = "note: ";

/** How a program is run. */
export interface RunOptions {
  readonly env?: { readonly [name: string]: string };
  /** Hears how far the program is while it runs: what its stderr says after "note: ". */
  readonly note?: (text: string) => void;
}

/** Runs a program in the root of the repository and waits. */
export async function runProgram(
  command: string,
  args: readonly string[],
  { env = {}, note }: RunOptions = {},
): Promise<Ran> {
  const start = performance.now();
  const child = new Deno.Command(command, {
    args: [...args],
    cwd: root,
    env: { NO_COLOR: "1", ...env },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const [heard, kept] = child.stderr.tee();
  const listen = async () => {
    for await (const line of linesOf(heard)) {
      if (line.startsWith(NOTE)) note?.(line.slice(NOTE.length));
    }
  };
  const [{ code }, stdout, stderr] = await Promise.all([
    child.status,
    new Response(child.stdout).text(),
    new Response(kept).text(),
    listen(),
  ]);
  return { code, seconds: (performance.now() - start) / 1000, stdout, stderr };
}

/** Runs Deno in the root of the repository and waits. */
export function runDeno(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return runProgram(Deno.execPath(), args, options);
}

/** What a program that prints one line of JSON last has found; or why it found nothing. */
export function lastJson<T>(ran: Ran): T | string {
  if (ran.code !== 0) return lastWords(ran);
  return JSON.parse(ran.stdout.trim().split("\n").at(-1)!) as T;
}

/** Arguments for Deno that start the command line of this project. */
export function likeness(...words: readonly string[]): string[] {
  return ["run", "-A", "src/main.ts", ...words];
}

/** The last lines of what a program said, for a reason. */
export function lastWords({ code, stdout, stderr }: Ran): string {
  const said = (stderr.trim() || stdout.trim()).split("\n").slice(-3).join(" | ");
  return `exit code ${code}: ${said.slice(0, 400)}`;
}

/** Source of a figure that no engine took part in. */
export async function hostSource(command: string): Promise<FigureSource> {
  const host = await hostProvenance(command);
  return {
    commit: host.gitSha,
    dirty: host.gitDirty,
    engine: null,
    machineClass:
      `deno-${host.deno}_${Deno.build.arch}_${await instructionSet()}_${host.cores}-cores`,
    date: new Date().toISOString(),
    command,
    records: [],
  };
}

/** A folder that is gone afterwards. */
export async function inTempFolder<T>(body: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "figures-" });
  try {
    return await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
