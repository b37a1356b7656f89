/**
 * Recorded command lines, for readers elsewhere.
 * @module
 */

/** A command line without `--out`: where its records lay is a place on the machine that ran it. */
export function placeless(command: string): string {
  return command.replace(/ --out[ =](?:'(?:[^']|'\\'')*'|\S+)/g, "");
}
