/**
 * The terminal that the process was started from.
 * @module
 */
import { described } from "../base/mod.ts";
import type { Terminal } from "./command.ts";

/**
 * Standard output and standard error. What can't be written is dropped, and the work goes on: the
 * exit code is the work's. A reader that went away (`| head`) is no fault; any other loss of lines on
 * standard output is told at the end.
 */
export function systemTerminal(): Terminal {
  const encoder = new TextEncoder();
  const closed = new Set<typeof Deno.stdout>();
  let lost: string | null = null;
  const write = (to: typeof Deno.stdout, text: string) => {
    if (closed.has(to)) return;
    const bytes = encoder.encode(text);
    try {
      for (let at = 0; at < bytes.length;) at += to.writeSync(bytes.subarray(at));
    } catch (error) {
      closed.add(to);
      if (to === Deno.stdout && !(error instanceof Deno.errors.BrokenPipe)) lost = described(error);
    }
  };
  const live = Deno.stderr.isTerminal();
  return {
    print: (line = "") => write(Deno.stdout, line + "\n"),
    warn: (line) => write(Deno.stderr, line + "\n"),
    draw: (text) => write(Deno.stderr, text),
    lost: () => lost,
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
