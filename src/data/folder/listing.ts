/**
 * A list of picture files that may be millions long: its names lie in a file, of which only a block
 * at a time is read, and one digest stands for what its files hold.
 * @module
 */
import { createHash } from "node:crypto";
import { join, resolve } from "@std/path";
import type { Contents } from "../../content/mod.ts";
import { DataError } from "../../base/mod.ts";
import { LeftOut, type OnLeftOut, told } from "./left_out.ts";
import { walkPictures } from "./walk.ts";

/** Names a block. */
const BLOCK = 256;
/** Files looked at together while listing. */
const TOGETHER = 64;

/** Picture files of a folder, sorted by their paths. */
export interface FileListing {
  readonly root: string;
  readonly count: number;
  /**
   * sha256 over the digests of the files' bytes, in their order. Names are no part of it: features'
   * rows follow the order of the files, which is all that their names decide.
   */
  readonly digest: string;
  /** What a reader should know: files that were passed over. */
  readonly notes: readonly string[];
  /** Names at positions, relative to the root. */
  names(positions: ArrayLike<number>): string[];
  close(): void;
}

/** How a folder is listed. */
export interface ListingOptions {
  /** Where the file of names is kept, under a name of this process; removed by `close`. */
  readonly folder: string;
  /** Knows files by their bytes. */
  readonly contents: Contents;
  readonly progress?: (listed: number) => void;
  /** Called with each file or folder that is left out. */
  readonly leftOut?: OnLeftOut;
}

/**
 * Lists the pictures in a folder and in those below it.
 * @throws DataError where there is no such folder, or no picture in it, with what is there instead
 */
export async function listFiles(folder: string, options: ListingOptions): Promise<FileListing> {
  const root = resolve(folder);
  const stat = await Deno.stat(root).catch(() => null);
  if (stat === null) throw new DataError(`folder: ${folder} does not exist`);
  if (!stat.isDirectory) {
    throw new DataError(`folder: ${folder} is a file; a folder of pictures was expected`);
  }
  await Deno.mkdir(options.folder, { recursive: true });
  const path = await Deno.makeTempFile({ dir: options.folder, suffix: ".names" });
  const file = await Deno.open(path, { read: true, write: true });
  const leftOut = new LeftOut(told(folder, options.leftOut));
  try {
    const { count, digest, starts } = await writeNames(file, {
      root,
      out: leftOut,
      contents: options.contents,
      progress: options.progress,
    });
    if (count === 0) {
      const instead = leftOut.count() === 0 ? "it is empty" : `left out: ${leftOut.summary()}`;
      throw new DataError(`folder: ${folder} has 0 pictures; ${instead}`);
    }
    return {
      root,
      count,
      digest,
      notes: leftOut.notes(folder),
      names: (positions) => readNames(file, { starts, count }, positions),
      close: () => {
        file.close();
        Deno.removeSync(path);
      },
    };
  } catch (error) {
    file.close();
    await Deno.remove(path);
    throw error;
  }
}

/** Writes names, each ended by a zero byte, which no name holds. */
async function writeNames(
  file: Deno.FsFile,
  { root, out, contents, progress }: {
    root: string;
    out: LeftOut;
    contents: Contents;
    progress?: ListingOptions["progress"];
  },
): Promise<{ count: number; digest: string; starts: number[] }> {
  const hash = createHash("sha256"), encoder = new TextEncoder();
  const starts: number[] = [];
  let count = 0, at = 0, waiting: string[] = [];
  async function flush() {
    // A file that went away meanwhile is listed too: decoding tells what is wrong with it.
    const digests = await contents.digests(waiting.map((name) => join(root, name)));
    let text = "";
    waiting.forEach((name, i) => {
      hash.update(`${digests[i] ?? "unreadable"}\0`);
      if (count % BLOCK === 0) starts.push(at + encoder.encode(text).length);
      text += `${name}\0`;
      count++;
    });
    const bytes = encoder.encode(text);
    for (let written = 0; written < bytes.length;) {
      written += await file.write(bytes.subarray(written));
    }
    at += bytes.length;
    waiting = [];
    progress?.(count);
  }
  for await (const name of walkPictures(root, out)) {
    waiting.push(name);
    if (waiting.length === TOGETHER) await flush();
  }
  await flush();
  starts.push(at);
  return { count, digest: hash.digest("hex"), starts };
}

function readNames(
  file: Deno.FsFile,
  { starts, count }: { starts: readonly number[]; count: number },
  positions: ArrayLike<number>,
): string[] {
  let held = -1, names: string[] = [];
  return Array.from(positions, (position) => {
    if (!(position >= 0 && position < count)) {
      throw new RangeError(`file ${position} was asked for; there are ${count}, numbered from 0`);
    }
    const block = Math.floor(position / BLOCK);
    if (block !== held) {
      const bytes = new Uint8Array(starts[block + 1] - starts[block]);
      file.seekSync(starts[block], Deno.SeekMode.Start);
      for (let read = 0; read < bytes.length;) {
        const n = file.readSync(bytes.subarray(read));
        if (n === null) throw new DataError("the list of files was cut short while in use");
        read += n;
      }
      names = new TextDecoder().decode(bytes).split("\0");
      held = block;
    }
    return names[position % BLOCK];
  });
}
