/**
 * A test file in a process of its own.
 * @module
 */
import { join } from "@std/path";
import { asInstalled } from "../../../src/base/program/child.ts";
import { parseJunit } from "../../junit.ts";
import type { Ran } from "./trial.ts";

/** Milliseconds after which a test file is ended: a mutant may make a loop endless. */
export const limit = 180_000;

/** What the processes that run laws are told by the environment. */
export const environment: Record<string, string> = { NO_COLOR: "1", LIKENESS_MUTANT: "1" };

/** Result of a test file in a process of its own. */
export interface RanAlone {
  /** null where no test ran. */
  readonly ran: Ran | null;
  readonly timedOut: boolean;
  /** The end of what it wrote. */
  readonly output: string;
}

const lastLines = (text: string) => text.trim().split("\n").slice(-3).join(" | ").slice(0, 300);

/** Runs a test file of a tree. */
export async function runAlone(
  tree: string,
  { law, filter, failFast = false }: { law: string; filter?: string; failFast?: boolean },
): Promise<RanAlone> {
  const report = join(tree, "junit.xml");
  await Deno.remove(report).catch(() => {});
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["test", "-A", "--no-check", "--quiet", asInstalled, `--junit-path=${report}`],
      ...(filter === undefined ? [] : [`--filter=${filter}`]),
      ...(failFast ? ["--fail-fast"] : []),
      law,
    ],
    cwd: tree,
    env: environment,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    child.kill("SIGKILL");
  }, limit);
  const { stdout, stderr } = await child.output();
  clearTimeout(timer);
  const output = [stderr, stdout].map((bytes) => new TextDecoder().decode(bytes)).join("\n");
  const names = parseJunit(await Deno.readTextFile(report).catch(() => null));
  const some = names !== null && names.passed.length + names.failed.length > 0;
  return { ran: some ? names : null, timedOut, output: lastLines(output) };
}
