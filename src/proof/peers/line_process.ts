/**
 * A process that stays alive: it is sent commands and answers them, a line of JSON each.
 * @module
 */
import { linesOf } from "../../base/text/mod.ts";

/** Last lines of what a process says beside its answers that are kept. */
const WORDS = 20;
/** Milliseconds that it has to end by itself. */
const PATIENCE = 10_000;

/** How a process ended. */
export interface Ended {
  readonly code: number;
  readonly signal: Deno.Signal | null;
  /** The last lines of what it said. */
  readonly words: readonly string[];
}

/** See the module. Its input, output and errors have to be piped. */
export class LineProcess {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: AsyncIterator<string>;
  readonly #words: string[] = [];
  readonly #heard: Promise<void>;

  constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#writer = child.stdin.getWriter();
    this.#lines = linesOf(child.stdout);
    this.#heard = this.#listen();
  }

  /** Its number. */
  get pid(): number {
    return this.#child.pid;
  }

  async #listen(): Promise<void> {
    for await (const text of this.#child.stderr.pipeThrough(new TextDecoderStream())) {
      this.#words.push(...text.split("\n").filter((line) => line.trim() !== ""));
      this.#words.splice(0, Math.max(0, this.#words.length - WORDS));
    }
  }

  /** Sends a command. */
  async send(command: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#writer.write(new TextEncoder().encode(JSON.stringify(command) + "\n"));
  }

  /** Its next answer, or how it ended instead. */
  async next(): Promise<{ readonly json: unknown } | { readonly ended: Ended }> {
    const { value, done } = await this.#lines.next();
    if (!done) return { json: JSON.parse(value) };
    const { code, signal } = await this.#child.status;
    await this.#heard;
    return { ended: { code, signal, words: this.#words } };
  }

  /** Ends the process, by force where it doesn't end itself. */
  async close(): Promise<void> {
    try {
      await this.send({ do: "quit" });
      await this.#writer.close();
    } catch { /* it has ended already */ }
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), PATIENCE);
    await this.#child.status;
    clearTimeout(timer);
    await this.#lines.return?.();
  }
}
