/**
 * What a command of the command line is: a row of the table in `table.ts`. The row holds all that
 * `--help` prints; the work is in the module that `load` imports, whose `main` gets the parsed
 * arguments and resolves to the exit code.
 *
 * ```ts
 * // src/commands/status.ts
 * export async function main(args: Arguments, terminal: Terminal): Promise<number> {
 *   terminal.print("…");
 *   return exitCodes.pass;
 * }
 * ```
 * @module
 */
import type { Takes } from "./option_values.ts";

/** An option. Without `value` it is a switch. */
export interface Option {
  readonly name: string;
  /** What stands for its value in help: "SECONDS", "k=v". */
  readonly value?: string;
  /** What its values may be, where not any text; checked before the command starts. */
  readonly takes?: Takes;
  /** May be given again; every use counts. */
  readonly many?: boolean;
  readonly about: string;
}

/** A positional argument, for help and for the check of their number. */
export interface Positional {
  readonly name: string;
  readonly about: string;
  readonly many?: boolean;
  readonly required?: boolean;
}

/** A row of the table of commands. */
export interface Command {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** A paragraph for the command's own help. */
  readonly about: string;
  readonly positionals: readonly Positional[];
  readonly options: readonly Option[];
  readonly examples: readonly (readonly [line: string, what: string])[];
  /** What each exit code means for this command. */
  readonly exits: readonly (readonly [code: number, what: string])[];
  load(): Promise<{ main: Main }>;
}

/** The work of a command; resolves to its exit code. Throws `UsageError` for mistakes in `args`. */
export type Main = (args: Arguments, terminal: Terminal) => Promise<number>;

/** Parsed and checked against the command's options: every name is known, every value present. */
export interface Arguments {
  readonly positionals: readonly string[];
  /** Whether a switch was given. */
  has(option: string): boolean;
  /** The value of an option; the last one where it was given twice. */
  one(option: string): string | undefined;
  /** All values of an option that may be given again. */
  all(option: string): readonly string[];
  /** The value split at commas, trimmed, empty items dropped; undefined where not given. */
  list(option: string): readonly string[] | undefined;
  /** The value of an option that `takes` a whole number. */
  whole(option: string): number | undefined;
  /** The values of one that takes whole numbers. */
  wholes(option: string): readonly number[] | undefined;
  /** The value of one that takes a share. */
  share(option: string): number | undefined;
  /** The value of one that takes a word of a few; `T` is theirs. */
  word<T extends string>(option: string): T | undefined;
  /** The command line as it was typed, for provenance and for "again: …". */
  readonly line: string;
}

/** Where a command writes. Tests pass their own. */
export interface Terminal {
  /** A line on standard output. */
  print(line?: string): void;
  /** A line on standard error. */
  warn(line: string): void;
  /** Raw text on standard error, for live progress. */
  draw(text: string): void;
  /** Whether standard error is a terminal that can redraw lines. */
  readonly live: boolean;
  readonly columns: number;
  /** Why lines on standard output got lost, e.g. on a full disk; null where none did. */
  lost?(): string | null;
}
