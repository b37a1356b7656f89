/**
 * Features of many pictures in constant memory. Threads decode ahead, the network takes the batches
 * in order, and rows go to a store from which an interrupted command continues.
 *
 * A batch always holds the same pictures, whatever the number of threads and wherever an earlier
 * process stopped, so neither can change a bit.
 * @module
 */
import { DataError } from "../../base/mod.ts";
import { listSkipped } from "../../data/mod.ts";
import type { Decoded, DecodeReply, DecodeTask, Reading } from "./decode.ts";
import type { Network } from "./network.ts";
import { oddRows, oddText } from "../../metrics/mod.ts";
import { type PictureSource, placesFrom } from "../source.ts";
import type { FeatureStore, Skipped } from "./store.ts";
import type { Threads } from "./threads.ts";

/** Where an extraction stands. */
export interface Progress {
  readonly label: string;
  /** Pictures done, of this process's and earlier ones'. */
  readonly done: number;
  readonly total: number;
  /** Pictures a second of this process; null before the first batch. */
  readonly rate: number | null;
}

/** What an extraction took. */
export interface Timing {
  /** Pictures that this process did; the others were there. */
  readonly pictures: number;
  readonly seconds: number;
  /** Inside the extractor's calls. */
  readonly extractorSeconds: number;
  /** busy = extractorSeconds / seconds; null where nothing was left to do. */
  readonly busy: number | null;
}

/** How pictures are read. */
export interface ExtractOptions {
  readonly threads: Threads<DecodeTask, DecodeReply>;
  readonly reading: Reading;
  /** Readable pictures wanted, the first of the source's order; default all. */
  readonly samples?: number;
  /** Share of unreadable files above which it refuses. */
  readonly skip: number;
  /** Unreadable files that a note names; default ten. */
  readonly named?: number;
  readonly progress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

/** Bytes of decoded pictures that may lie ready, about; one batch always may. */
const heldBytes = 1 << 28;
/** Milliseconds between commits. */
const commitInterval = 2000;

/**
 * Brings a store to all pictures of a source, or to as many as are wanted.
 * @throws DataError where too many files can't be read; the signal's reason when it is aborted, with
 * all that was done committed
 */
export async function extract(
  source: PictureSource,
  { network, store }: { network: Network; store: FeatureStore },
  options: ExtractOptions,
): Promise<Timing> {
  const { threads, samples = source.count, signal } = options;
  const { batch } = network, began = store.done, start = performance.now();
  const ready: Promise<DecodeReply>[] = [];
  // Memory of batches that the network has seen goes back to the threads: let go of, it would lie
  // about until a collection, and its pieces in the C library's heaps after that.
  const spare: Float32Array<ArrayBuffer>[] = [];
  // Two batches a thread lie ready, fewer of large pictures: more would only take memory.
  let ahead = 2 * threads.count;
  let asked = store.done, extractorMs = 0, committed = start;
  const wanted = () => Math.min(source.count, samples + store.skipped.length);
  const fill = () => {
    while (ready.length < ahead && asked < wanted()) {
      const to = Math.min(source.count, asked + batch);
      const reply = source.batch(placesFrom(asked, to))
        .then((from) => {
          const into = spare.pop();
          const task = { ...options.reading, from, input: network.input };
          return into === undefined
            ? threads.ask(task)
            : threads.ask({ ...task, into }, [into.buffer]);
        });
      reply.catch(() => {}); // awaited below, in its turn
      ready.push(reply);
      asked = to;
    }
  };
  const seconds = (since: number) => (performance.now() - since) / 1000;
  try {
    for (fill(); ready.length > 0; fill()) {
      signal?.throwIfAborted();
      const { decoded, skipped } = await ready.shift()!;
      const fit = Math.floor(heldBytes / Math.max(1, bytesOf(decoded)));
      ahead = Math.max(1, Math.min(2 * threads.count, fit));
      const count = Math.min(batch, source.count - store.done);
      const called = performance.now();
      const values = await network.run(decoded, count);
      extractorMs += performance.now() - called;
      if ("pixels" in decoded) spare.push(decoded.pixels);
      const rows = without(values, skipped, network);
      requireFinite(rows, { network, source, first: store.done });
      store.append(rows, skipped.map(({ at, reason }) => ({ position: store.done + at, reason })));
      judge(store, source, options.skip);
      if (performance.now() - committed > commitInterval) {
        await store.commit();
        committed = performance.now();
      }
      const rate = (store.done - began) / seconds(start);
      options.progress?.({ label: source.label, done: store.done, total: wanted(), rate });
    }
  } finally {
    await Promise.allSettled(ready);
    if (store.done > began) await store.commit();
  }
  const took = seconds(start), pictures = store.done - began;
  return {
    pictures,
    seconds: took,
    extractorSeconds: extractorMs / 1000,
    busy: pictures === 0 ? null : extractorMs / 1000 / took,
  };
}

function bytesOf(decoded: Decoded): number {
  return "pixels" in decoded
    ? decoded.pixels.byteLength
    : decoded.pictures.reduce((sum, picture) => sum + (picture?.data.length ?? 0), 0);
}

/** Zeros in the rows of pictures that couldn't be read. */
function without(
  values: ArrayLike<number>,
  skipped: DecodeReply["skipped"],
  { dimension }: Network,
): ArrayLike<number> {
  if (skipped.length === 0) return values;
  const out = Float64Array.from(values);
  for (const { at } of skipped) out.fill(0, at * dimension, (at + 1) * dimension);
  return out;
}

/** Refuses features that are no numbers, by the names of their pictures. @throws DataError */
function requireFinite(
  rows: ArrayLike<number>,
  { network, source, first }: { network: Network; source: PictureSource; first: number },
): void {
  const odd = oddRows(rows, network.dimension, first);
  if (odd.length === 0) return;
  const name = (place: number) => source.names([place])[0];
  throw new DataError(
    `${source.label}: ${network.name} gives features that are not finite: ` +
      `${oddText(odd, { name })}; its weights are damaged, or not its own`,
  );
}

/** Refuses as soon as more files are unreadable than the share of all allows. */
function judge(store: FeatureStore, source: PictureSource, share: number): void {
  if (store.skipped.length <= share * source.count) return;
  throw new DataError(
    `${source.label}: ${store.skipped.length} of the first ${store.done} files can't be read, more ` +
      `than the share allowed (--skip ${share}):\n${
        listSkipped(named(store.skipped, source))
      }\nMend or remove them, or raise --skip.`,
  );
}

/** Files that were skipped, with what they are called now. */
export function named(
  skipped: readonly Skipped[],
  source: PictureSource,
): { readonly name: string; readonly reason: string }[] {
  const names = source.names(skipped.map(({ position }) => position));
  return skipped.map(({ reason }, i) => ({ name: names[i], reason }));
}
