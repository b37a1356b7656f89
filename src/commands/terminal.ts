/**
 * The terminal that the process was started from.
 * @module
 */
import type { Terminal } from "./command.ts";

/** Standard output and standard error. A reader that went away (`| head`) is no fault. */
export function systemTerminal(): Terminal {
  const encoder = new TextEncoder();
  const write = (to: typeof Deno.stdout, text: string) => {
    const bytes = encoder.encode(text);
    try {
      for (let at = 0; at < bytes.length;) at += to.writeSync(bytes.subarray(at));
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe) Deno.exit(0);
      throw error;
    }
  };
  const live = Deno.stderr.isTerminal();
  return {
    print: (line = "") => write(Deno.stdout, line + "\n"),
    warn: (line) => write(Deno.stderr, line + "\n"),
    draw: (text) => write(Deno.stderr, text),
    live,
    get columns() {
      try {
        return live ? Deno.consoleSize().columns : 100;
      } catch {
        return 100;
      }
    },
  };
}
