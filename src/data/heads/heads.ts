/**
 * The `heads` dataset: invented faces with exact labels, rendered on first use and cached.
 * @module
 */
import { join } from "@std/path";
import {
  type Batch,
  type Dataset,
  defineDataset,
  type LoadContext,
  type Split,
} from "../dataset.ts";
import type { ImageSpec } from "../../kinds/image/mod.ts";
import { sha256 } from "../../base/digest/mod.ts";
import { ASSET, loadHeadModel } from "./asset.ts";
import { type Chunk, type ChunkShape, readChunk, writeChunk } from "./cache.ts";
import { type HeadsConfig, headsConfig, pictureConfig, VERSION } from "./config.ts";
import { FACTORS } from "./factors.ts";
import { renderParallel } from "./pool.ts";
import type { RenderTask } from "./worker.ts";

/** Items a cache file. */
const CHUNK = 128;
/** Bytes of images that are kept in memory; beyond, the longest unused chunks are read again. */
const MEMORY = 2 ** 30;
const SPLITS: readonly Split[] = ["train", "test", "judge", "judge_test"];

/** Parametric 3-D heads with labelled factors; CC0. */
export const heads = defineDataset<HeadsConfig, "image">({
  name: "heads",
  version: VERSION,
  about: "Invented faces from a parametric 3-D head, with exact labels; any size from 16 to 256",
  licence: "CC0-1.0 (MakeHuman / MPFB head model)",
  config: headsConfig,
  async status() {
    try {
      await Deno.stat(ASSET);
      return "ready";
    } catch {
      return "head asset heads.bin.gz is missing beside the source; check the repository out anew";
    }
  },
  outline: (config) => {
    const { train, test, judge, judge_test } = config;
    return {
      sample: sampleOf(config),
      factors: FACTORS,
      sizes: { train, test, judge, judge_test },
    };
  },
  load: loadHeads,
});

const sampleOf = ({ size }: HeadsConfig): ImageSpec => ({
  kind: "image",
  height: size,
  width: size,
  channels: 3,
});

async function digestOf(value: unknown): Promise<string> {
  return await sha256(new TextEncoder().encode(JSON.stringify(value)));
}

async function loadHeads(config: HeadsConfig, context: LoadContext): Promise<Dataset<"image">> {
  const { digest: asset } = await loadHeadModel();
  const pictures = await digestOf({
    name: "heads",
    version: VERSION,
    asset,
    ...pictureConfig(config),
  });
  const sizes = Object.fromEntries(SPLITS.map((split) => [split, config[split]]));
  const digest = await digestOf({ pictures, ...sizes });
  const store = new HeadStore(config, { ...context, folder: pictures.slice(0, 16) });
  return {
    name: "heads",
    version: VERSION,
    digest,
    sample: sampleOf(config),
    factors: FACTORS,
    notes: store.notes,
    size: (split) => config[split],
    read: (split, indices) => store.read(split, indices),
  };
}

/**
 * The items of all splits, in cache files of `CHUNK` items. A file's name doesn't know how large
 * the split is, so that splits of other sizes share files.
 */
class HeadStore {
  readonly notes: string[] = [
    "skin tone is drawn by ethnicity (overlapping ranges) and grey hair mostly for the old; " +
    "all other factors are independent",
  ];
  readonly #config: HeadsConfig;
  readonly #context: LoadContext;
  readonly #folder: string;
  readonly #shape: ChunkShape;
  /** Least recently used first. */
  readonly #chunks = new Map<string, Chunk>();
  readonly #prepared = new Map<Split, Promise<void>>();
  #bytes = 0;

  constructor(config: HeadsConfig, context: LoadContext & { readonly folder: string }) {
    this.#config = config;
    this.#context = context;
    this.#folder = join(context.cache, "heads", context.folder);
    this.#shape = { imageBytes: config.size * config.size * 3, factors: FACTORS.length };
  }

  /** Sees, once, that a split's files are there and whole; renders what isn't. */
  async #prepare(split: Split): Promise<void> {
    let work = this.#prepared.get(split);
    if (work === undefined) {
      this.#prepared.set(split, work = this.#render(split));
      work.catch(() => this.#prepared.delete(split));
    }
    await work;
  }

  /** As `Dataset.read`. A split is rendered when the first of it is read, and not before. */
  async read(split: Split, indices: ArrayLike<number>): Promise<Batch<"image">> {
    const { size } = this.#config, total = this.#config[split];
    const { imageBytes, factors } = this.#shape;
    const chosen = Array.from(indices);
    for (const index of chosen) {
      if (!Number.isInteger(index) || index < 0 || index >= total) {
        throw new RangeError(`heads: no item ${index} in ${split}, which has ${total}`);
      }
    }
    if (chosen.length > 0) await this.#prepare(split);
    const data = new Uint8Array(chosen.length * imageBytes);
    const columns = FACTORS.map(() => new Float32Array(chosen.length));
    // Chunk by chunk, so that each is fetched once however the indices jump.
    const places = Map.groupBy(chosen.keys(), (at) => Math.floor(chosen[at] / CHUNK));
    for (const [number, ats] of places) {
      const chunk = await this.#chunk(split, number);
      for (const at of ats) {
        const item = chosen[at] - number * CHUNK;
        data.set(
          chunk.images.subarray(item * imageBytes, (item + 1) * imageBytes),
          at * imageBytes,
        );
        for (let f = 0; f < factors; f++) columns[f][at] = chunk.labels[item * factors + f];
      }
    }
    return {
      samples: { count: chosen.length, height: size, width: size, channels: 3, data },
      labels: Object.fromEntries(FACTORS.map((factor, f) => [factor.name, columns[f]])),
    };
  }

  /** A whole chunk: from memory, else from its file, else rendered again. */
  async #chunk(split: Split, number: number): Promise<Chunk> {
    const path = this.#path(split, number);
    const known = this.#chunks.get(path);
    if (known && known.count >= this.#count(split, number)) {
      this.#chunks.delete(path);
      this.#chunks.set(path, known);
      return known;
    }
    const held = await this.#fetch(split, number);
    if (held) return held;
    // Lost or spoilt since it was prepared.
    await this.#render(split);
    const again = this.#chunks.get(path) ?? await this.#fetch(split, number);
    if (!again) throw new Error(`heads: cannot keep ${path}; is another program deleting files?`);
    return again;
  }

  #path(split: Split, number: number): string {
    return join(this.#folder, `${split}-${String(number).padStart(5, "0")}.chunk`);
  }

  /** Items of a split that lie in chunk `number`. */
  #count(split: Split, number: number): number {
    return Math.min(CHUNK, this.#config[split] - number * CHUNK);
  }

  /** The chunk of a whole file with items enough. */
  async #fetch(split: Split, number: number): Promise<Chunk | undefined> {
    const path = this.#path(split, number);
    const found = await readChunk(path, this.#shape);
    if (found.state === "spoilt") {
      const note = `cache file ${split}-${number} was spoilt (${found.reason}); rendered again`;
      if (!this.notes.includes(note)) this.notes.push(note);
      this.#context.progress?.(0, this.#count(split, number), note);
      return undefined;
    }
    if (found.state === "absent" || found.chunk.count < this.#count(split, number)) {
      return undefined;
    }
    this.#keep(path, found.chunk);
    return found.chunk;
  }

  #keep(path: string, chunk: Chunk): void {
    const old = this.#chunks.get(path);
    if (old) {
      this.#bytes -= old.images.length;
      this.#chunks.delete(path);
    }
    this.#chunks.set(path, chunk);
    this.#bytes += chunk.images.length;
    for (const [oldest, { images }] of this.#chunks) {
      if (this.#bytes <= MEMORY || oldest === path) break;
      this.#chunks.delete(oldest);
      this.#bytes -= images.length;
    }
  }

  async #render(split: Split): Promise<void> {
    const { signal, jobs, progress } = this.#context;
    const missing = new Map<RenderTask, { path: string; chunk: Chunk; left: number }>();
    const config = pictureConfig(this.#config);
    let total = 0, done = 0;
    for (let number = 0; number * CHUNK < this.#config[split]; number++) {
      signal?.throwIfAborted();
      const count = this.#count(split, number), path = this.#path(split, number);
      total += count;
      if (await this.#fetch(split, number)) {
        done += count;
        continue;
      }
      const from = number * CHUNK;
      missing.set({ config, split, from, to: from + count }, {
        path,
        left: count,
        chunk: {
          count,
          images: new Uint8Array(0),
          labels: new Float32Array(0),
        },
      });
    }
    if (missing.size === 0) return;
    await Deno.mkdir(this.#folder, { recursive: true });
    const what = `rendering heads ${this.#config.size}², ${split}`;
    progress?.(done, total, what);
    const owners = new Map(
      [...missing].map(([task, part]) => [`${task.split} ${Math.floor(task.from / CHUNK)}`, part]),
    );
    const { imageBytes, factors } = this.#shape;
    const writes: Promise<void>[] = [];
    await renderParallel([...missing.keys()], {
      jobs,
      signal,
      done: (task, { images, labels }) => {
        const owner = owners.get(`${task.split} ${Math.floor(task.from / CHUNK)}`)!;
        if (owner.chunk.images.length === 0) {
          const { count } = owner.chunk;
          owner.chunk = {
            count,
            images: new Uint8Array(count * imageBytes),
            labels: new Float32Array(count * factors),
          };
        }
        const at = task.from % CHUNK;
        owner.chunk.images.set(images, at * imageBytes);
        owner.chunk.labels.set(labels, at * factors);
        owner.left -= task.to - task.from;
        done += task.to - task.from;
        if (owner.left === 0) {
          const { path, chunk } = owner;
          const write = writeChunk(path, chunk).then(() => this.#keep(path, chunk));
          write.catch(() => {}); // awaited below
          writes.push(write);
          owner.chunk = { count: 0, images: new Uint8Array(0), labels: new Float32Array(0) };
        }
        progress?.(done, total, what);
      },
    });
    await Promise.all(writes);
  }
}
