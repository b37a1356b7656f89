/**
 * Getting samples from where they are: reading a folder, running a program, asking a server.
 * @module
 */
import { resolve } from "@std/path";
import { placed } from "../../content/mod.ts";
import { DataError } from "../../base/mod.ts";
import { readPicture } from "../../data/mod.ts";
import type { Decoding } from "../../data/decoding/mod.ts";
import { ENDINGS, listPictures } from "../../data/folder/mod.ts";
import { hostKey, hostPermutation } from "../../random/host/mod.ts";
import { isPath } from "./content.ts";
import { runProgram } from "./program.ts";
import { type ExternalConfig, fill, sourceText } from "./external.ts";
import { type PictureShape, strictPicture } from "./strict.ts";

/** What is asked for. */
export interface GatherOptions {
  /** The grid of the data's samples. */
  readonly spec: PictureShape;
  /** How the data's own files were decoded, if it is made of files. */
  readonly decoding?: Decoding;
  /** The suite's folder: paths are relative to it, and programs run in it. Default: the working folder. */
  readonly base?: string;
  /** Pictures wanted; fewer may come, never more. */
  readonly count: number;
  readonly seed: number;
  /** An empty folder of the run's own, for a program to fill. */
  readonly scratch: string;
  /** Aborting stops whatever is under way. */
  readonly signal: AbortSignal;
}

/** Bytes of samples, row-major [count, height, width, channels]. */
export interface Pictures {
  readonly count: number;
  readonly data: Uint8Array;
}

/** Samples with what they cost. */
export interface Gathered {
  readonly pictures: Pictures;
  /** Wall seconds of the program or of the requests, start-up included; null for a folder. */
  readonly seconds: number | null;
  /** What a reader should know: files that were left out. */
  readonly notes: readonly string[];
}

/** Files or requests at a time. */
const atOnce = 16;

/** Pictures 0 … of whatever `read` gives, in order, until it gives null or `count` are there. */
async function collect(
  { spec, count, signal }: GatherOptions,
  read: (index: number) => Promise<Uint8Array | null>,
): Promise<Pictures> {
  const each = spec.height * spec.width * spec.channels;
  const data = new Uint8Array(count * each);
  let found = 0;
  while (found < count) {
    signal.throwIfAborted();
    const wanted = Math.min(atOnce, count - found);
    // All are waited for, so that of several errors the first in order is told.
    const settled = await Promise.allSettled(
      Array.from({ length: wanted }, (_, i) => read(found + i)),
    );
    const part = settled.map((one) => {
      if (one.status === "rejected") throw one.reason;
      return one.value;
    });
    const end = part.indexOf(null);
    const there = end < 0 ? part : part.slice(0, end);
    there.forEach((picture, i) => data.set(picture!, (found + i) * each));
    found += there.length;
    if (end >= 0) break;
  }
  return { count: found, data: data.subarray(0, found * each) };
}

/**
 * Files in an order that the seed draws: metrics take the first N, and by path these may all be of one
 * class.
 */
function inDrawnOrder(paths: readonly string[], seed: number): string[] {
  const order = hostPermutation(hostKey(seed, "external", "order"), paths.length);
  return Array.from(order, (place) => paths[place]);
}

/** Pictures of a folder, and what it holds beside them. */
async function fromFolder(
  folder: string,
  options: GatherOptions,
): Promise<{ pictures: Pictures; notes: readonly string[] }> {
  const listing = await listPictures(folder, { layout: "plain", test: 0 });
  const paths = inDrawnOrder(listing.paths, options.seed), { notes } = listing;
  const { spec, decoding } = options;
  const pictures = await collect(
    options,
    async (index) =>
      index < paths.length
        ? await strictPicture(await readPicture(paths[index]), {
          spec,
          decoding,
          where: paths[index],
        })
        : null,
  );
  return { pictures, notes };
}

async function fromServer(address: string, options: GatherOptions): Promise<Pictures> {
  const { spec, decoding, count, seed, signal } = options;
  const { height, width, channels } = spec;
  return await collect(options, async (index) => {
    const url = fill(address, { index, count, seed, height, width, channels });
    const failed = (why: string) => new DataError(`${url}: ${why}`);
    let response: Response;
    try {
      response = await fetch(url, { signal });
    } catch (error) {
      signal.throwIfAborted();
      throw failed(`no answer (${(error as Error).message}); is the server up?`);
    }
    if (response.status === 404 && index > 0) {
      await response.body?.cancel();
      return null;
    }
    if (!response.ok) {
      const said = (await response.text()).trim().slice(0, 200);
      throw failed(`status ${response.status}, where a picture was wanted: ${said || "no text"}`);
    }
    return await strictPicture(await response.bytes(), { spec, decoding, where: url });
  });
}

/**
 * Gets the samples.
 * @throws DataError where there are none, or one can't be compared with the data; an Error with the
 * program's last words where it fails; the signal's reason where it is aborted
 */
export async function gather(config: ExternalConfig, options: GatherOptions): Promise<Gathered> {
  const { folder, command, url, timeout } = config;
  if (folder !== undefined) {
    const found = await fromFolder(placed(options.base, folder), options);
    return { ...notEmpty(found, config), seconds: null };
  }
  const late = new DOMException("", "TimeoutError");
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(late), timeout * 1000);
  const signal = AbortSignal.any([options.signal, limit.signal]);
  const start = performance.now();
  const { count, seed, scratch, spec: { height, width, channels } } = options;
  try {
    if (command !== undefined) {
      const values = { out: resolve(scratch), count, seed, height, width, channels };
      const [program, ...words] = command.map((word) => fill(word, values));
      const cwd = placed(options.base, "");
      await runProgram([isPath(program) ? placed(cwd, program) : program, ...words], {
        signal,
        cwd,
      });
      const seconds = (performance.now() - start) / 1000;
      return { ...notEmpty(await fromFolder(resolve(scratch), options), config), seconds };
    }
    const pictures = await fromServer(url!, { ...options, signal });
    const seconds = (performance.now() - start) / 1000;
    return { ...notEmpty({ pictures, notes: [] }, config), seconds };
  } catch (error) {
    if (error !== late) throw error;
    throw new DataError(
      `${sourceText(config)}: not done after ${timeout} s; raise \`timeout\` where it needs longer`,
    );
  } finally {
    clearTimeout(timer);
  }
}

type Found = Pick<Gathered, "pictures" | "notes">;

function notEmpty(found: Found, config: ExternalConfig): Found {
  if (found.pictures.count > 0) return found;
  const instead = [`it gave no picture (${ENDINGS.join(" ")})`, ...found.notes].join("\n  ");
  throw new DataError(`${sourceText(config)}: ${instead}`);
}
