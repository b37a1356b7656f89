/**
 * The process of a side, which stays alive and answers line by line.
 * @module
 */
import type { z } from "zod";
import { LineProcess } from "../../peers/line_process.ts";
import { root } from "../process.ts";

/** Last lines of what a process said that an error has. */
const WORDS = 6;

/** See the module. */
export class Side {
  readonly name: string;
  readonly #process: LineProcess;

  private constructor(name: string, child: Deno.ChildProcess) {
    this.name = name;
    this.#process = new LineProcess(child);
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

  /** Its next answer. @throws Error with its last words where it ends instead */
  async answer<T>(form: z.ZodType<T>): Promise<T> {
    const next = await this.#process.next();
    if ("json" in next) return form.parse(next.json);
    const { code, words } = next.ended;
    throw new Error(`${this.name} ended with code ${code}: ${words.slice(-WORDS).join(" | ")}`);
  }

  /** Asks and waits for the answer. */
  async ask<T>(command: Readonly<Record<string, unknown>>, form: z.ZodType<T>): Promise<T> {
    await this.#process.send(command);
    return await this.answer(form);
  }

  /** Ends the process. */
  async close(): Promise<void> {
    await this.#process.close();
  }
}
