/**
 * How a command that is a task of its own runs.
 * @module
 */
import { version } from "../../base/mod.ts";
import { runProgram } from "../../base/program/mod.ts";
import { type Command, dispatch, systemTerminal } from "../../cli/mod.ts";

/** Runs a command as this program. */
export function runCommand(command: Command): void {
  runProgram(() =>
    dispatch([command.name, ...Deno.args], {
      commands: [command],
      version,
      terminal: systemTerminal(),
    })
  );
}
