/**
 * Pictures of views, decoded when they are asked for. As many as fit in a share of memory are kept; a
 * file that is no longer what it was when the data was loaded is refused, so that reading stays pure.
 * @module
 */
import { DataError } from "../../../base/mod.ts";
import { sha256 } from "../../../base/digest/mod.ts";
import { decodeLayers, readPicture } from "../../decode.ts";
import { inspect } from "../../decoding/mod.ts";
import type { Size } from "./lens.ts";
import { type Making, type Picture, viewPicture } from "./picture.ts";

/** Larger sets are decoded again and again. Bytes. */
const MEMORY = 1 << 30;

/** A picture file. */
export interface PictureFile {
  readonly path: string;
  /** Of its bytes. */
  readonly sha256: string;
}

/** What a file's header says. */
export interface Header extends Size {
  /** Whether it has opacity. */
  readonly alpha: boolean;
}

/** Works on a list, `jobs` at a time, in order; the first error in order is thrown. */
export async function inTurn<T, R>(
  items: readonly T[],
  { jobs, work }: { readonly jobs: number; readonly work: (item: T, i: number) => Promise<R> },
): Promise<R[]> {
  const out: R[] = [];
  for (let from = 0; from < items.length; from += jobs) {
    const part = items.slice(from, from + jobs);
    const settled = await Promise.allSettled(part.map((item, i) => work(item, from + i)));
    for (const one of settled) {
      if (one.status === "rejected") throw one.reason;
      out.push(one.value);
    }
  }
  return out;
}

/** Looks at a file's header. @throws DataError where it can't be a view's picture */
export async function headerOf(path: string): Promise<Header> {
  try {
    const { width, height, alpha, orientation, pages } = await inspect(await readPicture(path));
    if (orientation !== 1) {
      throw new DataError(
        `it is marked to be turned (EXIF orientation ${orientation}), and programs differ in whether ` +
          "they do that before they look for cameras: write it anew, as that program saw it",
      );
    }
    if (pages !== 1) throw new DataError(`it holds ${pages} pictures; write one a file`);
    return { width, height, alpha };
  } catch (error) {
    if (error instanceof DataError) throw new DataError(`${path}: ${error.message}`);
    throw error;
  }
}

/** See the module. */
export interface PictureStore {
  /** The pictures at places, in that order. @throws DataError where one can't be read any more */
  get(places: ArrayLike<number>): Promise<Picture[]>;
}

/** A store of files, each with how it becomes a view. */
export function pictureStore(
  files: readonly PictureFile[],
  { makingOf, jobs, memory = MEMORY }: {
    readonly makingOf: (place: number) => Making;
    /** Files at a time. */
    readonly jobs: number;
    /** Bytes of pictures that are kept. */
    readonly memory?: number;
  },
): PictureStore {
  /** In the order in which they were last asked for. */
  const kept = new Map<number, Picture>();
  let used = 0;
  const bytesOf = ({ rgb, alpha }: Picture) => rgb.length + (alpha?.length ?? 0);

  async function made(place: number): Promise<Picture> {
    const { path, sha256: known } = files[place], bytes = await readPicture(path);
    if (await sha256(bytes) !== known) {
      throw new DataError(`${path} has changed since the data was loaded; run again`);
    }
    return viewPicture(await decodeLayers(bytes, await inspect(bytes)), makingOf(place));
  }

  function keep(place: number, picture: Picture): void {
    if (!kept.delete(place)) used += bytesOf(picture);
    kept.set(place, picture);
    for (const [oldest, of] of kept) {
      if (used <= memory) break;
      kept.delete(oldest);
      used -= bytesOf(of);
    }
  }

  return {
    async get(places) {
      const asked = Array.from(places), wanted = [...new Set(asked)];
      const pictures = await inTurn(wanted, {
        jobs,
        work: async (place) => kept.get(place) ?? await made(place),
      });
      wanted.forEach((place, i) => keep(place, pictures[i]));
      const found = new Map(wanted.map((place, i) => [place, pictures[i]]));
      return asked.map((place) => found.get(place)!);
    },
  };
}
