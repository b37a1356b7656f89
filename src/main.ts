/**
 * The command line. Only what `--help` needs is imported here; each command imports its own.
 * @module
 */
import { runProgram } from "./base/program.ts";

if (import.meta.main) {
  // Imported from inside, so that what can't be imported is told like any other fault.
  runProgram(async () => {
    const [{ dispatch }, { commands }, { systemTerminal }, { stand }, { version }] = await Promise
      .all([
        import("./cli/dispatch.ts"),
        import("./commands/table.ts"),
        import("./cli/terminal.ts"),
        import("./base/places.ts"),
        import("./base/version.ts"),
      ]);
    return await dispatch(stand(Deno.args), { commands, version, terminal: systemTerminal() });
  });
}
