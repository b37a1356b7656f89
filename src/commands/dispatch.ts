/**
 * From words on the command line to an exit code.
 * @module
 */
import { exitCodes, UsageError } from "../errors.ts";
import { didYouMean } from "../text/nearest.ts";
import { parseArguments } from "./arguments.ts";
import type { Command, Terminal } from "./command.ts";
import { commandHelp, overview } from "./help.ts";

/** What `dispatch` needs beside the words. */
export interface Dispatch {
  readonly commands: readonly Command[];
  readonly version: string;
  readonly terminal: Terminal;
}

/**
 * Finds the command, answers `--help` and `--version`, parses its arguments, runs it. Never throws:
 * mistakes of the user's become one message and 2, what a named part can't do here becomes one
 * message and 3, and anything else its stack and 3.
 */
export async function dispatch(words: readonly string[], given: Dispatch): Promise<number> {
  const { commands, version, terminal } = given;
  try {
    const [first, ...rest] = words;
    if (first === undefined) {
      terminal.warn(overview(commands, version));
      return exitCodes.usage;
    }
    if (first === "--version" || first === "-V") {
      terminal.print(`likeness ${version}`);
      return exitCodes.pass;
    }
    const asked = first === "help" ? rest[0] : first;
    if (asked === undefined || asked === "--help" || asked === "-h") {
      terminal.print(overview(commands, version));
      return exitCodes.pass;
    }
    const command = commands.find((c) => c.name === asked);
    if (command === undefined) throw unknown(asked, commands);
    if (first === "help" || wantsHelp(rest)) {
      terminal.print(commandHelp(command));
      return exitCodes.pass;
    }
    const args = parseArguments(command, rest);
    const { main } = await command.load();
    return await main(args, terminal);
  } catch (error) {
    return explain(error, terminal);
  }
}

function wantsHelp(words: readonly string[]): boolean {
  const end = words.indexOf("--");
  return (end < 0 ? words : words.slice(0, end)).some((w) => w === "--help" || w === "-h");
}

function unknown(asked: string, commands: readonly Command[]): UsageError {
  const names = commands.map((c) => c.name);
  const what = asked.startsWith("-") ? "option" : "command";
  const near = what === "option"
    ? didYouMean(asked.replace(/^-+/, ""), ["help", "version"], "--")
    : didYouMean(asked, names);
  return new UsageError(
    `unknown ${what} \`${asked}\`${near}\n  commands: ${names.join(", ")}`,
  );
}

/** Errors whose message is the whole story, by name: their modules need not be loaded here. */
const told = new Set(["EngineError", "DataError", "MetricUnavailable", "Interrupted"]);

/** Says what went wrong and gives the exit code for it. */
function explain(error: unknown, terminal: Terminal): number {
  if (error instanceof UsageError) {
    terminal.warn(error.message);
    return exitCodes.usage;
  }
  if (error instanceof Error && told.has(error.name)) {
    terminal.warn(error.message);
    return exitCodes.failed;
  }
  terminal.warn(
    "this is a fault of likeness, not of your input; please report it with these lines:",
  );
  terminal.warn(error instanceof Error ? error.stack ?? String(error) : String(error));
  return exitCodes.failed;
}
