/**
 * `figures`: measures what this project promises, one JSON line for each figure.
 * @module
 */
import { resolve } from "@std/path";
import { exitCodes, projectRoot, worstExit } from "../base/mod.ts";
import { chooseFigures, runFigures } from "../proof/figures/mod.ts";
import type { Arguments, Terminal } from "../cli/mod.ts";
import { outOf } from "./folders.ts";

/** See the table of commands. */
export async function main(args: Arguments, terminal: Terminal): Promise<number> {
  const figures = chooseFigures(args.positionals);
  const codes: number[] = [];
  const lines = runFigures(figures, {
    measure: args.has("measure"),
    // Programs that figures run stand in the project's folder.
    out: Deno.cwd() === projectRoot ? outOf(args) : resolve(outOf(args)),
    note: (text) => terminal.warn(text),
  });
  for await (const line of lines) {
    terminal.print(JSON.stringify(line));
    if (line.value === null) codes.push(exitCodes.failed);
    else if (!line.holds) codes.push(exitCodes.regressed);
  }
  return worstExit(codes);
}
