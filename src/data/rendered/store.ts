/**
 * The items of a dataset that is rendered: from memory, else from the cache, else rendered.
 * @module
 */
import { join } from "@std/path";
import type { LoadContext, Split } from "../dataset.ts";
import { type Chunk, type ChunkForm, readChunk, writeChunk } from "./chunk_file.ts";
import { renderParallel } from "./pool.ts";
import type { RenderedItems, RenderTask } from "./thread.ts";

/** Bytes of items that are kept in memory; beyond, the longest unused chunks are read again. */
const MEMORY = 2 ** 30;

/** What is rendered, and how. */
export interface Rendering<C> {
  /** The dataset's; also names its threads, and its folder in the cache. */
  readonly name: string;
  /** For progress: "heads 32²". */
  readonly about: string;
  readonly notes: readonly string[];
  /** sha256 of all that fixes items. */
  readonly digest: string;
  /** What fixes items, as threads are told. */
  readonly config: C;
  size(split: Split): number;
  /** Module of the threads. */
  readonly worker: URL;
  /** Items a cache file, and a piece of a thread's work. */
  readonly chunk: number;
  readonly grain: number;
  readonly form: ChunkForm;
}

const sizeOf = ({ bytes, floats }: Chunk) => bytes.byteLength + floats.byteLength;

/**
 * The items of all splits, in cache files of `chunk` items. A file's name doesn't know how large
 * the split is, so that splits of other sizes share files.
 */
export class RenderedStore<C> {
  /** The rendering's own, and cache files that were spoilt and have been rendered again. */
  readonly notes: string[];
  readonly #rendering: Rendering<C>;
  readonly #context: LoadContext;
  readonly #folder: string;
  /** Least recently used first. */
  readonly #chunks = new Map<string, Chunk>();
  readonly #prepared = new Map<Split, Promise<void>>();
  #bytes = 0;

  constructor(rendering: Rendering<C>, context: LoadContext) {
    this.notes = [...rendering.notes];
    this.#rendering = rendering;
    this.#context = context;
    this.#folder = join(context.cache, rendering.name, rendering.digest.slice(0, 16));
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

  /**
   * The items at `indices` of a split, in that order. A split is rendered when the first of it is read,
   * and not before.
   * @throws RangeError outside [0, size)
   */
  async read(split: Split, indices: ArrayLike<number>): Promise<RenderedItems> {
    const { name, form, size, chunk: each } = this.#rendering;
    const chosen = Array.from(indices), total = size(split);
    for (const index of chosen) {
      if (!Number.isInteger(index) || index < 0 || index >= total) {
        throw new RangeError(`${name}: no item ${index} in ${split}, which has ${total}`);
      }
    }
    if (chosen.length > 0) await this.#prepare(split);
    const bytes = new Uint8Array(chosen.length * form.bytes);
    const floats = new Float32Array(chosen.length * form.floats);
    // Chunk by chunk, so that each is fetched once however the indices jump.
    const places = Map.groupBy(chosen.keys(), (at) => Math.floor(chosen[at] / each));
    for (const [number, ats] of places) {
      const chunk = await this.#chunk(split, number);
      for (const at of ats) {
        const item = chosen[at] - number * each;
        bytes.set(
          chunk.bytes.subarray(item * form.bytes, (item + 1) * form.bytes),
          at * form.bytes,
        );
        floats.set(
          chunk.floats.subarray(item * form.floats, (item + 1) * form.floats),
          at * form.floats,
        );
      }
    }
    return { bytes, floats };
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
    if (!again) {
      throw new Error(
        `${this.#rendering.name}: cannot keep ${path}; is another program deleting files?`,
      );
    }
    return again;
  }

  #path(split: Split, number: number): string {
    return join(this.#folder, `${split}-${String(number).padStart(5, "0")}.chunk`);
  }

  /** Items of a split that lie in chunk `number`. */
  #count(split: Split, number: number): number {
    const { chunk, size } = this.#rendering;
    return Math.min(chunk, size(split) - number * chunk);
  }

  /** The chunk of a whole file with items enough. */
  async #fetch(split: Split, number: number): Promise<Chunk | undefined> {
    const path = this.#path(split, number);
    const found = await readChunk(path, this.#rendering.form);
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
      this.#bytes -= sizeOf(old);
      this.#chunks.delete(path);
    }
    this.#chunks.set(path, chunk);
    this.#bytes += sizeOf(chunk);
    for (const [oldest, other] of this.#chunks) {
      if (this.#bytes <= MEMORY || oldest === path) break;
      this.#chunks.delete(oldest);
      this.#bytes -= sizeOf(other);
    }
  }

  /** Renders the chunks of a split that aren't there, or aren't whole. */
  async #render(split: Split): Promise<void> {
    const { signal, jobs, progress } = this.#context;
    const { name, about, form, chunk: each, config, size, worker, grain } = this.#rendering;
    const missing: RenderTask<C>[] = [];
    const parts = new Map<number, { readonly chunk: Chunk; left: number }>();
    const total = size(split);
    let done = 0;
    for (let number = 0; number * each < total; number++) {
      signal?.throwIfAborted();
      const from = number * each, count = this.#count(split, number);
      if (await this.#fetch(split, number)) done += count;
      else missing.push({ config, split, from, to: from + count });
    }
    if (missing.length === 0) return;
    await Deno.mkdir(this.#folder, { recursive: true });
    const what = `rendering ${about}, ${split}`;
    progress?.(done, total, what);
    const writes: Promise<void>[] = [];
    await renderParallel(missing, {
      worker,
      name,
      grain,
      jobs,
      signal,
      done: ({ from, to }, { bytes, floats }) => {
        const number = Math.floor(from / each), at = from % each;
        const part = parts.get(number) ?? this.#part(this.#count(split, number));
        parts.set(number, part);
        part.chunk.bytes.set(bytes, at * form.bytes);
        part.chunk.floats.set(floats, at * form.floats);
        part.left -= to - from;
        done += to - from;
        if (part.left === 0) {
          parts.delete(number);
          const path = this.#path(split, number);
          const write = writeChunk(path, part.chunk, form).then(() => this.#keep(path, part.chunk));
          write.catch(() => {}); // awaited below
          writes.push(write);
        }
        progress?.(done, total, what);
      },
    });
    await Promise.all(writes);
  }

  /** Room for a chunk of which nothing is rendered yet. */
  #part(count: number): { readonly chunk: Chunk; left: number } {
    const { form } = this.#rendering;
    const bytes = new Uint8Array(count * form.bytes);
    return { chunk: { count, bytes, floats: new Float32Array(count * form.floats) }, left: count };
  }
}
