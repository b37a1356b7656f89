/**
 * A terminal that keeps what is written.
 * @module
 */
import type { Terminal } from "../../src/cli/command.ts";

/** What was written, line by line. */
export interface Kept extends Terminal {
  readonly out: string[];
  readonly err: string[];
}

export function keptTerminal(): Kept {
  const out: string[] = [];
  const err: string[] = [];
  return {
    out,
    err,
    print: (line = "") => out.push(...line.split("\n")),
    warn: (line) => err.push(...line.split("\n")),
    draw: (text) => err.push(text),
    live: false,
    columns: 100,
  };
}
