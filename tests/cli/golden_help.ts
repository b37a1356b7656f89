/**
 * All that the command line's help prints, as one text.
 * @module
 */
import { commandHelp, overview } from "../../src/cli/help.ts";
import { commands } from "../../src/commands/table.ts";
import { version } from "../../src/base/version.ts";

/** Where the frozen text lies. */
export const goldenFile = new URL("../golden/help.txt", import.meta.url);

/** The overview and every command's help. */
export function helpText(): string {
  const texts = [overview(commands, version), ...commands.map(commandHelp)];
  return texts.join(`\n${"-".repeat(96)}\n`) + "\n";
}
