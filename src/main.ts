/**
 * The command line. Only what `--help` needs is imported here; each command imports its own.
 * @module
 */
import { dispatch } from "./commands/dispatch.ts";
import { commands } from "./commands/table.ts";
import { stand } from "./places.ts";
import { systemTerminal } from "./commands/terminal.ts";
import { version } from "./version.ts";

if (import.meta.main) {
  Deno.exitCode = await dispatch(stand(Deno.args), {
    commands,
    version,
    terminal: systemTerminal(),
  });
}
