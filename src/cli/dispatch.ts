/**
 * From words on the command line to an exit code.
 * @module
 */
import { exitCodes, explain, UsageError, worstExit } from "../base/mod.ts";
import { didYouMean } from "../base/text/mod.ts";
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
 * mistakes of the user's become one message and 2, what can't be had here becomes one message and 3,
 * and a fault of our own its stack and 3. Output that couldn't be written is 3 too; a reader who left
 * changes nothing.
 */
export async function dispatch(words: readonly string[], given: Dispatch): Promise<number> {
  const code = await execute(words, given);
  const lost = given.terminal.lost?.() ?? null;
  if (lost === null) return code;
  given.terminal.warn(`standard output can't be written: ${lost}`);
  return worstExit([code, exitCodes.failed]);
}

async function execute(words: readonly string[], given: Dispatch): Promise<number> {
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
    return explain(error, (line) => terminal.warn(line));
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
