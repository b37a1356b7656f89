/**
 * gsplat's reference as a process: see tests/peers/gsplat_peer.py.
 * @module
 */
import { join } from "@std/path";
import { z } from "zod";
import type { GsplatPython } from "./environment.ts";
import { PeerProcess } from "./peer_process.ts";
import { type PeerScene, writeScene } from "./scene.ts";

const timed = z.object({
  seconds: z.array(z.number()),
  lists: z.array(z.number()),
  pairs: z.number(),
});

/** Times of drawing and going back. */
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
  readonly #process: PeerProcess;

  private constructor(process: PeerProcess) {
    this.#process = process;
  }

  /** Starts it. @throws Error with its last words where it ends before it is ready */
  static async start(python: GsplatPython, threads: number): Promise<GsplatPeer> {
    return new GsplatPeer(await PeerProcess.start("gsplat_peer.py", { ...python, threads }));
  }

  /** Versions of gsplat and PyTorch, and PyTorch's threads. */
  get identity(): PeerProcess["identity"] {
    return this.#process.identity;
  }

  /** Gives it a scene. */
  async load(scene: PeerScene): Promise<void> {
    const { folder } = this.#process;
    await writeScene(folder, scene);
    await this.#process.ask({ do: "load", folder }, z.object({ count: z.number() }));
  }

  /** Draws the scene and goes back, as often. */
  async run(dtype: Precision, repeats: number): Promise<GsplatTimes> {
    return await this.#process.ask({ do: "run", dtype, repeats }, timed);
  }

  /** Picture and gradients of the scene. */
  async values(dtype: Precision): Promise<DrawnScene> {
    const { folder } = this.#process;
    await this.#process.ask({ do: "values", dtype, folder }, z.object({ pairs: z.number() }));
    const read = async (name: string) =>
      new Float64Array((await Deno.readFile(join(folder, `${name}.f64`))).buffer);
    return { picture: await read("picture"), gradients: await read("gradients") };
  }

  /** Ends the process. */
  close(): Promise<void> {
    return this.#process.close();
  }
}
