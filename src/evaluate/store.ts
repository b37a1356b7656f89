/**
 * Features on disk while they are made: a file to which rows are appended, and a small state that
 * says how many of them are whole, replaced at every commit. A kill at any instant loses what came
 * after the last commit and nothing else; the next one goes on from there.
 * @module
 */
import { join } from "@std/path";
import { z } from "zod";
import { sha256 } from "../digest.ts";
import { readBytes, StoreError, writeAtomic } from "../record/files.ts";
import { formatBytes } from "../report/format.ts";
import { type FeatureBits, type FeatureRows, rowsWithout } from "./rows.ts";

/** All that fixes the bits of features: another value of any of these is another store. */
export interface Manifest {
  readonly format: 1;
  readonly extractor: string;
  /** Of its weights. */
  readonly extractorDigest: string | null;
  readonly dimension: number;
  readonly bits: FeatureBits;
  /** Pictures a batch: rows are committed by whole batches. */
  readonly batch: number;
  /** How pictures are decoded, cropped and resized. */
  readonly preparation: string;
  /** Digest of the list of pictures, with their order. */
  readonly pictures: string;
  readonly count: number;
  /** Engine with its versions and device. */
  readonly engine: string;
}

/** A picture that couldn't be read. Its row is zeros and no part of the features. */
export interface Skipped {
  readonly position: number;
  readonly name: string;
  readonly reason: string;
}

const stateSchema = z.strictObject({
  done: z.int().min(0),
  skipped: z.array(z.strictObject({ position: z.int(), name: z.string(), reason: z.string() })),
});

/** An open store; one process writes it at a time, others wait. */
export class FeatureStore {
  readonly #file: Deno.FsFile;
  #done: number;
  #skipped: Skipped[];

  private constructor(
    readonly folder: string,
    readonly manifest: Manifest,
    { file, done, skipped }: { file: Deno.FsFile; done: number; skipped: Skipped[] },
  ) {
    this.#file = file;
    this.#done = done;
    this.#skipped = skipped;
  }

  /**
   * Opens the store of a manifest below `root`, or makes it.
   * @param waiting told where another process writes it, for which this one waits
   */
  static async open(
    root: string,
    manifest: Manifest,
    { waiting }: { waiting?: () => void } = {},
  ): Promise<FeatureStore> {
    const text = JSON.stringify(manifest, null, 1) + "\n";
    const folder = join(root, (await sha256(text)).slice(0, 24));
    await Deno.mkdir(folder, { recursive: true });
    const options = { read: true, write: true, create: true };
    const file = await Deno.open(join(folder, "features.bin"), options);
    try {
      if (!await file.tryLock(true)) {
        waiting?.();
        await file.lock(true);
      }
      await writeAtomic(join(folder, "manifest.json"), text, { sync: false });
      const each = manifest.dimension * manifest.bits / 8;
      const whole = Math.floor((await file.stat()).size / each);
      const state = await readState(join(folder, "state.json"));
      const { batch, count } = manifest;
      const sound = state.done <= Math.min(whole, count);
      const done = sound ? state.done : Math.floor(Math.min(whole, count) / batch) * batch;
      await file.truncate(done * each);
      const skipped = state.skipped.filter(({ position }) => position < done);
      return new FeatureStore(folder, manifest, { file, done, skipped });
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** Pictures done, those that were skipped among them. */
  get done(): number {
    return this.#done;
  }

  /** In the order of their positions. */
  get skipped(): readonly Skipped[] {
    return this.#skipped;
  }

  /** Rows of features. */
  get kept(): number {
    return this.#done - this.#skipped.length;
  }

  /**
   * Appends the rows of the next pictures.
   * @param values [count, dimension]
   * @throws RangeError where a value doesn't fit the store's bits
   */
  append(values: ArrayLike<number>, skipped: readonly Skipped[]): void {
    const { dimension, bits } = this.manifest;
    const count = values.length / dimension;
    const rows = bits === 32 ? Float32Array.from(values) : Float64Array.from(values);
    for (let i = 0; i < rows.length; i++) {
      if (rows[i] !== values[i] && !Number.isNaN(values[i])) {
        throw new RangeError(`feature ${values[i]} is no float32, in which this store keeps them`);
      }
    }
    const bytes = new Uint8Array(rows.buffer);
    try {
      this.#file.seekSync(this.#done * dimension * bits / 8, Deno.SeekMode.Start);
      for (let at = 0; at < bytes.length;) at += this.#file.writeSync(bytes.subarray(at));
    } catch (error) {
      const whole = this.manifest.count * dimension * bits / 8;
      throw new StoreError(
        `cannot write ${this.folder}: ${(error as Error).message}; features of all pictures take ` +
          `${formatBytes(whole)}: free some space, or choose another folder with --out`,
        { cause: error },
      );
    }
    this.#done += count;
    this.#skipped.push(...skipped);
  }

  /** Makes sure that what was appended outlives a kill. */
  async commit(): Promise<void> {
    const state = JSON.stringify({ done: this.#done, skipped: this.#skipped });
    await this.#file.syncData();
    await writeAtomic(join(this.folder, "state.json"), state);
  }

  /** The rows of pictures that could be read, as far as they are done. */
  rows(): FeatureRows {
    const { dimension, bits } = this.manifest;
    const path = join(this.folder, "features.bin");
    return rowsWithout({ file: this.#file, path, dimension, bits }, {
      count: this.#done,
      left: this.#skipped.map(({ position }) => position),
    });
  }

  /** Lets others go on with the store; what is done stays readable here. */
  async release(): Promise<void> {
    await this.#file.unlock();
  }

  /** The rows can be read no more. */
  close(): void {
    this.#file.close();
  }
}

/** What is done by a state's file; nothing where there is none or it can't be read. */
async function readState(path: string): Promise<{ done: number; skipped: Skipped[] }> {
  const bytes = await readBytes(path);
  try {
    return stateSchema.parse(JSON.parse(new TextDecoder().decode(bytes!)));
  } catch {
    return { done: 0, skipped: [] };
  }
}
