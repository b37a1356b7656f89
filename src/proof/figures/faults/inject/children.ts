/**
 * Preloaded before the program's own modules, in its workers too: a worker is a Deno process that
 * the program starts, so `Deno.Command` passes the same preload on. Product code knows nothing
 * about it.
 * @module
 */
import { fromFileUrl } from "@std/path";

/** The words of a command, with `--preload` where they start a Deno. */
export function preloaded(words: readonly string[], preload: string): string[] {
  const at = words.findIndex((word, i) => word === Deno.execPath() && words[i + 1] === "run");
  return at < 0 ? [...words] : words.toSpliced(at + 2, 0, `--preload=${preload}`);
}

/** Has every Deno that this process starts run a module first. @param url of the module */
export function preloadChildren(url: string): void {
  const preload = fromFileUrl(url);
  const Command = Deno.Command;
  Deno.Command = class extends Command {
    constructor(program: string | URL, options: Deno.CommandOptions = {}) {
      const [first, ...args] = preloaded([String(program), ...options.args ?? []], preload);
      super(first, { ...options, args });
    }
  };
}
