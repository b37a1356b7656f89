/**
 * gsplat's reference as a process, which stays alive and answers line by line: see
 * tests/peers/gsplat_peer.py.
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { z } from "zod";
import { linesOf } from "../../../base/text/mod.ts";
import { failure } from "../contender/messages.ts";
import type { GsplatPython } from "./environment.ts";
import { type PeerScene, writeScene } from "./scene.ts";

const script = fromFileUrl(new URL("../../../../tests/peers/gsplat_peer.py", import.meta.url));

const ready = z.object({
  ready: z.literal(true),
  versions: z.record(z.string(), z.string()),
  threads: z.number(),
});
const timed = z.object({
  seconds: z.array(z.number()),
  lists: z.array(z.number()),
  pairs: z.number(),
});

/** Times of rendering and going back. */
export type GsplatTimes = z.output<typeof timed>;

/** How numbers are held. */
export type Precision = "float32" | "float64";

/** A picture and gradients, each in float64. */
export interface DrawnScene {
  /** [side, side, 3] */
  readonly picture: Float64Array;
  /** [rows, count] */
  readonly gradients: Float64Array;
}

/** The process. */
export class GsplatPeer {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: AsyncIterator<string>;
  readonly #said: Promise<string>;
  readonly #folder: string;
  #ready!: z.output<typeof ready>;

  private constructor(child: Deno.ChildProcess, folder: string) {
    this.#child = child;
    this.#folder = folder;
    this.#writer = child.stdin.getWriter();
    this.#lines = linesOf(child.stdout);
    this.#said = new Response(child.stderr).text();
  }

  /** Starts it. @throws Error with its last words where it ends before it is ready */
  static async start({ python, packages }: GsplatPython, threads: number): Promise<GsplatPeer> {
    const child = new Deno.Command(python, {
      args: ["-u", script, String(threads)],
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
    const peer = new GsplatPeer(child, await Deno.makeTempDir({ prefix: "gsplat-" }));
    try {
      peer.#ready = await peer.#answer(ready);
    } catch (error) {
      await peer.close();
      throw error;
    }
    return peer;
  }

  /** Versions of gsplat and PyTorch, and PyTorch's threads. */
  get identity(): { versions: Readonly<Record<string, string>>; threads: number } {
    const { versions, threads } = this.#ready;
    return { versions, threads };
  }

  /** Gives it a scene. */
  async load(scene: PeerScene): Promise<void> {
    await writeScene(this.#folder, scene);
    await this.#ask({ do: "load", folder: this.#folder }, z.object({ count: z.number() }));
  }

  /** Draws the scene and goes back, as often. */
  async run(dtype: Precision, repeats: number): Promise<GsplatTimes> {
    return await this.#ask({ do: "run", dtype, repeats }, timed);
  }

  /** Picture and gradients of the scene. */
  async values(dtype: Precision): Promise<DrawnScene> {
    const folder = this.#folder;
    await this.#ask({ do: "values", dtype, folder }, z.object({ pairs: z.number() }));
    const read = async (name: string) =>
      new Float64Array((await Deno.readFile(join(folder, `${name}.f64`))).buffer);
    return { picture: await read("picture"), gradients: await read("gradients") };
  }

  /** Ends the process. */
  async close(): Promise<void> {
    try {
      await this.#writer.write(new TextEncoder().encode('{"do":"quit"}\n'));
      await this.#writer.close();
    } catch { /* it has ended already */ }
    await this.#child.status;
    await this.#lines.return?.();
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #ask<T>(command: Readonly<Record<string, unknown>>, answer: z.ZodType<T>): Promise<T> {
    await this.#writer.write(new TextEncoder().encode(JSON.stringify(command) + "\n"));
    return await this.#answer(answer);
  }

  async #answer<T>(answer: z.ZodType<T>): Promise<T> {
    const { value, done } = await this.#lines.next();
    if (done) {
      const { code } = await this.#child.status;
      const words = (await this.#said).trim().split("\n").slice(-4).join("\n  ");
      throw new Error(`gsplat's process ended with code ${code}:\n  ${words}`);
    }
    const json: unknown = JSON.parse(value), failed = failure.safeParse(json);
    if (failed.success) throw new Error(`gsplat: ${failed.data.error}`);
    return answer.parse(json);
  }
}
