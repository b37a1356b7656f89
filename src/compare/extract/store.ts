/**
 * Features on disk while they are made: a file to which rows are appended, and a small state that
 * says how many of them are complete, replaced at every commit. If the process is killed, only what
 * came after the last commit is lost, and the next process continues from there. The state holds a
 * sha256 of the rows up to it and one of itself; if either differs, the rows are made again.
 * @module
 */
import { createHash, type Hash } from "node:crypto";
import { join } from "@std/path";
import { z } from "zod";
import { readSealed, sha256, spoiltNote, writeSealed } from "../../base/digest/mod.ts";
import { StoreError, writeAtomic } from "../../base/mod.ts";
import { formatBytes } from "../../base/text/mod.ts";
import { type FeatureBits, type FeatureRows, rowsWithout } from "../moments/rows.ts";

/** All that fixes the bits of features: another value of any of these is another store. */
export interface Manifest {
  readonly format: 2;
  readonly extractor: string;
  /** Of its weights. */
  readonly extractorDigest: string | null;
  readonly dimension: number;
  readonly bits: FeatureBits;
  /** Pictures a batch: rows are committed by whole batches. */
  readonly batch: number;
  /** How pictures are decoded, cropped and resized. */
  readonly preparation: string;
  /** Versions of what decodes files; null where pictures come decoded. */
  readonly decoder: string | null;
  /** Digest of what the pictures hold, in their order. */
  readonly pictures: string;
  readonly count: number;
  /** Engine with its versions and device. */
  readonly engine: string;
}

/** A picture that couldn't be read. Its row is zeros and no part of the features. */
export interface Skipped {
  readonly position: number;
  readonly reason: string;
}

const stateSchema = z.strictObject({
  done: z.int().min(0),
  skipped: z.array(z.strictObject({ position: z.int(), reason: z.string() })),
  /** Of the bytes of rows 0 … done − 1. */
  sha256: z.string(),
});
type State = z.infer<typeof stateSchema>;

/** Bytes read at a time where rows are verified. */
const BLOCK = 1 << 20;

/** An open store; one process writes it at a time, others wait. */
export class FeatureStore {
  readonly #file: Deno.FsFile;
  /** Has seen the bytes of all rows that are done. */
  readonly #hash: Hash;
  #done: number;
  #skipped: Skipped[];

  private constructor(
    readonly folder: string,
    readonly manifest: Manifest,
    { file, hash, done, skipped }: {
      file: Deno.FsFile;
      hash: Hash;
      done: number;
      skipped: readonly Skipped[];
    },
  ) {
    this.#file = file;
    this.#hash = hash;
    this.#done = done;
    this.#skipped = [...skipped];
  }

  /**
   * Opens the store of a manifest below `root`, or makes it.
   * @param options `waiting`: told where another process writes it, for which this one waits;
   * `say`: told where rows were spoilt and are made again
   */
  static async open(
    root: string,
    manifest: Manifest,
    { waiting, say }: { waiting?: () => void; say?: (note: string) => void } = {},
  ): Promise<FeatureStore> {
    const text = textOf(manifest);
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
      const found = await readSealed(join(folder, "state.json"), text);
      const state = found.state === "whole" ? stateIn(found.bytes) : null;
      const hash = state === null ? null : await hashOf(file, state.done * each);
      const sound = state !== null && hash?.copy().digest("hex") === state.sha256;
      if (!sound && found.state !== "absent") {
        const reason = found.state === "spoilt" ? found.reason : "its rows' checksum differs";
        say?.(spoiltNote(folder, reason));
      }
      const { done, skipped } = sound ? state : { done: 0, skipped: [] };
      await file.truncate(done * each);
      return new FeatureStore(folder, manifest, {
        file,
        hash: sound && hash !== null ? hash : createHash("sha256"),
        done,
        skipped,
      });
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
    this.#hash.update(bytes);
    this.#done += count;
    this.#skipped.push(...skipped);
  }

  /** Makes sure that what was appended outlives a kill. */
  async commit(): Promise<void> {
    const state: State = {
      done: this.#done,
      skipped: this.#skipped,
      sha256: this.#hash.copy().digest("hex"),
    };
    await this.#file.syncData();
    await writeSealed(
      join(this.folder, "state.json"),
      new TextEncoder().encode(JSON.stringify(state)),
      { purpose: textOf(this.manifest) },
    );
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

const textOf = (manifest: Manifest) => JSON.stringify(manifest, null, 1) + "\n";

function stateIn(bytes: Uint8Array): State | null {
  return stateSchema.safeParse(JSON.parse(new TextDecoder().decode(bytes))).data ?? null;
}

/** The hash of a file's first bytes; null where it has fewer. */
async function hashOf(file: Deno.FsFile, length: number): Promise<Hash | null> {
  if ((await file.stat()).size < length) return null;
  const hash = createHash("sha256"), block = new Uint8Array(BLOCK);
  await file.seek(0, Deno.SeekMode.Start);
  for (let left = length; left > 0;) {
    const n = await file.read(block.subarray(0, Math.min(BLOCK, left)));
    if (n === null) return null;
    hash.update(block.subarray(0, n));
    left -= n;
  }
  return hash;
}
