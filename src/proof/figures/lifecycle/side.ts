/**
 * The process of a side, which stays alive and answers line by line.
 * @module
 */
import type { z } from "zod";
import { linesOf } from "../../../base/text/mod.ts";
import { root } from "../process.ts";

/** Last lines of what a process said that are kept. */
const WORDS = 6;

/** See the module. */
export class Side {
  readonly name: string;
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: AsyncIterator<string>;
  readonly #words: string[] = [];

  private constructor(name: string, child: Deno.ChildProcess) {
    this.name = name;
    this.#child = child;
    this.#writer = child.stdin.getWriter();
    this.#lines = linesOf(child.stdout);
    this.#listen();
  }

  /** Starts a program in the root of the repository. */
  static start(
    name: string,
    { command, args, env }: {
      readonly command: string;
      readonly args: readonly string[];
      readonly env: Readonly<Record<string, string>>;
    },
  ): Side {
    const child = new Deno.Command(command, {
      args: [...args],
      cwd: root,
      env: { NO_COLOR: "1", ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    return new Side(name, child);
  }

  async #listen(): Promise<void> {
    for await (const line of linesOf(this.#child.stderr)) {
      if (line.trim() !== "") this.#words.push(line);
      this.#words.splice(0, Math.max(0, this.#words.length - WORDS));
    }
  }

  /** Its next answer. @throws Error with its last words where it ends instead */
  async answer<T>(form: z.ZodType<T>): Promise<T> {
    const { value, done } = await this.#lines.next();
    if (!done) return form.parse(JSON.parse(value));
    const { code } = await this.#child.status;
    throw new Error(`${this.name} ended with code ${code}: ${this.#words.join(" | ")}`);
  }

  /** Asks and waits for the answer. */
  async ask<T>(command: Readonly<Record<string, unknown>>, form: z.ZodType<T>): Promise<T> {
    await this.#writer.write(new TextEncoder().encode(JSON.stringify(command) + "\n"));
    return await this.answer(form);
  }

  /** Ends the process. */
  async close(): Promise<void> {
    try {
      await this.#writer.write(new TextEncoder().encode('{"do":"quit"}\n'));
      await this.#writer.close();
    } catch { /* it has ended already */ }
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), 10_000);
    await this.#child.status;
    clearTimeout(timer);
    await this.#lines.return?.();
  }
}
