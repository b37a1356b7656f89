/**
 * A program in Python that stays alive and answers line by line: tests/peers/gsplat_peer.py and
 * hash_grid_peer.py.
 * @module
 */
import { fromFileUrl } from "@std/path";
import { z } from "zod";
import { failure } from "../contender/messages.ts";
import { LineProcess } from "../line_process.ts";
import type { GsplatPython } from "./environment.ts";

const ready = z.object({
  ready: z.literal(true),
  versions: z.record(z.string(), z.string()),
  threads: z.number(),
});

/** The process, and a folder that both sides read and write, which goes with it. */
export class PeerProcess {
  readonly #script: string;
  readonly #process: LineProcess;
  readonly folder: string;
  #ready!: z.output<typeof ready>;

  private constructor(script: string, child: Deno.ChildProcess, folder: string) {
    this.#script = script;
    this.#process = new LineProcess(child);
    this.folder = folder;
  }

  /**
   * Starts a script of tests/peers.
   * @throws Error with its last words where it ends before it is ready
   */
  static async start(
    script: string,
    { python, packages, threads }: GsplatPython & { readonly threads: number },
  ): Promise<PeerProcess> {
    const path = fromFileUrl(new URL(`../../../../tests/peers/${script}`, import.meta.url));
    const folder = await Deno.makeTempDir({ prefix: "peer-" });
    const child = new Deno.Command(python, {
      args: ["-u", path, String(threads)],
      env: {
        PYTHONPATH: packages,
        PYTHONDONTWRITEBYTECODE: "1",
        OMP_NUM_THREADS: String(threads),
        MKL_NUM_THREADS: String(threads),
      },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const peer = new PeerProcess(script, child, folder);
    try {
      peer.#ready = await peer.#answer(ready);
    } catch (error) {
      await peer.close();
      throw error;
    }
    return peer;
  }

  /** Versions of its libraries, and threads of PyTorch. */
  get identity(): { versions: Readonly<Record<string, string>>; threads: number } {
    const { versions, threads } = this.#ready;
    return { versions, threads };
  }

  /** Asks and waits for the answer. @throws Error with what the script said went wrong */
  async ask<T>(command: Readonly<Record<string, unknown>>, answer: z.ZodType<T>): Promise<T> {
    await this.#process.send(command);
    return await this.#answer(answer);
  }

  /** Ends the process. */
  async close(): Promise<void> {
    await this.#process.close();
    await Deno.remove(this.folder, { recursive: true });
  }

  async #answer<T>(answer: z.ZodType<T>): Promise<T> {
    const next = await this.#process.next();
    if ("ended" in next) {
      const { code, words } = next.ended;
      throw new Error(
        `${this.#script} ended with code ${code}:\n  ${words.slice(-4).join("\n  ")}`,
      );
    }
    const { json } = next, failed = failure.safeParse(json);
    if (failed.success) throw new Error(`${this.#script}: ${failed.data.error}`);
    return answer.parse(json);
  }
}
