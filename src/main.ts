/**
 * The command line. Only what `--help` needs is imported here; each command imports its own.
 * @module
 */
import { runProgram } from "./base/program/mod.ts";

if (import.meta.main) {
  // Imported from inside, so that what can't be imported is told like any other fault.
  runProgram(async () => {
    const [{ dispatch, systemTerminal }, { commands }, { stand, version }] = await Promise.all([
      import("./cli/mod.ts"),
      import("./commands/mod.ts"),
      import("./base/mod.ts"),
    ]);
    return await dispatch(stand(Deno.args), { commands, version, terminal: systemTerminal() });
  });
}
