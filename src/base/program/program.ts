/**
 * How a program of this project starts and ends: always with one of our exit codes. Deno itself
 * exits with 1 on an uncaught error, and 1 is what a gate says of a regression.
 * @module
 */
import { exitCodes, interruptedExit } from "../errors.ts";
import { explain } from "../fault.ts";

/**
 * Does `main` and ends the process by the exit code that it resolves to, 0 where that is nothing. An
 * error that it throws, or that was caught nowhere, is reported and ends the process by 3 or, for a
 * mistake in what was asked, 2. So does an end that `main` knows nothing of: work that nothing waits for any more, or a module
 * that ends the process itself.
 */
export function runProgram(main: () => Promise<number | void>): void {
  let over = false;
  const end = (code: number) => {
    over = true;
    Deno.exit(code);
  };
  const warn = (line: string) => {
    try {
      console.error(line);
    } catch { /* nothing reads it any more */ }
  };
  const fail = (error: unknown) => end(explain(error, warn));
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    fail(event.reason);
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    fail(event.error ?? event.message);
  });
  globalThis.addEventListener("unload", () => {
    if (over || Deno.exitCode === interruptedExit) return;
    warn("the program was ended before its work was done");
    Deno.exitCode = exitCodes.failed;
  });
  main().then((code) => end(code ?? exitCodes.pass), fail);
}
