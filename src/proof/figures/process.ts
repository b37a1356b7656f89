/**
 * The programs that measurements run, and the properties of this machine that figures depend on.
 * @module
 */
import { fromFileUrl } from "@std/path";
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

/** How a program is run. */
export interface RunOptions {
  readonly env?: { readonly [name: string]: string };
}

/** Runs Deno in the root of the repository and waits. */
export async function runDeno(
  args: readonly string[],
  { env = {} }: RunOptions = {},
): Promise<Ran> {
  const start = performance.now();
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: root,
    env: { NO_COLOR: "1", ...env },
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return {
    code,
    seconds: (performance.now() - start) / 1000,
    stdout: text(stdout),
    stderr: text(stderr),
  };
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
